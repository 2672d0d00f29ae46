"""YAML nodes that know their place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from rollout_lint.scalar import YAML, Plain, resolve

if TYPE_CHECKING:
    from collections.abc import Iterator

START_OF_OTHER_THAN_TEXT = frozenset(("", *"0123456789+-.~nNtTfF"))
"""What a plain scalar begins with that may be something else."""
_DECODING_TAGS = frozenset(YAML + name for name in ("null", "bool", "int", "float", "timestamp"))


class Scalar:
    """One scalar: its decoded `text`, its `value`, and its span, which counts from 1.

    The value is what go-yaml v3 decodes it to (`resolve.go resolve`): `yes` stays text, `0440` is octal.
    """

    __slots__ = ("column", "end_column", "end_line", "line", "plain", "tag", "text", "value")

    def __init__(self, event: Any) -> None:
        """Take what the parser's ScalarEvent says."""
        start, end = event.start_mark, event.end_mark
        text: str = event.value
        tag: str | None = event.tag
        self.text = text
        self.tag = tag
        self.plain: bool = not event.style
        self.line: int = start.line + 1
        self.column: int = start.column + 1
        self.end_line: int = end.line + 1
        self.end_column: int = end.column + 1
        self.value: Plain = text
        if tag is not None or (self.plain and text[:1] in START_OF_OTHER_THAN_TEXT):
            self.decode()

    def decode(self) -> None:
        """Make the value of the text, the tag, and whether it is plain."""
        decodes = self.plain if self.tag is None else self.tag in _DECODING_TAGS
        self.value = resolve(self.text) if decodes else self.text


class Mapping:
    """A mapping with `<<` applied: key text to its key node and value node."""

    __slots__ = ("column", "depth", "end_column", "end_line", "entries", "line", "size")

    def __init__(self, event: Any) -> None:
        """Take the start of what the parser's MappingStartEvent says."""
        self.entries: dict[str, tuple[Scalar, Node]] = {}
        self.size = 1
        self.depth = 1
        self.line: int = event.start_mark.line + 1
        self.column: int = event.start_mark.column + 1
        self.end_line = self.line
        self.end_column = self.column

    def get(self, key: str) -> Node | None:
        """The value under `key`, own or merged in; None where there is none."""
        entry = self.entries.get(key)
        return None if entry is None else entry[1]


class Sequence:
    """A list of nodes."""

    __slots__ = ("column", "depth", "end_column", "end_line", "items", "line", "size")

    def __init__(self, event: Any) -> None:
        """Take the start of what the parser's SequenceStartEvent says."""
        self.items: list[Node] = []
        self.size = 1
        self.depth = 1
        self.line: int = event.start_mark.line + 1
        self.column: int = event.start_mark.column + 1
        self.end_line = self.line
        self.end_column = self.column


Node: TypeAlias = Scalar | Mapping | Sequence


def plain(node: Node) -> Any:
    """The node as dict, list and scalar values."""
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Mapping):
        return {key: plain(value) for key, (_, value) in node.entries.items()}
    return [plain(item) for item in node.items]


def scalars(node: Node) -> Iterator[tuple[Scalar, bool]]:
    """Every scalar below the node once, with whether it is a key."""
    seen: set[int] = set()
    waiting: list[Node] = [node]
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, Scalar):
            yield node, False
        elif isinstance(node, Sequence):
            waiting.extend(node.items)
        else:
            for key, value in node.entries.values():
                if id(key) not in seen:
                    seen.add(id(key))
                    yield key, True
                waiting.append(value)
