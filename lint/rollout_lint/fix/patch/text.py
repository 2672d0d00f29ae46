"""Text of a YAML file, addressed by the positions of the parser."""

from __future__ import annotations

import re
from bisect import bisect_right
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from functools import cached_property
from typing import TYPE_CHECKING

from rollout_lint.record import Record
from rollout_lint.syntax.events import LINE_END, has_usual_lines
from rollout_lint.syntax.node import BLOCK_STYLES, Mapping, Scalar, Sequence

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rollout_lint.syntax.node import Written

_PROPERTIES = re.compile(r"(?:[&!][^\s,\[\]{}]*\s+)*")
"""Anchor and tag before a value."""
_BOM = "\ufeff"
_UTF_16 = {BOM_UTF16_LE: "utf-16-le", BOM_UTF16_BE: "utf-16-be"}


class Edit(Record):
    """Replacement of the characters between two offsets."""

    start: int
    end: int
    text: str


class _Text(Record):
    characters: str
    encoding: str = "utf-8"
    has_bom: bool = False


class SourceText(_Text):
    """Characters of a file without the byte order mark, which `has_bom` tells."""

    @staticmethod
    def decode(data: bytes) -> SourceText:
        """Decode UTF-8, or UTF-16 with a byte order mark; raises UnicodeDecodeError for anything else."""
        encoding = next((name for mark, name in _UTF_16.items() if data.startswith(mark)), "utf-8")
        characters = data.decode(encoding)
        return SourceText(characters.removeprefix(_BOM), encoding, characters.startswith(_BOM))

    def encode(self) -> bytes:
        """Return the bytes of the file."""
        return (_BOM * self.has_bom + self.characters).encode(self.encoding)

    def replace(self, start: int, end: int, text: str) -> SourceText:
        """Return a copy with other characters between two offsets."""
        return self.apply([Edit(start, end, text)])

    def apply(self, edits: Iterable[Edit]) -> SourceText:
        """Return a copy with edits in the order of the text, which must not overlap."""
        parts, position = [], 0
        for edit in edits:
            parts += [self.characters[position : edit.start], edit.text]
            position = edit.end
        return self._replace(characters="".join([*parts, self.characters[position:]]))

    def offset(self, line: int, column: int) -> int:
        """Return the offset of a line and column, which count from 0."""
        return self._line_starts[line] + column if line < len(self._line_starts) else len(self.characters)

    def start(self, node: Written) -> int:
        """Return the offset of a node, with its anchor and tag."""
        return self.offset(node.line - 1, node.column - 1)

    def value_start(self, node: Written) -> int:
        """Return the offset of a node's value, after its anchor and tag."""
        start = self.start(node)
        match = _PROPERTIES.match(self.characters, start)
        return match.end() if match else start

    def end(self, node: Written) -> int:
        """Return the offset after a node. A block ends after its last value, unlike in the parser's positions."""
        if isinstance(node, Mapping) and node.pairs and not node.flow:
            return max(map(self.end, node.pairs[-1]))
        if isinstance(node, Sequence) and node.written and not node.flow:
            return self.end(node.written[-1])
        end = self.offset(node.end_line - 1, node.end_column - 1)
        if isinstance(node, Scalar) and node.style in BLOCK_STYLES:
            start = self.value_start(node)
            return start + len(self.characters[start:end].rstrip())
        return end

    def raw(self, node: Written) -> str:
        """Return the characters of a node, without its anchor and tag."""
        return self.characters[self.value_start(node) : self.end(node)]

    def line_start(self, offset: int) -> int:
        """Return the offset of the start of a line."""
        return self._line_starts[bisect_right(self._line_starts, offset) - 1]

    def line_end(self, offset: int) -> int:
        """Return the offset of the line break after an offset."""
        return self._find_break(offset)[0]

    def next_line(self, offset: int) -> int:
        """Return the offset after the line break after an offset."""
        return self._find_break(offset)[1]

    @cached_property
    def newline(self) -> str:
        """Line break of the file's first line."""
        match = re.search("\r\n|\n|\r", self.characters)
        return match[0] if match else "\n"

    @cached_property
    def _line_starts(self) -> list[int]:
        starts, end = [0], len(self.characters)
        while (found := self._find_break(starts[-1]))[0] < end:
            starts.append(found[1])
        return starts

    def _find_break(self, offset: int) -> tuple[int, int]:
        """Return the offsets of the next line break and of what follows it; those of the end without one."""
        end = len(self.characters)
        if self._has_usual_lines:
            found = self.characters.find("\n", offset)
            return (end, end) if found < 0 else (found, found + 1)
        match = LINE_END.search(self.characters, offset)
        return (end, end) if match is None else match.span()

    @cached_property
    def _has_usual_lines(self) -> bool:
        return has_usual_lines(self.characters)
