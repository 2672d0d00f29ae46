"""Parser events of a file with colons that only the C parser rejects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from _ruamel_yaml import CParser, ScalarEvent, StreamEndEvent
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from rollout_lint.pattern import compile_lazily

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LINE_END = compile_lazily("\r\n|[\r\n\x85\u2028\u2029]")
"""Line ends of the parser, which are more than those of go-yaml. It is slow to compile: see `has_usual_lines`."""

COLON_IN_FLOW = "found unexpected ':'"
_COLONS = 32
"""Limit for such colons in a file, because each one restarts the parser."""
_PLACEHOLDERS = "~^`%=;@&*!<>"


def has_usual_lines(text: str) -> bool:
    """Return True for a text in which only a line feed can end a line."""
    return text.isascii() and "\r" not in text


def parse_with_colons(data: bytes) -> Callable[[], Any]:
    """Return the events of a file with a colon in a plain scalar in brackets, such as `[data:/srv]`.

    Docker accepts the colon, but the C parser is libyaml 0.1.7, which rejects it. Another character therefore replaces
    each such colon while the file is parsed. If no character is free, the slower parser in Python reads the file.
    """
    replaced = _replace_colons(data)
    if replaced is None:
        from ruamel.yaml import YAML

        return _catch_assertions(YAML(typ="safe", pure=True).parse(data))
    text, placeholder = replaced
    parsed = CParser(text.encode()).get_event

    def event() -> Any:
        found = parsed()
        if type(found) is ScalarEvent and placeholder in found.value:
            found.value = found.value.replace(placeholder, ":")
        return found

    return event


def _catch_assertions(events: Iterator[Any]) -> Callable[[], Any]:
    """Return events of the slower parser, which asserts instead of rejecting a document, such as one of YAML 1.9."""

    def event() -> Any:
        try:
            return next(events)
        except AssertionError as error:
            raise YAMLError(str(error)) from error

    return event


def _replace_colons(data: bytes) -> tuple[str, str] | None:
    """Return the text with a placeholder for each rejected colon, and the placeholder."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return None
    placeholder = next((each for each in _PLACEHOLDERS if each not in text), None)
    for _ in range(_COLONS if placeholder else 0):
        index = _find_rejected_colon(text)
        if index is None:
            return text, placeholder or ""
        if text[index : index + 1] != ":":
            return None
        text = f"{text[:index]}{placeholder}{text[index + 1 :]}"
    return None


def _find_rejected_colon(text: str) -> int | None:
    """Return the index of a colon in brackets that is the first error of the parser."""
    parser = CParser(text.encode())
    try:
        while type(parser.get_event()) is not StreamEndEvent:
            pass
    except MarkedYAMLError as error:
        if error.problem == COLON_IN_FLOW:
            index: int = error.problem_mark.index
            return index + text.startswith("\ufeff")
    return None
