"""A results file in JSON or YAML, as plain values that know where they stand.

Numbers stay as they are written, since a revision `12e4567` is none; true, false and null are what they say. A key
that a JSON object holds twice has the value TWICE, which no reader takes.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from rollout_lint.syntax.node import Mapping, Scalar, to_value

if TYPE_CHECKING:
    from rollout_lint.syntax.node import Node

TWICE: Final = object()

Steps = tuple[str | int, ...]

_SPACE = re.compile(r"[ \t\r\n]*")


@dataclass(frozen=True, slots=True)
class JsonText:
    """JSON text, which begins on `line` of its file."""

    text: str
    line: int = 1

    def location(self, steps: Steps) -> tuple[int, int]:
        """Line and column of the value below these keys and indices, or of the last one that exists."""
        at = _skip(self.text, 0)
        for step in steps:
            inner = _inside(self.text, at).get(step)
            if inner is None:
                break
            at = inner
        before = self.text[:at]
        return self.line + before.count("\n"), at - before.rfind("\n")


@dataclass(frozen=True, slots=True)
class YamlText:
    """The root of a YAML document."""

    root: Node

    def location(self, steps: Steps) -> tuple[int, int]:
        """Line and column of the value below these keys and indices, or of the last one that exists."""
        node = self.root
        for step in steps:
            inner = _below(node, step)
            if inner is None:
                break
            node = inner
        return node.line, node.column


def load_json(text: str) -> Any:
    """The values of JSON text. Raises ValueError (JSONDecodeError) for other text, RecursionError for one too deep."""
    return json.loads(text, parse_int=str, parse_float=str, parse_constant=str, object_pairs_hook=_once)


def from_yaml(node: Node) -> Any:
    """The values of a YAML node."""
    return to_value(node, _as_written)


def _as_written(scalar: Scalar) -> bool | str | None:
    return scalar.value if scalar.value is None or isinstance(scalar.value, bool) else scalar.text


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    held: dict[str, Any] = {}
    for key, value in pairs:
        held[key] = TWICE if key in held else value
    return held


def _inside(text: str, at: int) -> dict[str | int, int]:
    """Where the values of the object or the list at `at` begin; the text is known to be JSON."""
    starts: dict[str | int, int] = {}
    named = text[at] == "{"
    if not named and text[at] != "[":
        return starts
    decoder = json.JSONDecoder(parse_int=str, parse_float=str)
    at = _skip(text, at + 1)
    while text[at] not in "]}":
        step: str | int = len(starts)
        if named:
            step, at = decoder.raw_decode(text, at)
            at = _skip(text, _skip(text, at) + 1)
        starts[step] = at
        at = _skip(text, decoder.raw_decode(text, at)[1])
        if text[at] == ",":
            at = _skip(text, at + 1)
    return starts


def _skip(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    assert match is not None
    return match.end()


def _below(node: Node, step: str | int) -> Node | None:
    if isinstance(node, Mapping):
        return node.get(str(step))
    if isinstance(node, Scalar) or not isinstance(step, int) or step >= len(node.items):
        return None
    return node.items[step]
