"""The lines of a file with a caret under what matters, and nothing on them that may be a secret."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from rollout_lint.report.style import printable
from rollout_lint.source import scalars

if TYPE_CHECKING:
    from rollout_lint.place import Place
    from rollout_lint.report.style import Style
    from rollout_lint.source import Source

_BLANKED = re.compile("\0+")
_NEAR = 3
"""How many lines may lie between two that are shown, before the gap is cut."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A span to underline, and what to say under it."""

    place: Place
    note: str = ""


def excerpt(source: Source, marks: list[Mark], style: Style, width: int) -> list[str]:
    """The marked lines of one file, each with its marks below; all marks must be of that file."""
    lines = _shown_lines(source, marks)
    gutter = len(str(max(lines, default=1)))
    output: list[str] = []
    previous = None
    for number in sorted(lines):
        if previous is not None and number > previous + 1:
            output.append(f"  {style('...', 'dim')}")
        previous = number
        here = [mark for mark in marks if mark.place.line == number]
        cut = _cut(lines[number], here, width)
        output.append(f"  {style(f'{number:>{gutter}} |', 'dim')} {lines[number][cut : cut + width]}".rstrip())
        output += [
            f"  {' ' * gutter} {style('|', 'dim')} {_underline(mark, lines[number], cut, style)}" for mark in here
        ]
    return output


def _cut(line: str, marks: list[Mark], width: int) -> int:
    """How much of a long line to leave out on the left, so that its first mark is seen."""
    if len(line) <= width or not marks:
        return 0
    return max(0, min(mark.place.column for mark in marks) - width // 3)


def _shown_lines(source: Source, marks: list[Mark]) -> dict[int, str]:
    text = source.lines()
    wanted = sorted({mark.place.line for mark in marks if 1 <= mark.place.line <= len(text)})
    shown = set(wanted)
    for first, second in pairwise(wanted):
        if second - first <= _NEAR:
            shown.update(range(first, second))
    if wanted and wanted[0] > 1:
        shown.add(wanted[0] - 1)
    masked = _mask(source, text, shown, [mark.place for mark in marks])
    return {number: printable(masked[number].expandtabs(1)) for number in sorted(shown)}


def _mask(source: Source, text: list[str], shown: set[int], kept: list[Place]) -> dict[int, str]:
    """The shown lines with every value but the marked ones blanked out, and without comments."""
    masked = {number: list(text[number - 1]) for number in shown}
    ends = dict.fromkeys(shown, 0)
    for scalar, is_key in scalars(source.root) if source.root is not None else ():
        for number in range(scalar.line, scalar.end_line + 1):
            if number not in masked:
                continue
            start = scalar.column - 1 if number == scalar.line else 0
            end = scalar.end_column - 1 if number == scalar.end_line else len(masked[number])
            ends[number] = max(ends[number], end)
            if not is_key and end > start and not any(_within(scalar.line, scalar.column, place) for place in kept):
                masked[number][start:end] = "\0" * (end - start)
    return {number: _close(characters, ends[number]) for number, characters in masked.items()}


def _within(line: int, column: int, place: Place) -> bool:
    return (place.line, place.column) <= (line, column) < (place.end_line, place.end_column)


def _close(characters: list[str], end: int) -> str:
    """Each blanked value as one ellipsis, and the comment behind the last token dropped."""
    line = "".join(characters[:end]) + "".join(characters[end:]).partition("#")[0]
    return _BLANKED.sub(lambda match: "…".ljust(len(match[0])), line).rstrip()


def _underline(mark: Mark, line: str, cut: int, style: Style) -> str:
    start = mark.place.column - 1
    end = mark.place.end_column - 1 if mark.place.end_line == mark.place.line else len(line)
    carets = "^" * max(min(end, len(line)) - start, 1)
    note = f" {printable(mark.note)}" if mark.note else ""
    return f"{' ' * (start - cut)}{style(carets + note, 'bold', 'yellow')}"
