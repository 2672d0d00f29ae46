"""What became of the services that were awaited, as values and in lines."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from rollout_lint.errors import ExitCode
from rollout_lint.live.describe import ROLLED_BACK_STATES, clock
from rollout_lint.stack.units import format_duration

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from rollout_lint.live.model import LiveService, LiveTask


class Outcome(StrEnum):
    """What became of one service."""

    COMPLETED = "completed"
    """Its update completed, and its tasks stay running."""
    UNCHANGED = "unchanged"
    """It needed no update, and its tasks stay running."""
    CREATED = "created"
    """It is new, and its tasks stay running."""
    PAUSED = "paused"
    ROLLED_BACK = "rolled-back"
    ROLLBACK_PAUSED = "rollback-paused"
    PENDING = "pending"
    """No node takes a task, for a reason that the scheduler gives and that does not pass."""
    CRASHING = "crashing"
    """Its tasks end, though no update is under way."""
    REMOVED = "removed"
    WAITING = "waiting"
    """It is not over: on the way, and, in a result, when the time was."""


GOOD = (Outcome.COMPLETED, Outcome.UNCHANGED, Outcome.CREATED)
MOST_FAILURES = 6


@dataclass(frozen=True, slots=True)
class Failure:
    """A task that ended though nothing told it to. `told` is the engine's message with what the exit code means.

    `is_new` is whether it was of the release that was deployed, not of the one that a rollback puts back.
    """

    task: str
    slot: str
    told: str
    exit_code: int | None
    at: datetime | None
    is_new: bool
    image: str


@dataclass(frozen=True, slots=True)
class Event:
    """What was seen of a service, and how many seconds after the first look."""

    after: float
    told: str


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one service. `told` is a sentence, `service` the last that was seen of it.

    `running` of `wanted` tasks run; `wanted` is None for a global service, where it depends on the nodes.
    `failures` and `events` come in order.
    """

    name: str
    outcome: Outcome
    told: str
    service: LiveService | None = None
    running: int = 0
    wanted: int | None = None
    failures: tuple[Failure, ...] = ()
    events: tuple[Event, ...] = ()
    tasks: tuple[LiveTask, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether what was deployed is what runs, and goes on running."""
        return self.outcome in GOOD

    @property
    def was_rolled_back(self) -> bool:
        """Whether its old spec is in force again."""
        is_back = self.service is not None and self.service.state in ROLLED_BACK_STATES
        return is_back or self.outcome in (Outcome.ROLLED_BACK, Outcome.ROLLBACK_PAUSED)

    @property
    def is_over(self) -> bool:
        """Whether there is nothing to wait for any more."""
        return self.outcome is not Outcome.WAITING


@dataclass(frozen=True, slots=True)
class Convergence:
    """What became of all the services. `mismatches` are the expectations that do not hold, in sentences.

    `seconds` is how long they were awaited.
    """

    names: tuple[str, ...]
    results: tuple[Result, ...]
    mismatches: tuple[str, ...] = ()
    seconds: float = 0.0

    @property
    def timed_out(self) -> bool:
        """Whether some service was still under way when the time was over."""
        return any(not result.is_over for result in self.results)

    @property
    def ok(self) -> bool:
        """Whether every update completed, and what runs is what was expected."""
        return self.exit_code == ExitCode.OK

    @property
    def exit_code(self) -> ExitCode:
        """0 where all is well; 1 where something is not; 2 where that could not be found out in time."""
        if self.timed_out or not self.results:
            return ExitCode.ERROR
        return ExitCode.OK if all(result.ok for result in self.results) and not self.mismatches else ExitCode.FINDINGS

    def failed(self) -> tuple[Result, ...]:
        """The services that did not converge."""
        return tuple(result for result in self.results if not result.ok)

    def report(self) -> str:
        """All of it as text, in lines; no value of a label or of an environment that was not asked for is in it."""
        return "\n".join(account(self))

    def require(self) -> None:
        """Raise NotConvergedError, whose message is the report, unless all is well."""
        if not self.ok:
            raise NotConvergedError(self)


class NotConvergedError(AssertionError):
    """Something that was deployed is not what runs; a failed assertion to whatever runs tests."""

    def __init__(self, convergence: Convergence) -> None:
        """The message is the whole report."""
        super().__init__(convergence.report())
        self.convergence = convergence


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
        yield f"  after {format_duration(event.after)}: {event.told}"


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
    took = f"after {format_duration(round(convergence.seconds))}"
    return f"{', '.join([*told, took])}. Exit {convergence.exit_code}."


def _plural(number: int, noun: str) -> str:
    return f"1 {noun}" if number == 1 else f"{number} {noun}s"
