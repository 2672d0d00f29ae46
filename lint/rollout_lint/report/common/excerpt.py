"""Excerpts of a file with marked spans, without values that may be secrets."""

from __future__ import annotations

import re
import textwrap
from bisect import bisect_left
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

from rollout_lint.printable import printable
from rollout_lint.record import Record
from rollout_lint.report.common.masking import classify_scalars

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rollout_lint.location import Location
    from rollout_lint.report.common.style import Style
    from rollout_lint.syntax.source import Source

_HIDDEN = re.compile("\0+")
_ELLIPSIS = "…"
_MAX_GAP = 3
"""Maximum distance of two marked lines for the lines between them to be included."""


class Mark(Record):
    """Span to underline, with a note. The value is replaced by an ellipsis if `is_hidden`."""

    location: Location
    note: str = ""
    is_hidden: bool = False


def format_excerpt(source: Source, marks: list[Mark], style: Style, width: int) -> list[str]:
    """Return the marked lines of a file, each followed by its marks. All marks must be in this file.

    No line is longer than `width`. A longer line of the file is printed in parts around its marks.
    """
    masked = _masked(source)
    numbers = _select_lines(len(masked.lines), marks)
    gutter = len(str(max(numbers, default=1)))
    visible = [mark.location for mark in marks if not mark.is_hidden]
    output: list[str] = []
    previous = None
    for number in numbers:
        if previous is not None and number > previous + 1:
            output.append(f"  {style('...', 'dim')}")
        previous = number
        line_marks = sorted((mark for mark in marks if mark.location.line == number), key=lambda mark: mark.location)
        label = f"{number:>{gutter}}"
        for part in _split_line(len(masked.hide_values(number)), line_marks, width - gutter - len("   | ")):
            text = printable(masked.format_part(number, part, visible))
            output.append(f"  {style(f'{label} |', 'dim')} {text}".rstrip())
            notes = (line for mark in part.marks for line in _underline(mark, part, style))
            output += [f"  {' ' * gutter} {style('|', 'dim')} {line}" for line in notes]
            label = " " * gutter
    return output


def _select_lines(count: int, marks: list[Mark]) -> list[int]:
    marked = sorted({mark.location.line for mark in marks if 1 <= mark.location.line <= count})
    selected = set(marked)
    for first, second in pairwise(marked):
        if second - first <= _MAX_GAP:
            selected.update(range(first, second))
    if marked and marked[0] > 1:
        selected.add(marked[0] - 1)
    return sorted(selected)


class _Part(Record):
    """Part of a line from `start` to `end`, with the marks in it. `length` is that of the line, `width` the maximum."""

    start: int
    end: int
    marks: list[Mark]
    length: int
    width: int

    def columns(self, mark: Mark) -> tuple[int, int]:
        """Return the columns of the part that a mark covers."""
        start, end = _columns(mark, self.length)
        first = min(max(start - self.start, 0), self.width - 1)
        return first, max(min(end, self.end) - self.start, first + 1)


def _columns(mark: Mark, length: int) -> tuple[int, int]:
    """Return the columns that a mark covers on its first line, at least one. Columns count from 0.

    A mark in a comment, which is not printed, covers the column after the next.
    """
    location = mark.location
    start = min(location.column - 1, length + 1)
    end = min(location.end_column - 1, length) if location.end_line == location.line else length
    return start, max(end, start + 1)


def _split_line(length: int, marks: Sequence[Mark], width: int) -> list[_Part]:
    """Return the parts of a line to print: the whole line if it fits, else a part around each mark.

    Marks that fit into one part share it. A mark that is longer than `width` has several parts.
    """
    if length <= width or not marks:
        return [_Part(0, min(length, width), list(marks), length, width)]
    parts: list[_Part] = []
    for mark in marks:
        start, end = _columns(mark, length)
        if parts and parts[-1].start <= start and end <= parts[-1].end:
            parts[-1].marks.append(mark)
            continue
        first = max(0, min(start - width // 3, length - width))
        if end - start <= width:
            first = max(first, end - width)
            parts.append(_Part(first, min(first + width, length), [mark], length, width))
        else:
            steps = range(first, end, width)
            parts += [_Part(step, min(step + width, end), [mark], length, width) for step in steps]
    return parts


class _Span(Record):
    """Part of a scalar on one line (`start`, `end`), and the position at which the scalar begins."""

    line: int
    column: int
    start: int
    end: int
    is_private: bool


class _Masked:
    """Lines of a file without comments and without values that may be secrets.

    The nodes are walked once for all findings, and only the printed part of a line is restored. So a thousand findings
    on one long line cost no more than on a thousand lines.
    """

    def __init__(self, source: Source) -> None:
        self.lines = source.lines()
        self._spans: dict[int, list[_Span]] = {}
        self._hidden: dict[int, str] = {}
        for scalar, is_private in classify_scalars(source.root) if source.root is not None else ():
            for number in range(scalar.line, min(scalar.end_line, len(self.lines)) + 1):
                start = scalar.column - 1 if number == scalar.line else 0
                end = scalar.end_column - 1 if number == scalar.end_line else len(self.lines[number - 1])
                span = _Span(scalar.line, scalar.column, start, end, is_private)
                self._spans.setdefault(number, []).append(span)
        for spans in self._spans.values():
            spans.sort()

    def hide_values(self, number: int) -> str:
        """Return a line with null characters in place of private values, without the comment after its last token."""
        if number not in self._hidden:
            line = self.lines[number - 1]
            characters = list(line)
            spans = self._spans.get(number, [])
            for span in spans:
                if span.is_private and span.end > span.start:
                    characters[span.start : span.end] = "\0" * (span.end - span.start)
            end = max((span.end for span in spans), default=0)
            self._hidden[number] = ("".join(characters[:end]) + line[end:].partition("#")[0]).rstrip()
        return self._hidden[number]

    def format_part(self, number: int, part: _Part, visible: list[Location]) -> str:
        """Return a part of a line with the values at the visible locations, and an ellipsis for other private values.

        An ellipsis also replaces an unmarked character at an end where the line goes on.
        """
        line = self.lines[number - 1]
        characters = list(self.hide_values(number)[part.start : part.end])
        for span in self._spans_at(number, visible):
            low, high = max(span.start, part.start), min(span.end, part.end)
            if low < high:
                characters[low - part.start : high - part.start] = line[low:high]
        columns = [part.columns(mark) for mark in part.marks]
        if part.start and characters and all(start > 0 for start, _ in columns):
            characters[0] = _ELLIPSIS
        if part.end < part.length and characters and all(end < len(characters) for _, end in columns):
            characters[-1] = _ELLIPSIS
        text = _HIDDEN.sub(lambda match: _ELLIPSIS.ljust(len(match[0])), "".join(characters))
        return text.expandtabs(1).rstrip()

    def _spans_at(self, number: int, locations: list[Location]) -> Iterator[_Span]:
        spans = self._spans.get(number, [])
        for location in locations:
            first = bisect_left(spans, (location.line, location.column))
            last = bisect_left(spans, (location.end_line, location.end_column))
            yield from spans[first:last]


_masked = lru_cache(maxsize=8)(_Masked)


def _underline(mark: Mark, part: _Part, style: Style) -> Iterator[str]:
    """Yield the carets below a mark and its note, on the same line if it fits. The note is below the last part."""
    start, end = part.columns(mark)
    carets = f"{' ' * start}{style('^' * (end - start), 'bold', 'yellow')}"
    is_last = _columns(mark, part.length)[1] <= part.end or part.end == part.length
    note = printable(mark.note) if is_last else ""
    if end + 1 + len(note) <= part.width or not note:
        yield f"{carets} {style(note, 'bold', 'yellow')}".rstrip()
        return
    yield carets
    indent = min(start, max(part.width - len(note), 0))
    yield from (f"{' ' * indent}{style(line, 'bold', 'yellow')}" for line in textwrap.wrap(note, part.width))
