"""Where the keys, the items and the comments of a YAML file stand."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from _ruamel_yaml import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from rollout_lint.events import events

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rollout_lint.source import Source

Position: TypeAlias = "tuple[int, int]"
"""Line and column, both from 0."""

_LINE_END = re.compile("\r\n|[\r\n\x85\u2028\u2029]")
"""What the parser counts as the end of a line, which is more than go-yaml does."""

_HASH = re.compile(r"(?:^|(?<=\s))#")
_BLOCK_STYLES = ("|", ">")


@dataclass(slots=True)
class Entry:
    """A key with its value, or an item of a list: from its start to the end, which is exclusive.

    `path` are the keys that lead to it, its own among them; an item has those of its list. `document` counts from 1.
    """

    path: tuple[str, ...]
    start: Position
    end: Position
    document: int
    is_key: bool


class Comment(NamedTuple):
    """A comment from its `#` to the end of its line; `alone` is whether nothing but spaces stands before it."""

    text: str
    start: Position
    alone: bool


@dataclass
class Outline:
    """A file's entries in their order, and what it takes to tell a comment from a text that looks like one."""

    lines: list[str]
    entries: list[Entry] = field(default_factory=list)
    scalars: list[tuple[Position, Position]] = field(default_factory=list)
    aliases: list[tuple[Position, Entry]] = field(default_factory=list)
    """Where each alias stands, and what it stands for."""
    end: Position = (0, 0)
    """How far the parser could read."""

    @cached_property
    def first_key(self) -> Entry | None:
        """The first key of the file."""
        return next((entry for entry in self.entries if entry.is_key), None)

    def only_comments(self, line: int, before: int) -> bool:
        """Whether every line from this one on is a comment, down to another one."""
        return self._next_other[min(line, len(self.lines))] >= before

    @cached_property
    def _next_other(self) -> list[int]:
        """For each line the number of the first from there on that is more, or less, than a comment."""
        following = [len(self.lines)]
        for number in range(len(self.lines) - 1, -1, -1):
            is_comment = self.lines[number].lstrip().startswith("#")
            following.append(following[-1] if is_comment else number)
        return following[::-1]

    def comments(self) -> Iterator[Comment]:
        """Each comment of the file, none of which lies in a scalar."""
        for number, line in enumerate(self.lines[: self.end[0] + 1]):
            for match in _HASH.finditer(line):
                start = (number, match.start())
                if start >= self.end:
                    return
                if not self._in_scalar(start):
                    yield Comment(line[match.start() :], start, not line[: match.start()].strip())
                    break

    def first_on(self, line: int) -> Entry | None:
        """The outermost entry that starts on a line."""
        entry = self.next_from((line, 0))
        return entry if entry is not None and entry.start[0] == line else None

    def next_from(self, position: Position) -> Entry | None:
        """The outermost entry that starts there, or nearest after it."""
        index = bisect_left(self.entries, position, key=lambda entry: entry.start)
        return self.entries[index] if index < len(self.entries) else None

    def aliased_in(self, entry: Entry) -> list[Entry]:
        """What the aliases in an entry stand for, and those in that again."""
        found: dict[Position, Entry] = {}
        waiting = [entry]
        while waiting:
            here = waiting.pop()
            first = bisect_left(self.aliases, here.start, key=lambda alias: alias[0])
            last = bisect_left(self.aliases, here.end, key=lambda alias: alias[0])
            new = {target.start: target for _, target in self.aliases[first:last] if target.start not in found}
            found |= new
            waiting += new.values()
        return list(found.values())

    def _in_scalar(self, position: Position) -> bool:
        index = bisect_right(self.scalars, position, key=lambda span: span[0]) - 1
        return index >= 0 and position < self.scalars[index][1]


def outline_of(source: Source) -> Outline:
    """The outline of a file that could be read."""
    encoding = "utf-16" if source.data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    outline = Outline(_LINE_END.split(source.data.decode(encoding, errors="replace")))
    builder = _Builder(outline)
    for event in events(source.data):
        builder.take(event)
        outline.end = _position(event.end_mark)
    return outline


@dataclass(slots=True)
class _Open:
    """A mapping or a list that has not ended; `entry` is the one whose value is to come, `whole` what it is itself."""

    path: tuple[str, ...]
    is_mapping: bool
    whole: Entry
    is_key: bool = False
    entry: Entry | None = None


class _Builder:
    def __init__(self, outline: Outline) -> None:
        self._outline = outline
        self._open: list[_Open] = []
        self._anchors: dict[str, Entry] = {}
        self._document = 0

    def take(self, event: Any) -> None:
        kind = type(event)
        if kind is DocumentStartEvent:
            self._document += 1
            self._open.clear()
            self._anchors.clear()
        elif kind in (MappingEndEvent, SequenceEndEvent):
            self._close(_position(event.end_mark))
        elif kind in (ScalarEvent, AliasEvent, MappingStartEvent, SequenceStartEvent):
            self._node(event, kind)

    def _node(self, event: Any, kind: type) -> None:
        start, end = _position(event.start_mark), _position(event.end_mark)
        is_key, entry = self._entry(event, start, end)
        whole = Entry(entry.path if entry else (), start, end, self._document, is_key=False)
        if kind is AliasEvent:
            target = self._anchors.get(event.anchor)
            if target is not None:
                self._outline.aliases.append((start, target))
        elif event.anchor is not None:
            self._anchors[event.anchor] = whole
        if kind is ScalarEvent:
            # Behind the `|` a comment may stand; the text begins on the next line.
            begin = (start[0] + 1, 0) if event.style in _BLOCK_STYLES else start
            self._outline.scalars.append((begin, end))
        if kind in (MappingStartEvent, SequenceStartEvent):
            self._open.append(_Open(whole.path, kind is MappingStartEvent, whole, is_key))
        else:
            self._end(is_key, end)

    def _entry(self, event: Any, start: Position, end: Position) -> tuple[bool, Entry | None]:
        """Whether the node is a key, and the entry that it begins, or is the value of."""
        if not self._open:
            return False, None
        parent = self._open[-1]
        if parent.is_mapping and parent.entry is not None:
            return False, parent.entry
        path = (*parent.path, str(getattr(event, "value", ""))) if parent.is_mapping else parent.path
        entry = Entry(path, start, end, self._document, parent.is_mapping)
        self._outline.entries.append(entry)
        parent.entry = entry
        return parent.is_mapping, entry

    def _close(self, end: Position) -> None:
        closed = self._open.pop()
        closed.whole.end = end
        self._end(closed.is_key, end)

    def _end(self, is_key: bool, end: Position) -> None:
        """A value ends its entry; a key does not."""
        if self._open and not is_key:
            parent = self._open[-1]
            if parent.entry is not None:
                parent.entry.end = end
            parent.entry = None


def _position(mark: Any) -> Position:
    return mark.line, mark.column
