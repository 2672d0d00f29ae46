"""Comments of a YAML file, and the entries of its tree by line."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from functools import cached_property
from operator import itemgetter
from typing import TYPE_CHECKING, TypeAlias

from rollout_lint.record import Record
from rollout_lint.syntax.node import BLOCK_STYLES, Mapping, Scalar, Sequence, iter_scalars

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rollout_lint.syntax.node import Written
    from rollout_lint.syntax.source import Source

Position: TypeAlias = "tuple[int, int]"
"""Line and column, both from 0."""

Span: TypeAlias = "tuple[Position, Position]"

_HASH = re.compile(r"(?:^|(?<=\s))#")


class Entry(Record):
    """Key with its value, or item of a list; the end is exclusive.

    `path` has the keys that lead to the entry, including its own. An item has the path of its list. `document` counts
    from 1.
    """

    path: tuple[str, ...]
    start: Position
    end: Position
    document: int
    is_key: bool


class Comment(Record):
    """Comment from its `#` to the end of the line; `is_alone` is True if only spaces come before it."""

    text: str
    start: Position
    is_alone: bool


class Outline:
    """Comments and entries of all documents of a file."""

    def __init__(self, source: Source) -> None:
        """Take the documents of a file, and its lines."""
        self._roots = [] if source.root is None else [source.root, *source.later]
        self._aliases = source.aliases
        self._end = source.end
        self.lines = source.lines()

    @cached_property
    def _entries(self) -> list[Entry]:
        return [entry for number, root in enumerate(self._roots, 1) for entry in _entries(root, (), number)]

    @cached_property
    def _scalars(self) -> list[Span]:
        return sorted(_text_span(scalar) for root in self._roots for scalar, _ in iter_scalars(root))

    @cached_property
    def first_key(self) -> Entry | None:
        """First key of the file."""
        return next((entry for entry in self._entries if entry.is_key), None)

    def only_comments(self, line: int, before: int) -> bool:
        """Return True if every line from `line` to the line before `before` is a comment."""
        return self._next_other[min(line, len(self.lines))] >= before

    @cached_property
    def _next_other(self) -> list[int]:
        """Number of the first line without a comment alone, for each line from that line on."""
        following = [len(self.lines)]
        for number in range(len(self.lines) - 1, -1, -1):
            is_comment = self.lines[number].lstrip().startswith("#")
            following.append(following[-1] if is_comment else number)
        return following[::-1]

    def comments(self) -> Iterator[Comment]:
        """Yield each comment of the file."""
        for number, line in enumerate(self.lines):
            for match in _HASH.finditer(line):
                start = (number, match.start())
                if self._end is not None and start >= self._end:
                    return
                if not self._in_scalar(start):
                    yield Comment(line[match.start() :], start, not line[: match.start()].strip())
                    break

    def first_on(self, line: int) -> Entry | None:
        """Return the outermost entry that starts on a line."""
        entry = self.next_from((line, 0))
        return entry if entry is not None and entry.start[0] == line else None

    def next_from(self, position: Position) -> Entry | None:
        """Return the outermost entry that starts at the position, or the next one."""
        index = bisect_left(self._entries, position, key=lambda entry: entry.start)
        return self._entries[index] if index < len(self._entries) else None

    def aliased_in(self, entry: Entry) -> list[Span]:
        """Return the spans of the targets of all aliases in an entry, and of aliases in these targets."""
        spans: set[Span] = set()
        waiting = [(entry.start, entry.end)]
        while waiting:
            first, last = (bisect_left(self._aliases, each, key=_start) for each in waiting.pop())
            new = {_span(alias.target) for alias in self._aliases[first:last]} - spans
            spans |= new
            waiting += new
        return sorted(spans)

    def _in_scalar(self, position: Position) -> bool:
        index = bisect_right(self._scalars, position, key=itemgetter(0)) - 1
        return index >= 0 and position < self._scalars[index][1]


def _entries(node: Written, path: tuple[str, ...], document: int) -> Iterator[Entry]:
    """Yield the entries below a node, in the order of the file."""
    if isinstance(node, Mapping):
        for key, value in node.pairs:
            key_path = (*path, key.text)
            yield Entry(key_path, _start(key), _span(value)[1], document, is_key=True)
            yield from _entries(value, key_path, document)
    elif isinstance(node, Sequence):
        for item in node.written:
            yield Entry(path, *_span(item), document, is_key=False)
            yield from _entries(item, path, document)


def _start(node: Written) -> Position:
    return node.line - 1, node.column - 1


def _span(node: Written) -> Span:
    return _start(node), (node.end_line - 1, node.end_column - 1)


def _text_span(scalar: Scalar) -> Span:
    """Return the span of the text, which starts on the next line after a `|`: a comment can follow the `|`."""
    start, end = _span(scalar)
    return ((start[0] + 1, 0) if scalar.style in BLOCK_STYLES else start), end
