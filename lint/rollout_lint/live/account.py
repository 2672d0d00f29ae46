"""What became of the services, told in lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rollout_lint.live.told import clock
from rollout_lint.stack.units import show_seconds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rollout_lint.live.outcome import Convergence, Failure, Result

MOST_FAILURES = 6


def account(convergence: Convergence) -> Iterator[str]:
    """First each service, then what was expected and is not so, then the sum of it."""
    if not convergence.results:
        yield f"the engine has no stack and no service called {' or '.join(convergence.names)}"
        yield ""
    for result in convergence.results:
        yield from account_of(result)
        yield ""
    yield from convergence.mismatches
    if convergence.mismatches:
        yield ""
    yield _sum(convergence)


def account_of(result: Result) -> Iterator[str]:
    """One service, with the way there and its failed tasks where it did not converge."""
    yield f"{result.name}  {_verdict(result)}"
    yield f"  {result.told}"
    if not result.ok:
        yield f"  tasks that run: {result.running}" + ("" if result.wanted is None else f" of {result.wanted}")
        yield from _history(result)
    shown = result.failures[-MOST_FAILURES:]
    if len(shown) < len(result.failures):
        yield f"  {len(result.failures) - len(shown)} tasks ended before those:"
    for failure in shown:
        yield f"  {_failure(failure)}"


def _verdict(result: Result) -> str:
    return result.outcome.value.replace("-", " ") if result.is_over else "not over"


def _history(result: Result) -> Iterator[str]:
    """What was seen on the way, where there is more than how it ended."""
    for event in result.events[:-1]:
        yield f"  after {show_seconds(event.after)}: {event.told}"


def _failure(failure: Failure) -> str:
    at = f"{clock(failure.at)}  " if failure.at else ""
    release = "the new release" if failure.is_new else "the release that was put back"
    return f"{at}task {failure.task[:12]} of {release}, slot {failure.slot[:12]}: {failure.told}"


def _sum(convergence: Convergence) -> str:
    good = sum(result.ok for result in convergence.results)
    number = len(convergence.results)
    told = [f"{_plural(number, 'service')}: {good} as deployed, {number - good} not"]
    told += [f"{_plural(len(convergence.mismatches), 'expectation')} not met"] if convergence.mismatches else []
    told += ["the time was over"] if convergence.timed_out else []
    took = f"after {show_seconds(round(convergence.seconds))}"
    return f"{', '.join([*told, took])}. Exit {convergence.exit_code}."


def _plural(number: int, noun: str) -> str:
    return f"1 {noun}" if number == 1 else f"{number} {noun}s"
