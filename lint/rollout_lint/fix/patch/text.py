"""A YAML file's text with the means to find and to replace what the parser points at."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from rollout_lint.syntax.events import LINE_END
from rollout_lint.syntax.node import BLOCK_STYLES, Mapping, Scalar, Sequence

if TYPE_CHECKING:
    from rollout_lint.syntax.node import Written

_PROPERTIES = re.compile(r"(?:[&!][^\s,\[\]{}]*\s+)*")
"""An anchor and a tag before a value."""
_MARKS = {"utf-16-le": "\ufeff".encode("utf-16-le"), "utf-16-be": "\ufeff".encode("utf-16-be")}


@dataclass(frozen=True)
class Text:
    """A file's characters; `mark` is whether a byte order mark stands before them, which `characters` is without."""

    characters: str
    encoding: str = "utf-8"
    mark: bool = False

    @staticmethod
    def of(data: bytes) -> Text:
        """Raises UnicodeDecodeError for bytes that are no text."""
        encoding = next((name for name, mark in _MARKS.items() if data.startswith(mark)), "utf-8")
        characters = data.decode(encoding)
        mark = characters.startswith("\ufeff")
        return Text(characters.removeprefix("\ufeff"), encoding, mark)

    def encoded(self) -> bytes:
        """The file's bytes."""
        return ("\ufeff" * self.mark + self.characters).encode(self.encoding)

    def replaced(self, start: int, end: int, by: str) -> Text:
        """The same with other characters between two offsets."""
        return Text(self.characters[:start] + by + self.characters[end:], self.encoding, self.mark)

    def offset(self, line: int, column: int) -> int:
        """Where a position of the parser's, both counted from 0, is in the characters."""
        return self._starts[line] + column if line < len(self._starts) else len(self.characters)

    def start(self, node: Written) -> int:
        """Return the offset where a node starts, with its anchor and its tag."""
        return self.offset(node.line - 1, node.column - 1)

    def begin(self, node: Written) -> int:
        """Return the offset where a node's own value begins, behind an anchor and a tag."""
        start = self.start(node)
        match = _PROPERTIES.match(self.characters, start)
        return match.end() if match else start

    def end(self, node: Written) -> int:
        """Return the offset where a node ends: a block ends with its last value, not where the parser goes on."""
        if isinstance(node, Mapping) and node.pairs and not node.flow:
            return max(map(self.end, node.pairs[-1]))
        if isinstance(node, Sequence) and node.written and not node.flow:
            return self.end(node.written[-1])
        end = self.offset(node.end_line - 1, node.end_column - 1)
        if isinstance(node, Scalar) and node.style in BLOCK_STYLES:
            begin = self.begin(node)
            return begin + len(self.characters[begin:end].rstrip())
        return end

    def raw(self, node: Written) -> str:
        """Return a node's own characters, without its anchor and its tag."""
        return self.characters[self.begin(node) : self.end(node)]

    def line_start(self, offset: int) -> int:
        """Where the line begins in which the offset lies."""
        return self._starts[bisect_right(self._starts, offset) - 1]

    def line_end(self, offset: int) -> int:
        """Where the line's own characters end in which the offset lies."""
        match = LINE_END.search(self.characters, offset)
        return match.start() if match else len(self.characters)

    @cached_property
    def newline(self) -> str:
        """How the file's lines end, as its first one does."""
        match = re.search("\r\n|\n|\r", self.characters)
        return match[0] if match else "\n"

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(match.end() for match in LINE_END.finditer(self.characters))]
