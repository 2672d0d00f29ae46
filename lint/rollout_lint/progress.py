"""A progress bar on standard error, for a sweep that takes longer than a moment."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

T = TypeVar("T")

_MOMENT = 0.5


def with_progress(items: Sequence[T]) -> Iterator[T]:
    """The items; once half a second has passed, on a terminal only, a bar shows how far along they are."""
    if not sys.stderr.isatty():
        yield from items
        return
    started = time.monotonic()
    for index, item in enumerate(items):
        if time.monotonic() - started > _MOMENT:
            yield from _with_bar(items, index)
            return
        yield item


def _with_bar(items: Sequence[T], done: int) -> Iterator[T]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("recipes", total=len(items), completed=done)
        for item in items[done:]:
            yield item
            progress.advance(task)
