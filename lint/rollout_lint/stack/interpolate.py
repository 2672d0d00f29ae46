"""Interpolation of variables, with the grammar of docker/cli (`cli/compose/template/template.go`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rollout_lint.pattern import compile_lazily
from rollout_lint.record import Record

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator, Mapping


def _grammar(letters: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return the patterns of an expression, and of the name in it."""
    expression = rf"[{letters}][{letters}0-9]*(?::?[-?][^}}]*)?"
    return compile_lazily(expression), compile_lazily(f"[{letters}0-9]+")


_ASCII_GRAMMAR = _grammar("_a-zA-Z")
_GRAMMAR = _grammar("_a-zA-Z\u017f\u212a")
"""Go ignores case, so the last two letters are equal to `s` and `k`. They make the patterns slow to compile."""

BAD_DOLLAR = "Docker rejects a `$` that does not start a variable: write `$$` for a dollar sign"
OPEN_BRACE = "Docker rejects a `${` without a closing brace: add `}`, or write `$$` for a dollar sign"
BAD_BRACES = (
    "Docker rejects this expression in braces: write a name, optionally with :-default, -default, :?message or "
    "?message after it, or `$$` for a dollar sign"
)


class Substitution(Record):
    """Text after interpolation.

    `error` is set if Docker rejects the text. `unset` lists the variables without a value and a default. `required`
    lists those of them that Docker requires. `unbraced_defaults` lists the variables without braces that took the text
    after them as their default. `variables` lists all variables.
    """

    text: str
    error: str | None = None
    unset: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    unbraced_defaults: tuple[str, ...] = ()
    variables: tuple[str, ...] = ()


def substitute(text: str, environment: Mapping[str, str], hole: str = "") -> Substitution:
    """Replace the variables in the text, and those without a value or with an error by `hole`.

    As in `substituteWith`, a later variable clears the error of an earlier one. A variable without braces can have a
    default too: `$TAG-alpine` is the tag alone, or `alpine`.
    """
    state = _State(environment, hole)
    parts: list[str] = []
    position = 0
    unbraced_defaults = []
    last_brace = text.rfind("}")
    _, name_pattern = _ASCII_GRAMMAR if text.isascii() else _GRAMMAR
    for dollar, expression, end in _dollars(text):
        parts.append(text[position:dollar])
        position = end
        if expression:
            parts.append("$" if expression == "$" else state.value(expression))
        else:
            state.error = _explain_dollar(text, dollar, last_brace)
            parts.append(hole)
        if not text.startswith("{", dollar + 1) and (name := name_pattern.match(expression)) and name[0] != expression:
            unbraced_defaults.append(name[0])
    parts.append(text[position:])
    return Substitution(
        "".join(parts),
        state.error,
        tuple(state.unset),
        tuple(state.required),
        tuple(unbraced_defaults),
        tuple(state.variables),
    )


def _explain_dollar(text: str, dollar: int, last_brace: int) -> str:
    """Return the error of a `$` that does not start a variable."""
    if not text.startswith("{", dollar + 1):
        return BAD_DOLLAR
    return BAD_BRACES if last_brace > dollar else OPEN_BRACE


def _dollars(text: str) -> Iterator[tuple[int, str, int]]:
    """Yield the position of each `$`, its expression, and the end of the expression.

    The expression is `$` for an escaped dollar sign, and empty if the `$` does not start a variable. No part of the
    text is read more than twice, even if many braces are open.
    """
    expressions, _ = _ASCII_GRAMMAR if text.isascii() else _GRAMMAR
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
            if close < len(text) and (braced := expressions.fullmatch(text, start + 1, close)):
                expression, end = braced[0], close + 1
        elif match := expressions.match(text, start):
            expression, end = match[0], match.end()
        yield dollar, expression, end
        dollar = text.find("$", end)


class _State:
    """Result of the variables of a text so far."""

    def __init__(self, environment: Mapping[str, str], hole: str) -> None:
        self.error: str | None = None
        self.unset: list[str] = []
        self.required: list[str] = []
        self.variables: list[str] = []
        self._environment = environment
        self._hole = hole

    def value(self, expression: str) -> str:
        self.error = None
        self.required.clear()
        name, default, is_required, is_unset_if_empty = _split(expression)
        self.variables.append(name)
        value = self._environment.get(name)
        if value is not None and (value or not is_unset_if_empty):
            return value
        if default is not None:
            return default
        if is_required:
            self.required.append(name)
        if value is None or is_required:
            self.unset.append(name)
            return self._hole
        return ""


def _split(expression: str) -> tuple[str, str | None, bool, bool]:
    """Return the name, the default, and if the variable is required and if an empty value is unset.

    docker/cli searches for the separators in this order, anywhere in the expression. The dash in
    `${A:?not-there}` therefore makes it a variable `A:?not` with the default `there`.
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
