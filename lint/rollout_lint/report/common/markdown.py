"""Markdown that several reports share."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rollout_lint.printable import printable
from rollout_lint.report.common.skipped import describe_skipped, sort_skipped
from rollout_lint.report.common.style import plural

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rollout_lint.discovery.skipped import SkippedFile

_MARKUP = re.compile(r"[\\|<>`*\[\]~&]|(?<![0-9A-Za-z])_|_(?![0-9A-Za-z])|:(?=//)|(?<=www)\.")
_MAX_BYTES = 256 * 1024
"""Maximum size of each of three lists. GitHub drops a step summary of more than 1 MiB."""


def escape_markdown(text: str) -> str:
    """Return text that Markdown shows as it is: no markup, link or image."""
    return _MARKUP.sub(r"\\\g<0>", printable(text))


class LimitedLines:
    """The first lines up to a size, and the number of the others."""

    def __init__(self) -> None:
        """Start without a line."""
        self._lines: list[str] = []
        self._size = 0
        self._count = 0

    def __bool__(self) -> bool:
        """Return True if there is a line."""
        return self._count > 0

    def add(self, line: str) -> None:
        """Add a line. It is kept if all lines before it fit too."""
        self._count += 1
        self._size += len(line.encode("utf-8", "replace")) + 1
        if self._size <= _MAX_BYTES:
            self._lines.append(line)

    def add_all(self, other: LimitedLines) -> None:
        """Add the lines of another list, in their order."""
        for line in other._lines:
            self.add(line)
        missing = other._count - len(other._lines)
        self._count += missing
        self._size += _MAX_BYTES if missing else 0

    def lines(self) -> Iterator[str]:
        """Yield the lines that fit, and the number of those that do not."""
        yield from self._lines
        if len(self._lines) < self._count:
            yield f"\n{self._count - len(self._lines)} more are not shown."


def limit_size(lines: list[str]) -> Iterator[str]:
    """Yield the lines that fit, and the number of those that do not."""
    limited = LimitedLines()
    for line in lines:
        limited.add(line)
    yield from limited.lines()


def format_skipped_section(skipped: Sequence[SkippedFile]) -> list[str]:
    """Return the lines of the section "Not checked", whose list can be opened; no lines without a file.

    Files for docker compose only come last.
    """
    if not skipped:
        return []
    files = sort_skipped(skipped)
    items = [f"- {escape_markdown(each.file)}: {escape_markdown(describe_skipped(each))}" for each in files]
    summary = f"<details><summary>{plural(len(files), 'file')}</summary>"
    return ["", "### Not checked", "", summary, "", *limit_size(items), "", "</details>"]
