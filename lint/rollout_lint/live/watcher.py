"""Looks at one service, one after the other, to what has become of its update.

Nothing here waits or asks an engine: a look is what an engine said, and at which second. An update begins with a new
spec, and the engine drops the status of the last one in the same step (swarmkit `manager/controlapi/service.go
UpdateService`), so a status is always that of the spec beside it; where there is none, the specs of the tasks tell
whether an update is still to begin.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rollout_lint.live import spec_diff as normal
from rollout_lint.live.describe import (
    COMPLETED,
    PAUSED,
    ROLLBACK_COMPLETED,
    ROLLBACK_PAUSED,
    ROLLBACK_STARTED,
    UPDATING,
    clock,
    told_end,
)
from rollout_lint.live.failures import failures_of
from rollout_lint.live.result import Event, Outcome, Result
from rollout_lint.live.tasks import (
    ended,
    is_done,
    is_of,
    is_rollback_in_disguise,
    missing,
    serving,
    start_of,
)
from rollout_lint.stack.units import format_duration

if TYPE_CHECKING:
    from datetime import datetime

    from rollout_lint.live.model import LiveService, LiveTask


@dataclass(frozen=True, slots=True)
class Look:
    """What an engine says of a service, and when, in seconds of any clock that does not go back."""

    at: float
    service: LiveService | None
    tasks: tuple[LiveTask, ...] = ()


@dataclass(frozen=True, slots=True)
class Patience:
    """How long what may pass is waited for, in seconds; `since` is the time before which nothing counts."""

    settle: float = 10.0
    pending: float = 30.0
    since: datetime | None = None


@dataclass(slots=True)
class _Deploy:
    """What has been seen since a spec came into force; `before` are the tasks that had ended by the first look."""

    before: frozenset[str]
    rolled_back: bool = False
    over_since: float | None = None
    pending_since: float | None = None
    steady_since: float | None = None
    steady: frozenset[str] = frozenset()
    ended_at_over: frozenset[str] = frozenset()


@dataclass(slots=True)
class Watch:
    """What has been seen of one service so far."""

    name: str
    patience: Patience = field(default_factory=Patience)
    result: Result = field(init=False)
    _first: float | None = None
    _last: Look | None = None
    _deploy: _Deploy = field(init=False)
    _events: list[Event] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Nothing has been seen."""
        self.result = Result(self.name, Outcome.WAITING, "it has not been seen yet")
        self._deploy = _Deploy(frozenset())

    def see(self, look: Look) -> Result:
        """Take in a look, which is no older than the last; what is to be said now."""
        if self._first is None:
            self._first = look.at
            self._deploy = _Deploy(ended(look.tasks))
        elif self._is_new_deploy(look):
            self._note(look, "it was deployed again")
            self._deploy = _Deploy(ended(look.tasks))
        outcome, told = self._judge(look)
        if told != self.result.told:
            self._note(look, told)
        self._last = look if look.service is not None else self._last
        self.result = self._result(look, outcome, told)
        return self.result

    def give_up(self) -> Result:
        """The time is over. What is known to fail has failed; of all else nothing is known."""
        result, last = self.result, self._last
        if result.is_over or result.service is None or last is None:
            return result
        if result.service.state == ROLLBACK_STARTED:
            told = "its update failed, and was still being rolled back when the time was over"
            self.result = self._result(last, Outcome.ROLLED_BACK, f"{told}; {serving(result.service, last.tasks)}")
        elif result.failures and result.service.state != UPDATING:
            told = f"its tasks keep ending, and it does not run: {result.told}"
            self.result = self._result(last, Outcome.CRASHING, told)
        return self.result

    def _note(self, look: Look, told: str) -> None:
        self._events.append(Event(round(look.at - (self._first or 0.0), 1), told))

    def _is_new_deploy(self, look: Look) -> bool:
        """A rollback changes the spec too, and keeps the start of its update."""
        before = self._last.service if self._last else None
        if before is None or look.service is None:
            return False
        started, now = start_of(before), start_of(look.service)
        if started is not None:
            return started != now
        return bool(normal.whole(before.spec) != normal.whole(look.service.spec))

    def _result(self, look: Look, outcome: Outcome, told: str) -> Result:
        service = look.service or (self._last.service if self._last else None)
        return Result(
            name=service.name if service else self.name,
            outcome=outcome,
            told=told,
            service=service,
            running=len({task.slot for task in look.tasks if task.runs}),
            wanted=service.spec.replicas if service else None,
            failures=failures_of(service, look.tasks, self._deploy.before, self._deploy.rolled_back) if service else (),
            events=tuple(self._events),
            tasks=look.tasks,
        )

    def _judge(self, look: Look) -> tuple[Outcome, str]:
        service = look.service
        if service is None:
            return Outcome.REMOVED, "it was removed"
        if self._is_older(service):
            return Outcome.WAITING, f"it has not been deployed since {clock(self._since)}"
        self._deploy.rolled_back |= service.state == ROLLBACK_STARTED
        if service.state in _FAILED:
            outcome, told = _FAILED[service.state]
            return outcome, f"{told}; {serving(service, look.tasks)}"
        disguised = is_rollback_in_disguise(service, look.tasks)
        if disguised or (service.state == COMPLETED and self._deploy.rolled_back):
            told = f"its rollback failed too, which the engine calls completed; {serving(service, look.tasks)}"
            return Outcome.ROLLED_BACK, told
        waiting = self._pending(look)
        if waiting is not None:
            return waiting
        if service.state in (UPDATING, ROLLBACK_STARTED):
            return Outcome.WAITING, _UNDER_WAY[service.state]
        if service.state not in ("", COMPLETED):
            return Outcome.WAITING, f"its update has a state that is not known here: {service.state}"
        return self._after(service, look)

    @property
    def _since(self) -> datetime:
        assert self.patience.since is not None
        return self.patience.since

    def _is_older(self, service: LiveService) -> bool:
        """Whether nothing was deployed since the given time: every deploy drops the status and changes the service."""
        last = start_of(service) or service.changed
        return self.patience.since is not None and last is not None and last < self.patience.since

    def _pending(self, look: Look) -> tuple[Outcome, str] | None:
        """A task that no node takes. With stop-first that is so until the old one has ended, and passes."""
        waiting = next((task for task in look.tasks if task.waits_for_a_node), None)
        if waiting is None:
            self._deploy.pending_since = None
            return None
        since = self._deploy.pending_since
        self._deploy.pending_since = since = look.at if since is None else since
        told = f"a task of it is pending, for no node takes it: {waiting.error}"
        if look.at - since < self.patience.pending:
            return Outcome.WAITING, told
        return Outcome.PENDING, f"{told}; so it was for {format_duration(round(look.at - since))}"

    def _after(self, service: LiveService, look: Look) -> tuple[Outcome, str]:
        """No update is under way: the tasks have to be there, and to stay."""
        deploy = self._deploy
        if deploy.over_since is None:
            deploy.over_since, deploy.ended_at_over = look.at, ended(look.tasks)
        crashed = self._crashed(service, look)
        if crashed is not None:
            return Outcome.CRASHING, f"its update completed, and then a task of it ended: {told_end(crashed)}"
        lacking = missing(service, look.tasks)
        if lacking is not None:
            deploy.steady_since = None
            return Outcome.WAITING, lacking
        running = frozenset(task.id for task in look.tasks if task.runs)
        if deploy.steady_since is None or running != deploy.steady:
            deploy.steady_since, deploy.steady = look.at, running
        left = self.patience.settle - (look.at - deploy.steady_since)
        if left > 0:
            return Outcome.WAITING, f"its tasks run; they have to stay so for {format_duration(self.patience.settle)}"
        return _good(service)

    def _crashed(self, service: LiveService, look: Look) -> LiveTask | None:
        """A task of the update that ended after it was completed. A new service may try again until it runs."""
        if service.state != COMPLETED or service.spec.is_job:
            return None
        of_update = (task for task in look.tasks if is_of(task, service) and not is_done(task, service))
        return next((t for t in of_update if t.ended and t.id not in self._deploy.ended_at_over), None)


_UNDER_WAY = {UPDATING: "it is being updated", ROLLBACK_STARTED: "its update failed and is being rolled back"}
_FAILED = {
    PAUSED: (Outcome.PAUSED, "its update failed and is paused"),
    ROLLBACK_PAUSED: (Outcome.ROLLBACK_PAUSED, "its update failed, the rollback failed too, and is paused"),
    ROLLBACK_COMPLETED: (
        Outcome.ROLLED_BACK,
        "its update failed and was rolled back: the old spec is in force again, labels too",
    ),
}


def _good(service: LiveService) -> tuple[Outcome, str]:
    if service.state == COMPLETED:
        return Outcome.COMPLETED, "its update completed, and its tasks run"
    if service.previous is None:
        return Outcome.CREATED, "it is new, and its tasks run"
    return Outcome.UNCHANGED, "it needed no update, and its tasks run"
