"""Progress bar on standard error for a slow sweep."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator

T = TypeVar("T")

_DELAY = 0.5
"""Seconds before the bar appears."""


def with_progress(items: Iterator[T], total: int) -> Iterator[T]:
    """Yield the items. On a terminal, show a bar with the number done of `total` after half a second."""
    if not sys.stderr.isatty():
        yield from items
        return
    started = time.monotonic()
    for done, item in enumerate(items, 1):
        yield item
        if time.monotonic() - started > _DELAY:
            yield from _with_bar(items, done, total)
            return


def _with_bar(items: Iterator[T], done: int, total: int) -> Iterator[T]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("recipes", total=total, completed=done)
        for item in items:
            yield item
            progress.advance(task)
