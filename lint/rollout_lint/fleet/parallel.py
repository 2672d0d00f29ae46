"""Parallel map over many items in several processes, with the results in order."""

from __future__ import annotations

import os
from collections import deque
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from concurrent.futures import Future, ProcessPoolExecutor

T = TypeVar("T")
R = TypeVar("R")

_CHUNK = 16
_PER_PROCESS = 64
"""Fewer items than this are faster without another process."""

_AHEAD = 4
"""Chunks per process that are submitted early; a limit, so that results do not pile up in memory."""

CRASHED = "the process that read it was killed, perhaps because memory ran out"
"""Problem of an item whose process was killed."""

_work: tuple[Callable[[Any], Any], Sequence[Any]] | None = None
"""Function and items of a worker process."""


def choose_process_count(items: int) -> int:
    """Return the number of processes for a number of items, 1 if this process cannot be forked safely.

    A child has only the thread that forked it, and would wait forever for a lock that another thread holds.
    """
    if not hasattr(os, "fork") or items < 2 * _PER_PROCESS:
        return 1
    import threading

    if threading.active_count() > 1:
        return 1
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(processors, items // _PER_PROCESS))


def map_in_processes(
    function: Callable[[T], R], items: Sequence[T], processes: int, on_crash: Callable[[T], R]
) -> Iterator[R]:
    """Yield `function(item)` for each item, or `lost(item)` if the worker process died, for example for lack of memory.

    The workers are forked: they get the function and the items without a copy. Results must be picklable.
    """
    if processes < 2:
        yield from map(function, items)
        return
    done = 0
    while done < len(items):
        for results in _chunks(function, items[done:], processes):
            done += len(results)
            yield from results
        # If a worker died, each item of the chunk whose turn it was gets a process of its own.
        for item in items[done : done + _CHUNK]:
            yield _alone(function, item, on_crash)
        done += _CHUNK


def _chunks(function: Callable[[T], R], items: Sequence[T], processes: int) -> Iterator[list[R]]:
    """Yield the results chunk by chunk; stop early if a worker died."""
    from concurrent.futures.process import BrokenProcessPool

    starts = iter(range(0, len(items), _CHUNK))
    pending: deque[Future[list[R]]] = deque()
    with _executor(function, items, processes) as executor:
        try:
            while True:
                for start in islice(starts, _AHEAD * processes - len(pending)):
                    pending.append(executor.submit(_run, start, start + _CHUNK))
                if not pending:
                    return
                yield pending.popleft().result()
        except BrokenProcessPool:
            return
        finally:
            executor.shutdown(cancel_futures=True)


def _alone(function: Callable[[T], R], item: T, on_crash: Callable[[T], R]) -> R:
    """Return the result of one item, computed in a process of its own."""
    for results in _chunks(function, [item], 1):
        return results[0]
    return on_crash(item)


def _executor(function: Callable[[T], R], items: Sequence[T], processes: int) -> ProcessPoolExecutor:
    """Return a pool whose workers are all forked at the first submit, before this process has another thread."""
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    return ProcessPoolExecutor(processes, get_context("fork"), _prepare_worker, (function, items))


def _prepare_worker(function: Callable[[Any], Any], items: Sequence[Any]) -> None:
    """Keep the work and ignore interrupts: an interrupt reaches the whole group, and the parent ends the workers."""
    import signal

    global _work  # noqa: PLW0603
    _work = (function, items)
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _run(start: int, stop: int) -> list[Any]:
    assert _work is not None
    function, items = _work
    return [function(item) for item in items[start:stop]]
