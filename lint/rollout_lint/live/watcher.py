"""Outcome of an update, derived from successive snapshots of one service.

Nothing here waits or runs docker. An update begins with a new spec, and Swarm drops the status of the last update in
the same step (swarmkit `manager/controlapi/service.go UpdateService`), so a status always belongs to the current spec.
If there is no status, the specs of the tasks show if an update is still to begin.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rollout_lint.live.describe import OLD_SPEC, describe_end, format_time
from rollout_lint.live.model import UpdateState
from rollout_lint.live.result import Event, Outcome, Result
from rollout_lint.live.spec_diff import normal_spec
from rollout_lint.live.tasks import (
    describe_running,
    ended_task_ids,
    find_failures,
    find_wait_reason,
    is_done,
    is_failed_rollback,
    is_from_update,
    update_start,
)
from rollout_lint.stack.units import format_duration

if TYPE_CHECKING:
    from datetime import datetime

    from rollout_lint.live.model import LiveService, LiveTask

_IN_PROGRESS: dict[str, str] = {
    UpdateState.UPDATING: "an update is in progress",
    UpdateState.ROLLBACK_STARTED: "the update failed and is being rolled back",
}
_FAILED: dict[str, tuple[Outcome, str]] = {
    UpdateState.PAUSED: (Outcome.PAUSED, "the update failed and is paused"),
    UpdateState.ROLLBACK_PAUSED: (
        Outcome.ROLLBACK_PAUSED,
        "the update failed, the rollback failed too and is paused",
    ),
    UpdateState.ROLLBACK_COMPLETED: (Outcome.ROLLED_BACK, f"the update failed and was rolled back: {OLD_SPEC}"),
}


@dataclass(frozen=True, slots=True)
class Snapshot:
    """State of a service at `time`, in seconds of a clock that does not go back."""

    time: float
    service: LiveService | None
    tasks: tuple[LiveTask, ...] = ()


@dataclass(frozen=True, slots=True)
class WaitOptions:
    """Time in seconds to wait for running tasks to settle and for pending tasks; deploys before `since` are ignored."""

    settle: float = 10.0
    pending: float = 30.0
    since: datetime | None = None


@dataclass(slots=True)
class _Deploy:
    """Observations since a spec came into force; `ended_before` are the tasks that had ended in the first snapshot."""

    ended_before: frozenset[str] = frozenset()
    was_rolled_back: bool = False
    finished_since: float | None = None
    pending_since: float | None = None
    stable_since: float | None = None
    stable_tasks: frozenset[str] = frozenset()
    ended_when_finished: frozenset[str] = frozenset()


@dataclass(slots=True)
class ServiceWatcher:
    """Observer of one service."""

    name: str
    options: WaitOptions = field(default_factory=WaitOptions)
    result: Result = field(init=False)
    _start: float | None = None
    _last: Snapshot | None = None
    _deploy: _Deploy = field(default_factory=_Deploy)
    _events: list[Event] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Start without a snapshot."""
        self.result = Result(self.name, Outcome.WAITING, "not seen yet")

    def update(self, snapshot: Snapshot) -> Result:
        """Add a snapshot, which must not be older than the last one, and return the current result."""
        if self._start is None:
            self._start = snapshot.time
            self._deploy = _Deploy(ended_task_ids(snapshot.tasks))
        elif self._is_new_deploy(snapshot):
            self._add_event(snapshot, "deployed again")
            self._deploy = _Deploy(ended_task_ids(snapshot.tasks))
        outcome, message = self._evaluate(snapshot)
        if message != self.result.message:
            self._add_event(snapshot, message)
        self._last = snapshot if snapshot.service is not None else self._last
        self.result = self._build_result(snapshot, outcome, message)
        return self.result

    def give_up(self) -> Result:
        """Return the result after the time ran out: a service that is failing has failed, others stay unfinished."""
        result, last = self.result, self._last
        if result.is_final or result.service is None or last is None:
            return result
        if result.service.state == UpdateState.ROLLBACK_STARTED:
            message = "the update failed, and its rollback had not ended when the time ran out"
            running = describe_running(result.service, last.tasks)
            self.result = self._build_result(last, Outcome.ROLLED_BACK, f"{message}; {running}")
        elif result.failures and result.service.state != UpdateState.UPDATING:
            message = f"tasks keep ending, and the service does not run: {result.message}"
            self.result = self._build_result(last, Outcome.CRASHING, message)
        return self.result

    def _add_event(self, snapshot: Snapshot, message: str) -> None:
        self._events.append(Event(round(snapshot.time - (self._start or 0.0), 1), message))

    def _is_new_deploy(self, snapshot: Snapshot) -> bool:
        """Return True for a new update. A rollback changes the spec too, but keeps the start of its update."""
        before = self._last.service if self._last else None
        if before is None or snapshot.service is None:
            return False
        start = update_start(before)
        if start is not None:
            return start != update_start(snapshot.service)
        return bool(normal_spec(before.spec) != normal_spec(snapshot.service.spec))

    def _build_result(self, snapshot: Snapshot, outcome: Outcome, message: str) -> Result:
        service = snapshot.service or (self._last.service if self._last else None)
        deploy, tasks = self._deploy, snapshot.tasks
        return Result(
            name=service.name if service else self.name,
            outcome=outcome,
            message=message,
            service=service,
            running=len({task.slot for task in tasks if task.is_running}),
            desired=service.spec.replicas if service else None,
            failures=find_failures(service, tasks, deploy.ended_before, deploy.was_rolled_back) if service else (),
            events=tuple(self._events),
            tasks=tasks,
        )

    def _evaluate(self, snapshot: Snapshot) -> tuple[Outcome, str]:
        service, since = snapshot.service, self.options.since
        if service is None:
            return Outcome.REMOVED, "the service was removed"
        # Every deploy drops the status and changes the service.
        last_deploy = update_start(service) or service.changed
        if since is not None and last_deploy is not None and last_deploy < since:
            return Outcome.WAITING, f"not deployed since {format_time(since)}"
        self._deploy.was_rolled_back |= service.state == UpdateState.ROLLBACK_STARTED
        if service.state in _FAILED:
            outcome, message = _FAILED[service.state]
            return outcome, f"{message}; {describe_running(service, snapshot.tasks)}"
        is_completed = service.state == UpdateState.COMPLETED
        if is_failed_rollback(service, snapshot.tasks) or (is_completed and self._deploy.was_rolled_back):
            running = describe_running(service, snapshot.tasks)
            return Outcome.ROLLED_BACK, f"the rollback failed too, which Docker reports as completed; {running}"
        if pending := self._evaluate_pending(snapshot):
            return pending
        if service.state in _IN_PROGRESS:
            return Outcome.WAITING, _IN_PROGRESS[service.state]
        if service.state and not is_completed:
            return Outcome.WAITING, f"unknown state of the update: {service.state}"
        return self._evaluate_finished(service, snapshot)

    def _evaluate_pending(self, snapshot: Snapshot) -> tuple[Outcome, str] | None:
        """Check for a task that no node fits. With stop-first this is normal until the old task has ended."""
        task = next((task for task in snapshot.tasks if task.waits_for_node), None)
        if task is None:
            self._deploy.pending_since = None
            return None
        if self._deploy.pending_since is None:
            self._deploy.pending_since = snapshot.time
        passed = snapshot.time - self._deploy.pending_since
        message = f"a task is pending because no node fits: {task.error}"
        if passed < self.options.pending:
            return Outcome.WAITING, message
        return Outcome.PENDING, f"{message}; pending for {format_duration(round(passed))}"

    def _evaluate_finished(self, service: LiveService, snapshot: Snapshot) -> tuple[Outcome, str]:
        """Check that all tasks run and stay running after the update."""
        deploy = self._deploy
        if deploy.finished_since is None:
            deploy.finished_since, deploy.ended_when_finished = snapshot.time, ended_task_ids(snapshot.tasks)
        if crashed := self._find_crashed(service, snapshot):
            return Outcome.CRASHING, f"the update completed, and then a task ended: {describe_end(crashed)}"
        reason = find_wait_reason(service, snapshot.tasks)
        if reason is not None:
            deploy.stable_since = None
            return Outcome.WAITING, reason
        running = frozenset(task.id for task in snapshot.tasks if task.is_running)
        if deploy.stable_since is None or running != deploy.stable_tasks:
            deploy.stable_since, deploy.stable_tasks = snapshot.time, running
        if snapshot.time - deploy.stable_since < self.options.settle:
            return Outcome.WAITING, f"the tasks run and must keep running for {format_duration(self.options.settle)}"
        if service.state == UpdateState.COMPLETED:
            return Outcome.COMPLETED, "the update completed, and the tasks run"
        if service.previous is None:
            return Outcome.CREATED, "the service is new, and its tasks run"
        return Outcome.UNCHANGED, "no update was needed, and the tasks run"

    def _find_crashed(self, service: LiveService, snapshot: Snapshot) -> LiveTask | None:
        """Return a task of the update that ended after the update. A task of a new service may start again."""
        if service.state != UpdateState.COMPLETED or service.spec.is_job:
            return None
        ended = (task for task in snapshot.tasks if task.ended_by_itself and not is_done(task, service))
        crashed = (task for task in ended if is_from_update(task, service))
        return next((task for task in crashed if task.id not in self._deploy.ended_when_finished), None)
