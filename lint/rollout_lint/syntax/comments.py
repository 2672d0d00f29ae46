"""Comments of a YAML file, and the entries of its tree by line."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from functools import cached_property
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from rollout_lint.discovery.filesystem import detect_encoding
from rollout_lint.syntax.events import LINE_END
from rollout_lint.syntax.node import BLOCK_STYLES, Mapping, Scalar, Sequence, iter_scalars

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rollout_lint.syntax.node import Written
    from rollout_lint.syntax.parser import Source

Position: TypeAlias = "tuple[int, int]"
"""Line and column, both from 0."""

Span: TypeAlias = "tuple[Position, Position]"

_HASH = re.compile(r"(?:^|(?<=\s))#")


class Entry(NamedTuple):
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


class Outline:
    """The comments and the entries of a file that could be read, all its documents among it."""

    def __init__(self, source: Source) -> None:
        """Split the text into the parser's lines."""
        self._roots = [] if source.root is None else [source.root, *source.later]
        self._aliases = source.aliases
        self._end = source.end
        self.lines = LINE_END.split(source.data.decode(detect_encoding(source.data), errors="replace"))

    @cached_property
    def _entries(self) -> list[Entry]:
        return [entry for number, root in enumerate(self._roots, 1) for entry in _entries(root, (), number)]

    @cached_property
    def _scalars(self) -> list[Span]:
        return sorted(_text_span(scalar) for root in self._roots for scalar, _ in iter_scalars(root))

    @cached_property
    def first_key(self) -> Entry | None:
        """The first key of the file."""
        return next((entry for entry in self._entries if entry.is_key), None)

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
        for number, line in enumerate(self.lines):
            for match in _HASH.finditer(line):
                start = (number, match.start())
                if self._end is not None and start >= self._end:
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
        index = bisect_left(self._entries, position, key=lambda entry: entry.start)
        return self._entries[index] if index < len(self._entries) else None

    def aliased_in(self, entry: Entry) -> list[Span]:
        """The spans of what the aliases in an entry stand for, and of those in that again."""
        found: set[Span] = set()
        waiting = [(entry.start, entry.end)]
        while waiting:
            first, last = (bisect_left(self._aliases, each, key=_start) for each in waiting.pop())
            new = {_span(alias.target) for alias in self._aliases[first:last]} - found
            found |= new
            waiting += new
        return sorted(found)

    def _in_scalar(self, position: Position) -> bool:
        index = bisect_right(self._scalars, position, key=itemgetter(0)) - 1
        return index >= 0 and position < self._scalars[index][1]


def _entries(node: Written, path: tuple[str, ...], document: int) -> Iterator[Entry]:
    """Yield what stands below a node, in the order of the file."""
    if isinstance(node, Mapping):
        for key, value in node.pairs:
            here = (*path, key.text)
            yield Entry(here, _start(key), _span(value)[1], document, is_key=True)
            yield from _entries(value, here, document)
    elif isinstance(node, Sequence):
        for item in node.written:
            yield Entry(path, *_span(item), document, is_key=False)
            yield from _entries(item, path, document)


def _start(node: Written) -> Position:
    return node.line - 1, node.column - 1


def _span(node: Written) -> Span:
    return _start(node), (node.end_line - 1, node.end_column - 1)


def _text_span(scalar: Scalar) -> Span:
    """Return where a scalar holds text: behind the `|` a comment may stand; the text begins on the next line."""
    start, end = _span(scalar)
    return ((start[0] + 1, 0) if scalar.style in BLOCK_STYLES else start), end
