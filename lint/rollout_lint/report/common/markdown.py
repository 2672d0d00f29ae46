"""Markdown that several reports share."""

from __future__ import annotations

import re
from itertools import accumulate
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


def limit_size(lines: list[str]) -> Iterator[str]:
    """Yield the lines that fit, and the number of those that do not."""
    sizes = accumulate(len(line.encode("utf-8", "replace")) + 1 for line in lines)
    fitting = sum(size <= _MAX_BYTES for size in sizes)
    yield from lines[:fitting]
    if fitting < len(lines):
        yield f"\n{len(lines) - fitting} more are not shown."


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
