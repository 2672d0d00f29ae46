"""A YAML file's first document as it is written: aliases and `<<` stay what they are, and all know where they stand."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from _ruamel_yaml import (
    AliasEvent,
    DocumentEndEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from rollout_lint.events import events

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rollout_lint.patch.text import Text

MERGE = "<<"
BLOCK_STYLES = ("|", ">")

_PROPERTIES = re.compile(r"(?:[&!][^\s,\[\]{}]*\s+)*")


@dataclass(slots=True)
class Node:
    """A node between two offsets of the text.

    `begin` is where the value itself begins, behind an anchor and a tag, and `raw` its characters from there; `written`
    is what a single value's characters come to. `entries` are a mapping's keys and values, `<<` among them; an alias
    has the node that it stands for as `target`. `flow` is whether brackets hold it.
    """

    kind: type
    start: int
    begin: int
    end: int
    raw: str = ""
    written: str = ""
    style: str = ""
    anchor: str | None = None
    flow: bool = False
    entries: list[tuple[Node, Node]] = field(default_factory=list)
    items: list[Node] = field(default_factory=list)
    target: Node | None = None

    @property
    def is_mapping(self) -> bool:
        """Whether it is a mapping of its own, not an alias of one."""
        return self.kind is MappingStartEvent

    @property
    def is_scalar(self) -> bool:
        """Whether it is a single value of its own."""
        return self.kind is ScalarEvent

    @property
    def resolved(self) -> Node:
        """What it comes to, be it by an alias."""
        return self.target if self.target is not None else self

    def own(self, key: str) -> Node | None:
        """The value that stands under the key in this mapping itself."""
        return next((value for name, value in self.entries if name.written == key), None)

    def merged(self, key: str) -> Node | None:
        """The value that `<<` brings under the key, resolved."""
        for source in self._merged_mappings():
            found = source.own(key) or source.merged(key)
            if found is not None:
                return found.resolved
        return None

    def effective(self) -> dict[str, Node]:
        """Every key with its value, own ones first, then those that `<<` brings."""
        found = {name.written: value for name, value in self.entries if name.written != MERGE}
        for source in self._merged_mappings():
            found = {**source.effective(), **found}
        return found

    def _merged_mappings(self) -> Iterator[Node]:
        for name, value in self.entries:
            if name.written == MERGE:
                listed = value.items if value.kind is SequenceStartEvent else [value]
                yield from (each.resolved for each in listed if each.resolved.is_mapping)


def tree_of(text: Text) -> Node | None:
    """The root of the first document; None where there is none that could be read whole."""
    builder = _Builder(text)
    for event in events(text.encoded()):
        if type(event) is DocumentEndEvent:
            return builder.root
        builder.take(event)
    return None


class _Builder:
    def __init__(self, text: Text) -> None:
        self.root: Node | None = None
        self._text = text
        self._open: list[tuple[Node, Node | None]] = []
        self._anchors: dict[str, Node] = {}

    def take(self, event: Any) -> None:
        kind = type(event)
        if kind in (MappingEndEvent, SequenceEndEvent):
            node, _ = self._open.pop()
            node.end = self._end_of(node, event)
        elif kind in (ScalarEvent, AliasEvent, MappingStartEvent, SequenceStartEvent):
            node = self._node(event, kind)
            self._attach(node)
            if kind in (MappingStartEvent, SequenceStartEvent):
                self._open.append((node, None))

    def _node(self, event: Any, kind: type) -> Node:
        start = self._offset(event.start_mark)
        node = Node(kind, start, start, self._offset(event.end_mark))
        if kind is AliasEvent:
            node.target = self._anchors.get(event.anchor)
            node.raw = self._text.characters[start : node.end]
            return node
        node.anchor = event.anchor
        if event.anchor is not None:
            self._anchors[event.anchor] = node
        if event.anchor is not None or event.tag is not None:
            match = _PROPERTIES.match(self._text.characters, start)
            node.begin = match.end() if match else start
        if kind is ScalarEvent:
            node.written, node.style = event.value, event.style or ""
            node.raw = self._text.characters[node.begin : node.end]
        else:
            node.flow = bool(event.flow_style)
        return node

    def _attach(self, node: Node) -> None:
        if not self._open:
            self.root = node
            return
        parent, key = self._open[-1]
        if not parent.is_mapping:
            parent.items.append(node)
        elif key is None:
            self._open[-1] = (parent, node)
        else:
            parent.entries.append((key, node))
            self._open[-1] = (parent, None)

    def _end_of(self, node: Node, event: Any) -> int:
        """A block ends with what stands last in it; the parser says where the next thing begins."""
        if node.flow:
            return self._offset(event.end_mark)
        if node.is_mapping and node.entries:
            key, value = node.entries[-1]
            return max(key.end, self._content_end(value))
        return self._content_end(node.items[-1]) if node.items else node.start

    def _content_end(self, node: Node) -> int:
        characters = self._text.characters
        return node.begin + len(characters[node.begin : node.end].rstrip()) if node.style in BLOCK_STYLES else node.end

    def _offset(self, mark: Any) -> int:
        return self._text.offset(mark.line, mark.column)
