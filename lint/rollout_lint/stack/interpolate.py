"""Variables in text, with the grammar and the quirks of docker/cli (`cli/compose/template/template.go`)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_EXPRESSION = re.compile(r"[_a-z][_a-z0-9]*(?::?[-?][^}]*)?", re.IGNORECASE)
_NAME = re.compile(r"[_a-z0-9]+", re.IGNORECASE)

BAD_DOLLAR = "this `$` starts no variable, and Docker refuses it; write `$$` for a dollar sign"
OPEN_BRACE = "this `${` is never closed, and Docker refuses it; write `$$` for a dollar sign"
BAD_BRACES = (
    "Docker knows no such variable and refuses it: in braces it reads a name, and :-default, -default, :?message or "
    "?message behind it; write `$$` for a dollar sign"
)


class Substitution(NamedTuple):
    """What a text became: `error` where Docker refuses it, `unset` the variables that had no value and no default,
    `required` those of them that Docker refuses to do without, `swallowed` those without braces that took the text
    behind them for a default.
    """

    text: str
    error: str | None = None
    unset: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    swallowed: tuple[str, ...] = ()


def substitute(text: str, environment: Mapping[str, str]) -> Substitution:
    """Replace the variables of `text`.

    As in `substituteWith`, a later variable forgets what was wrong with an earlier one, and the unbraced form takes a
    default too: `$TAG-alpine` is the tag alone, or `alpine`.
    """
    state = _State(environment)
    parts: list[str] = []
    position = 0
    swallowed = []
    last_brace = text.rfind("}")
    for dollar, expression, end in _dollars(text):
        parts.append(text[position:dollar])
        position = end
        if expression:
            parts.append("$" if expression == "$" else state.value(expression))
        else:
            state.error = _why_bad(text, dollar, last_brace)
        if not text.startswith("{", dollar + 1) and (name := _NAME.match(expression)) and name[0] != expression:
            swallowed.append(name[0])
    parts.append(text[position:])
    return Substitution("".join(parts), state.error, tuple(state.unset), tuple(state.required), tuple(swallowed))


def _why_bad(text: str, dollar: int, last_brace: int) -> str:
    """What is wrong with a `$` that starts no variable."""
    if not text.startswith("{", dollar + 1):
        return BAD_DOLLAR
    return BAD_BRACES if last_brace > dollar else OPEN_BRACE


def _dollars(text: str) -> Iterator[tuple[int, str, int]]:
    """Of each `$`: where it stands, the expression that it starts, and where that ends.

    The expression is `$` for an escaped one and empty for one that starts none. No part of the text is looked at
    more than twice, however many braces are left open.
    """
    dollar = text.find("$")
    close = -1
    while dollar >= 0:
        start = dollar + 1
        expression, end = "", start
        if text.startswith("$", start):
            expression, end = "$", start + 1
        elif text.startswith("{", start):
            if close < start:
                close = text.find("}", start)
                close = len(text) if close < 0 else close
            if close < len(text) and (braced := _EXPRESSION.fullmatch(text, start + 1, close)):
                expression, end = braced[0], close + 1
        elif match := _EXPRESSION.match(text, start):
            expression, end = match[0], match.end()
        yield dollar, expression, end
        dollar = text.find("$", end)


class _State:
    """What the variables of a text come to, one after the other."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.error: str | None = None
        self.unset: list[str] = []
        self.required: list[str] = []
        self._environment = environment

    def value(self, expression: str) -> str:
        self.error = None
        self.required.clear()
        name, default, wanted, when_empty = _read(expression)
        value = self._environment.get(name)
        if value is not None and (value or not when_empty):
            return value
        if default is not None:
            return default
        if wanted:
            self.required.append(name)
        if value is None or wanted:
            self.unset.append(name)
        return ""


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
