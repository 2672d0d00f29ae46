"""Results of waiting for updates, as values and as text."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from rollout_lint.errors import ExitCode
from rollout_lint.live.describe import format_count, format_time
from rollout_lint.live.model import ROLLED_BACK_STATES
from rollout_lint.printable import printable
from rollout_lint.stack.units import format_duration

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from rollout_lint.live.model import LiveService, LiveTask


class Outcome(StrEnum):
    """Outcome of one service."""

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
    """No node fits a task, and the reason from the scheduler does not go away."""
    CRASHING = "crashing"
    """Its tasks end although no update is in progress."""
    REMOVED = "removed"
    WAITING = "waiting"
    """It is not finished; in a result, the time ran out."""


_GOOD = (Outcome.COMPLETED, Outcome.UNCHANGED, Outcome.CREATED)
_MAX_FAILURES = 6


@dataclass(frozen=True, slots=True)
class Failure:
    """A task that ended without being stopped. `message` is Docker's message with the meaning of the exit code.

    `is_new` is True for a task of the deployed release, False for one of the release that a rollback restored.
    """

    task: str
    slot: str
    message: str
    exit_code: int | None
    time: datetime | None
    is_new: bool
    image: str


@dataclass(frozen=True, slots=True)
class Event:
    """A change in what was observed; `after` is in seconds since the first snapshot."""

    after: float
    message: str


@dataclass(frozen=True, slots=True)
class Result:
    """Result of one service. `message` is a sentence, `service` the last known state.

    `running` of `desired` tasks run. A global service has no `desired` number because it depends on the nodes.
    `failures` and `events` are in order.
    """

    name: str
    outcome: Outcome
    message: str
    service: LiveService | None = None
    running: int = 0
    desired: int | None = None
    failures: tuple[Failure, ...] = ()
    events: tuple[Event, ...] = ()
    tasks: tuple[LiveTask, ...] = ()

    @property
    def ok(self) -> bool:
        """True if the deployed spec runs, and its tasks stay running."""
        return self.outcome in _GOOD

    @property
    def was_rolled_back(self) -> bool:
        """True if the old spec is in force again."""
        is_back = self.service is not None and self.service.state in ROLLED_BACK_STATES
        return is_back or self.outcome in (Outcome.ROLLED_BACK, Outcome.ROLLBACK_PAUSED)

    @property
    def is_final(self) -> bool:
        """True if there is nothing left to wait for."""
        return self.outcome is not Outcome.WAITING


@dataclass(frozen=True, slots=True)
class Convergence:
    """Results of all services. `mismatches` has a sentence for each expectation that is not met.

    `seconds` is the time that was spent waiting.
    """

    names: tuple[str, ...]
    results: tuple[Result, ...]
    mismatches: tuple[str, ...] = ()
    seconds: float = 0.0

    @property
    def timed_out(self) -> bool:
        """True if the time ran out before every service was finished."""
        return any(not result.is_final for result in self.results)

    @property
    def ok(self) -> bool:
        """True if every update completed and all expectations are met."""
        return self.exit_code == ExitCode.OK

    @property
    def exit_code(self) -> ExitCode:
        """0 if all is well, 1 if something failed, 2 if the time ran out first."""
        if self.timed_out or not self.results:
            return ExitCode.ERROR
        return ExitCode.OK if all(result.ok for result in self.results) and not self.mismatches else ExitCode.FINDINGS

    def failed(self) -> tuple[Result, ...]:
        """Return the services that did not converge."""
        return tuple(result for result in self.results if not result.ok)

    def report(self) -> str:
        """Return all results as text, without the values of labels and variables that were not asked for."""
        return "\n".join(format_convergence(self))

    def require(self) -> None:
        """Raise NotConvergedError, with the report as its message, unless all is well."""
        if not self.ok:
            raise NotConvergedError(self)


class NotConvergedError(AssertionError):
    """Failed deploy, as a failed assertion for test runners."""

    def __init__(self, convergence: Convergence) -> None:
        """Use the whole report as the message."""
        super().__init__(convergence.report())
        self.convergence = convergence


def format_convergence(convergence: Convergence) -> Iterator[str]:
    """Yield printable lines: each service, then the expectations that are not met, then the summary."""
    if not convergence.results:
        yield printable(f"Docker has no stack and no service called {' or '.join(convergence.names)}")
        yield ""
    for result in convergence.results:
        yield from format_result(result)
        yield ""
    yield from map(printable, convergence.mismatches)
    if convergence.mismatches:
        yield ""
    yield _summary(convergence)


def format_result(result: Result) -> Iterator[str]:
    """Yield the printable lines of one service, with its events and failed tasks if it did not converge."""
    yield from map(printable, _list_lines(result))


def _list_lines(result: Result) -> Iterator[str]:
    yield f"{result.name}  {result.outcome.value.replace('-', ' ') if result.is_final else 'not finished'}"
    yield f"  {result.message}"
    if not result.ok:
        yield f"  running tasks: {result.running}" + ("" if result.desired is None else f" of {result.desired}")
        # The last event is the message above.
        for event in result.events[:-1]:
            yield f"  after {format_duration(event.after)}: {event.message}"
    shown = result.failures[-_MAX_FAILURES:]
    if len(shown) < len(result.failures):
        yield f"  {len(result.failures) - len(shown)} earlier failed tasks are not shown"
    for failure in shown:
        yield f"  {_format_failure(failure)}"


def _format_failure(failure: Failure) -> str:
    time = f"{format_time(failure.time)}  " if failure.time else ""
    release = "the new release" if failure.is_new else "the old release"
    return f"{time}task {failure.task[:12]} of {release}, slot {failure.slot[:12]}: {failure.message}"


def _summary(convergence: Convergence) -> str:
    good, number = sum(result.ok for result in convergence.results), len(convergence.results)
    parts = [f"{format_count(number, 'service')}: {good} as deployed, {number - good} not"]
    parts += [f"{format_count(len(convergence.mismatches), 'expectation')} not met"] if convergence.mismatches else []
    parts += ["the time ran out"] if convergence.timed_out else []
    parts.append(f"after {format_duration(round(convergence.seconds))}")
    return f"{', '.join(parts)}. Exit {convergence.exit_code}."
