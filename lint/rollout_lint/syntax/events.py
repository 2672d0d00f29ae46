"""Events of a file that only the C parser refuses, and what the parser counts as the end of a line."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from _ruamel_yaml import CParser, ScalarEvent, StreamEndEvent
from ruamel.yaml.error import MarkedYAMLError, YAMLError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LINE_END = re.compile("\r\n|[\r\n\x85\u2028\u2029]")
"""What the parser counts as the end of a line, which is more than go-yaml does."""

COLON_IN_FLOW = "found unexpected ':'"
_COLONS = 32
"""In a file with more of them, the parser would begin anew too often."""
_STAND_INS = "~^`%=;@&*!<>"


def parse_with_colons(data: bytes) -> Callable[[], Any]:
    """The events of a file with a colon inside a plain scalar in brackets, as in `[data:/srv]`.

    The C parser is libyaml 0.1.7, which alone refuses that; Docker takes it. So another character stands in for each
    such colon while the file is parsed. Where none can, the slower parser reads it, which is written in Python.
    """
    stood_in = _with_stand_in(data)
    if stood_in is None:
        from ruamel.yaml import YAML

        return _asserting(YAML(typ="safe", pure=True).parse(data))
    text, stand_in = stood_in
    parsed = CParser(text.encode()).get_event

    def event() -> Any:
        found = parsed()
        if type(found) is ScalarEvent and stand_in in found.value:
            found.value = found.value.replace(stand_in, ":")
        return found

    return event


def _asserting(events: Iterator[Any]) -> Callable[[], Any]:
    """The slower parser asserts what it ought to refuse, such as a document of YAML 1.9."""

    def event() -> Any:
        try:
            return next(events)
        except AssertionError as error:
            raise YAMLError(str(error)) from error

    return event


def _with_stand_in(data: bytes) -> tuple[str, str] | None:
    """The text with a character that it does not have in place of each colon that is refused, and that character."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return None
    stand_in = next((each for each in _STAND_INS if each not in text), None)
    for _ in range(_COLONS if stand_in else 0):
        at = _refused_colon(text)
        if at is None:
            return text, stand_in or ""
        if text[at : at + 1] != ":":
            return None
        text = f"{text[:at]}{stand_in}{text[at + 1 :]}"
    return None


def _refused_colon(text: str) -> int | None:
    """Where the parser refuses a colon in brackets, before it refuses anything else."""
    parser = CParser(text.encode())
    try:
        while type(parser.get_event()) is not StreamEndEvent:
            pass
    except MarkedYAMLError as error:
        if error.problem == COLON_IN_FLOW:
            index: int = error.problem_mark.index
            return index + text.startswith("\ufeff")
    return None
