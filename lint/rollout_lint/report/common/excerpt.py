"""The lines of a file with a caret under what matters, and nothing on them that may be a secret."""

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
    from rollout_lint.syntax.parser import Source

_BLANKED = re.compile("\0+")
_NEAR = 3
"""How many lines may lie between two that are shown, before the gap is cut."""


class Mark(NamedTuple):
    """A span to underline, and what to say under it; a `blank` one is underlined, and not shown."""

    location: Location
    note: str = ""
    blank: bool = False


def excerpt(source: Source, marks: list[Mark], style: Style, width: int) -> list[str]:
    """The marked lines of one file, each with its marks below; all marks must be of that file."""
    masked = _masked(source)
    numbers = _shown_lines(len(masked.lines), marks)
    gutter = len(str(max(numbers, default=1)))
    kept = [mark.location for mark in marks if not mark.blank]
    output: list[str] = []
    previous = None
    for number in numbers:
        if previous is not None and number > previous + 1:
            output.append(f"  {style('...', 'dim')}")
        previous = number
        here = [mark for mark in marks if mark.location.line == number]
        cut = _cut(len(masked.blanked(number)), here, width)
        shown = printable(masked.window(number, cut, width, kept))
        output.append(f"  {style(f'{number:>{gutter}} |', 'dim')} {shown}".rstrip())
        output += [
            f"  {' ' * gutter} {style('|', 'dim')} {_underline(mark, masked, cut, width, style)}" for mark in here
        ]
    return output


def _cut(length: int, marks: list[Mark], width: int) -> int:
    """How much of a long line to leave out on the left, so that its first mark is seen."""
    if length <= width or not marks:
        return 0
    return max(0, min(mark.location.column for mark in marks) - width // 3)


def _shown_lines(count: int, marks: list[Mark]) -> list[int]:
    wanted = sorted({mark.location.line for mark in marks if 1 <= mark.location.line <= count})
    shown = set(wanted)
    for first, second in pairwise(wanted):
        if second - first <= _NEAR:
            shown.update(range(first, second))
    if wanted and wanted[0] > 1:
        shown.add(wanted[0] - 1)
    return sorted(shown)


class _Span(NamedTuple):
    """What a scalar takes of one line, and where the scalar itself begins."""

    line: int
    column: int
    start: int
    end: int
    is_key: bool


class _Masked:
    """A file's lines with every value blanked out, and without comments.

    The nodes are walked once for all findings, and of a line no more than what is shown is made readable again, so
    that a thousand findings on one long line cost no more than on a thousand lines.
    """

    def __init__(self, source: Source) -> None:
        self.lines = source.lines()
        self._spans: dict[int, list[_Span]] = {}
        self._blanked: dict[int, str] = {}
        for scalar, is_key in iter_scalars(source.root) if source.root is not None else ():
            for number in range(scalar.line, min(scalar.end_line, len(self.lines)) + 1):
                start = scalar.column - 1 if number == scalar.line else 0
                end = scalar.end_column - 1 if number == scalar.end_line else len(self.lines[number - 1])
                span = _Span(scalar.line, scalar.column, start, end, is_key)
                self._spans.setdefault(number, []).append(span)
        for spans in self._spans.values():
            spans.sort()

    def blanked(self, number: int) -> str:
        """The line with a null character for each one of a value, without the comment behind its last token."""
        if number not in self._blanked:
            line = self.lines[number - 1]
            characters = list(line)
            spans = self._spans.get(number, [])
            for span in spans:
                if not span.is_key and span.end > span.start:
                    characters[span.start : span.end] = "\0" * (span.end - span.start)
            end = max((span.end for span in spans), default=0)
            self._blanked[number] = ("".join(characters[:end]) + line[end:].partition("#")[0]).rstrip()
        return self._blanked[number]

    def window(self, number: int, start: int, width: int, kept: list[Location]) -> str:
        """A part of the line as it is shown: the values at the kept places, an ellipsis for each other."""
        line = self.lines[number - 1]
        characters = list(self.blanked(number)[start : start + width])
        for span in self._within(number, kept):
            low, high = max(span.start, start), min(span.end, start + width)
            if low < high:
                characters[low - start : high - start] = line[low:high]
        shown = _BLANKED.sub(lambda match: "…".ljust(len(match[0])), "".join(characters))
        return shown.expandtabs(1).rstrip()

    def _within(self, number: int, locations: list[Location]) -> Iterator[_Span]:
        spans = self._spans.get(number, [])
        for location in locations:
            first = bisect_left(spans, (location.line, location.column))
            behind = bisect_left(spans, (location.end_line, location.end_column))
            yield from spans[first:behind]


_masked = lru_cache(maxsize=8)(_Masked)


def _underline(mark: Mark, masked: _Masked, cut: int, width: int, style: Style) -> str:
    location = mark.location
    start = location.column - 1
    behind = min(len(masked.blanked(location.line)), cut + width)
    end = min(location.end_column - 1, behind) if location.end_line == location.line else behind
    carets = "^" * max(end - start, 1)
    note = f" {printable(mark.note)}" if mark.note else ""
    return f"{' ' * (start - cut)}{style(carets + note, 'bold', 'yellow')}"
