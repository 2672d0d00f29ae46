"""Concurrent runner of cases, each on its own engine."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

from tests.swarm.proof import Case
from tests.swarm.scenario import Outcome, run

WORKERS = 12

Outcomes = Mapping[tuple[str, str], "Future[Outcome]"]
"""Outcomes by the name of the engine and of the case."""


@contextmanager
def side_by_side(cases: Sequence[tuple[str, Case]]) -> Iterator[Outcomes]:
    """Start all cases on the engines that they name. Stop the unfinished ones at the end of the block."""
    stop = threading.Event()
    with ThreadPoolExecutor(WORKERS) as pool:
        try:
            yield {(engine, case.name): pool.submit(run, engine, case, stop) for engine, case in cases}
        finally:
            stop.set()
            pool.shutdown(cancel_futures=True)


def succeeded(outcomes: Outcomes) -> list[Outcome]:
    """Return the outcomes of the cases that ended without an exception."""
    ended = (future for future in outcomes.values() if future.done() and not future.cancelled())
    return [future.result() for future in ended if future.exception() is None]
