"""Variables in text, with the grammar and the quirks of docker/cli (`cli/compose/template/template.go`)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_NAME = r"[_a-z][_a-z0-9]*(?::?[-?][^}]*)?"
_VARIABLE = re.compile(
    rf"\$(?:(?P<escaped>\$)|(?P<named>{_NAME})|{{(?P<braced>{_NAME})}}|(?P<invalid>))", re.IGNORECASE
)

BAD_DOLLAR = "this `$` starts no variable, and Docker refuses it; write `$$` for a dollar sign"


@dataclass(frozen=True, slots=True)
class Substitution:
    """What a text became: `error` where Docker refuses it, `unset` the variables that had no value and no default,
    `required` those of them that Docker refuses to do without.
    """

    text: str
    error: str | None = None
    unset: tuple[str, ...] = ()
    required: tuple[str, ...] = ()


def substitute(text: str, environment: Mapping[str, str]) -> Substitution:
    """Replace the variables of `text`.

    As in `substituteWith`, a later variable forgets what was wrong with an earlier one, and the unbraced form takes a
    default too: `$TAG-alpine` is the tag alone, or `alpine`.
    """
    error: str | None = None
    unset: list[str] = []
    required: list[str] = []

    def replace(match: re.Match[str]) -> str:
        nonlocal error
        if match["escaped"]:
            return "$"
        expression = next(filter(None, match.group("named", "braced")), "")
        if not expression:
            error = BAD_DOLLAR
            return ""
        error = None
        required.clear()
        name, default, wanted, when_empty = _read(expression)
        value = environment.get(name)
        if value is not None and (value or not when_empty):
            return value
        if default is not None:
            return default
        if wanted:
            required.append(name)
        if value is None or wanted:
            unset.append(name)
        return ""

    result = _VARIABLE.sub(replace, text)
    return Substitution(result, error, tuple(unset), tuple(required))


def _read(expression: str) -> tuple[str, str | None, bool, bool]:
    """Name, default, whether it is required, and whether empty counts as unset.

    The separators are looked for in docker/cli's order, anywhere in the expression: the dash in
    `${A:?not-there}` makes it a variable `A:?not` with the default `there`.
    """
    for separator in (":-", "-"):
        name, found, default = expression.partition(separator)
        if found:
            return name, default, False, separator == ":-"
    for separator in (":?", "?"):
        name, found, _ = expression.partition(separator)
        if found:
            return name, None, True, separator == ":?"
    return expression, None, False, False
