"""Excerpts of a file with marked spans, without values that may be secrets."""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from rollout_lint.report.common.style import printable
from rollout_lint.syntax.node import iter_scalars

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rollout_lint.location import Location
    from rollout_lint.report.common.style import Style
    from rollout_lint.syntax.source import Source

_HIDDEN = re.compile("\0+")
_MAX_GAP = 3
"""Maximum distance of two marked lines for the lines between them to be included."""


class Mark(NamedTuple):
    """Span to underline, with a note. The value is replaced by an ellipsis if `is_hidden`."""

    location: Location
    note: str = ""
    is_hidden: bool = False


def format_excerpt(source: Source, marks: list[Mark], style: Style, width: int) -> list[str]:
    """Return the marked lines of a file, each followed by its marks. All marks must be in this file."""
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
        line_marks = [mark for mark in marks if mark.location.line == number]
        start = _window_start(len(masked.hide_values(number)), line_marks, width)
        text = printable(masked.format_window(number, start, width, visible))
        output.append(f"  {style(f'{number:>{gutter}} |', 'dim')} {text}".rstrip())
        output += [
            f"  {' ' * gutter} {style('|', 'dim')} {_underline(mark, masked, start, width, style)}"
            for mark in line_marks
        ]
    return output


def _window_start(length: int, marks: list[Mark], width: int) -> int:
    """Return how many characters to cut on the left of a long line, so that its first mark is visible."""
    if length <= width or not marks:
        return 0
    return max(0, min(mark.location.column for mark in marks) - width // 3)


def _select_lines(count: int, marks: list[Mark]) -> list[int]:
    marked = sorted({mark.location.line for mark in marks if 1 <= mark.location.line <= count})
    selected = set(marked)
    for first, second in pairwise(marked):
        if second - first <= _MAX_GAP:
            selected.update(range(first, second))
    if marked and marked[0] > 1:
        selected.add(marked[0] - 1)
    return sorted(selected)


class _Span(NamedTuple):
    """Part of a scalar on one line (`start`, `end`), and the position at which the scalar begins."""

    line: int
    column: int
    start: int
    end: int
    is_key: bool


class _Masked:
    """Lines of a file without values and comments.

    The nodes are walked once for all findings, and only the printed part of a line is restored. So a thousand findings
    on one long line cost no more than on a thousand lines.
    """

    def __init__(self, source: Source) -> None:
        self.lines = source.lines()
        self._spans: dict[int, list[_Span]] = {}
        self._hidden: dict[int, str] = {}
        for scalar, is_key in iter_scalars(source.root) if source.root is not None else ():
            for number in range(scalar.line, min(scalar.end_line, len(self.lines)) + 1):
                start = scalar.column - 1 if number == scalar.line else 0
                end = scalar.end_column - 1 if number == scalar.end_line else len(self.lines[number - 1])
                span = _Span(scalar.line, scalar.column, start, end, is_key)
                self._spans.setdefault(number, []).append(span)
        for spans in self._spans.values():
            spans.sort()

    def hide_values(self, number: int) -> str:
        """Return a line with null characters in place of its values, without the comment after its last token."""
        if number not in self._hidden:
            line = self.lines[number - 1]
            characters = list(line)
            spans = self._spans.get(number, [])
            for span in spans:
                if not span.is_key and span.end > span.start:
                    characters[span.start : span.end] = "\0" * (span.end - span.start)
            end = max((span.end for span in spans), default=0)
            self._hidden[number] = ("".join(characters[:end]) + line[end:].partition("#")[0]).rstrip()
        return self._hidden[number]

    def format_window(self, number: int, start: int, width: int, visible: list[Location]) -> str:
        """Return a part of a line with the values at the visible locations, and an ellipsis for each other value."""
        line = self.lines[number - 1]
        characters = list(self.hide_values(number)[start : start + width])
        for span in self._spans_at(number, visible):
            low, high = max(span.start, start), min(span.end, start + width)
            if low < high:
                characters[low - start : high - start] = line[low:high]
        text = _HIDDEN.sub(lambda match: "…".ljust(len(match[0])), "".join(characters))
        return text.expandtabs(1).rstrip()

    def _spans_at(self, number: int, locations: list[Location]) -> Iterator[_Span]:
        spans = self._spans.get(number, [])
        for location in locations:
            first = bisect_left(spans, (location.line, location.column))
            last = bisect_left(spans, (location.end_line, location.end_column))
            yield from spans[first:last]


_masked = lru_cache(maxsize=8)(_Masked)


def _underline(mark: Mark, masked: _Masked, window_start: int, width: int, style: Style) -> str:
    location = mark.location
    start = location.column - 1
    window_end = min(len(masked.hide_values(location.line)), window_start + width)
    end = min(location.end_column - 1, window_end) if location.end_line == location.line else window_end
    carets = "^" * max(end - start, 1)
    note = f" {printable(mark.note)}" if mark.note else ""
    return f"{' ' * (start - window_start)}{style(carets + note, 'bold', 'yellow')}"
