"""The same for each of many, in several processes, in the order that was given."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from concurrent.futures import ProcessPoolExecutor

T = TypeVar("T")
R = TypeVar("R")

_CHUNK = 16
_PER_PROCESS = 64
"""Fewer items than this are done before another process has started."""

_work: tuple[Callable[[Any], Any], Sequence[Any]] | None = None


def processes_for(items: int) -> int:
    """How many processes pay for so many items here: one where the system cannot fork."""
    if not hasattr(os, "fork"):
        return 1
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(processors, items // _PER_PROCESS))


def for_each(function: Callable[[T], R], items: Sequence[T], processes: int, lost: Callable[[T], R]) -> Iterator[R]:
    """`function` of each item; `lost` of one whose process was ended from outside, as for want of memory.

    The processes are forked, so that they have the function and the items without copying them; what the function
    returns must be picklable.
    """
    if processes < 2:
        yield from map(function, items)
        return
    start = 0
    while start < len(items):
        for chunk in _chunks(function, items[start:], processes):
            if chunk is None:
                break
            yield from chunk
            start += len(chunk)
        else:
            return
        for item in items[start : start + _CHUNK]:
            yield _alone(function, item, lost)
        start += _CHUNK


def _chunks(function: Callable[[T], R], items: Sequence[T], processes: int) -> Iterator[list[R] | None]:
    """The results chunk by chunk; None, and then no more, once a process is gone."""
    from concurrent.futures.process import BrokenProcessPool

    with _executor(function, items, processes) as executor:
        futures = [executor.submit(_run, start, start + _CHUNK) for start in range(0, len(items), _CHUNK)]
        futures.reverse()
        try:
            while futures:
                yield futures.pop().result()
        except BrokenProcessPool:
            yield None
        finally:
            executor.shutdown(cancel_futures=True)


def _alone(function: Callable[[T], R], item: T, lost: Callable[[T], R]) -> R:
    from concurrent.futures.process import BrokenProcessPool

    with _executor(function, [item], 1) as executor:
        try:
            (result,) = executor.submit(_run, 0, 1).result()
        except BrokenProcessPool:
            return lost(item)
        return result  # type: ignore[no-any-return]


def _executor(function: Callable[[T], R], items: Sequence[T], processes: int) -> ProcessPoolExecutor:
    """All processes are forked when the first chunk is handed over, before there is any thread beside this one."""
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    global _work  # noqa: PLW0603
    _work = (function, items)
    return ProcessPoolExecutor(processes, get_context("fork"), initializer=_ignore_interrupts)


def _ignore_interrupts() -> None:
    """An interrupt reaches the whole group; the one who waits for the results ends the rest."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _run(start: int, stop: int) -> list[Any]:
    assert _work is not None
    function, items = _work
    return [function(item) for item in items[start:stop]]
