"""A progress bar on standard error, for a sweep that takes longer than a moment."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator

T = TypeVar("T")

_MOMENT = 0.5


def with_progress(items: Iterator[T], total: int) -> Iterator[T]:
    """The items; once half a second has passed, on a terminal only, a bar shows how many of `total` are done."""
    if not sys.stderr.isatty():
        yield from items
        return
    started = time.monotonic()
    for done, item in enumerate(items, 1):
        yield item
        if time.monotonic() - started > _MOMENT:
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
