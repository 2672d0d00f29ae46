"""Results file in JSON or YAML as plain values, with their locations.

Numbers stay text, because a revision `12e4567` is not a number; true, false and null keep their type. A repeated key of
a JSON object has the value DUPLICATE, which no reader accepts.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from rollout_lint.syntax.node import Mapping, Scalar, to_value

if TYPE_CHECKING:
    from rollout_lint.syntax.node import Node

DUPLICATE: Final = object()

Steps = tuple[str | int, ...]

_SPACE = re.compile(r"[ \t\r\n]*")


@dataclass(frozen=True, slots=True)
class JsonText:
    """JSON text that begins on `line` of its file."""

    text: str
    line: int = 1

    def locate(self, steps: Steps) -> tuple[int, int]:
        """Return line and column of the value at these keys and indices, or of the last one that exists."""
        offset = _skip_space(self.text, 0)
        for step in steps:
            inner = _child_offsets(self.text, offset).get(step)
            if inner is None:
                break
            offset = inner
        before = self.text[:offset]
        return self.line + before.count("\n"), offset - before.rfind("\n")


@dataclass(frozen=True, slots=True)
class YamlText:
    """Root of a YAML document."""

    root: Node

    def locate(self, steps: Steps) -> tuple[int, int]:
        """Return line and column of the value at these keys and indices, or of the last one that exists."""
        node = self.root
        for step in steps:
            inner = _child(node, step)
            if inner is None:
                break
            node = inner
        return node.line, node.column


def load_json(text: str) -> Any:
    """Return the values of JSON text. Raises JSONDecodeError, and RecursionError if it is nested too deeply."""
    return json.loads(text, parse_int=str, parse_float=str, parse_constant=str, object_pairs_hook=_mark_duplicates)


def read_yaml_values(node: Node) -> Any:
    """Return the values of a YAML node."""
    return to_value(node, _value_or_text)


def _value_or_text(scalar: Scalar) -> bool | str | None:
    return scalar.value if scalar.value is None or isinstance(scalar.value, bool) else scalar.text


def _mark_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for key, value in pairs:
        values[key] = DUPLICATE if key in values else value
    return values


def _child_offsets(text: str, offset: int) -> dict[str | int, int]:
    """Return the offsets of the values in the object or list at an offset; the text must be JSON."""
    offsets: dict[str | int, int] = {}
    is_object = text[offset] == "{"
    if not is_object and text[offset] != "[":
        return offsets
    decoder = json.JSONDecoder(parse_int=str, parse_float=str)
    offset = _skip_space(text, offset + 1)
    while text[offset] not in "]}":
        step: str | int = len(offsets)
        if is_object:
            step, offset = decoder.raw_decode(text, offset)
            offset = _skip_space(text, _skip_space(text, offset) + 1)
        offsets[step] = offset
        offset = _skip_space(text, decoder.raw_decode(text, offset)[1])
        if text[offset] == ",":
            offset = _skip_space(text, offset + 1)
    return offsets


def _skip_space(text: str, offset: int) -> int:
    match = _SPACE.match(text, offset)
    assert match is not None
    return match.end()


def _child(node: Node, step: str | int) -> Node | None:
    if isinstance(node, Mapping):
        return node.get(str(step))
    if isinstance(node, Scalar) or not isinstance(step, int) or step >= len(node.items):
        return None
    return node.items[step]
