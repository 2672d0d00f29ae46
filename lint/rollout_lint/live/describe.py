"""Sentences about the states of updates and tasks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rollout_lint.live.json_access import get_list
from rollout_lint.live.model import UpdateState
from rollout_lint.stack.units import format_duration

if TYPE_CHECKING:
    from datetime import datetime

    from rollout_lint.live.model import LiveService, LiveTask, UpdateStatus

_TRIVIAL_MESSAGES = ("", "update in progress", "update completed", "rollback completed")
"""Messages of Docker that only repeat the state."""

_EXIT_CODES = {
    126: "the command cannot be executed",
    127: "the command was not found",
    134: "aborted",
    137: "killed, usually because memory ran out",
    139: "segmentation fault",
    143: "stopped by SIGTERM",
}

OLD_SPEC = "the previous spec is active again, with its labels"
_UPDATE_SENTENCES: dict[str, str] = {
    UpdateState.COMPLETED: "the update completed{at}",
    UpdateState.UPDATING: "updating{since}",
    UpdateState.PAUSED: "the update{begin} failed and is paused; old tasks keep running, nothing is rolled back",
    UpdateState.ROLLBACK_STARTED: f"the update{{begin}} failed and is being rolled back: {OLD_SPEC}",
    UpdateState.ROLLBACK_PAUSED: "the update{begin} failed, its rollback failed too, and is paused",
    UpdateState.ROLLBACK_COMPLETED: f"the update failed and was rolled back{{at}}: {OLD_SPEC}",
}


def describe_update(service: LiveService, now: datetime, longest: float) -> str:
    """Return a sentence on how the last update of a service ended; `longest` are the seconds that it can take."""
    update = service.update
    if update is None:
        return "no update is known: it is new, the last change needed none, or an update is about to begin"
    at = f" at {format_time(update.completed)}" if update.completed else ""
    if may_be_rollback(service):
        return (
            f"the update completed{at}; there is no spec to go back to, so this may be a rollback that failed "
            "under rollback_config.failure_action: rollback, which some Docker versions report as completed"
        )
    begin = f" that began at {format_time(update.started)}" if update.started else ""
    sentence = _UPDATE_SENTENCES.get(update.state, "the update has an unknown state: {state}")
    message = "" if update.message in _TRIVIAL_MESSAGES else f": {update.message}"
    message += _describe_stuck(service, longest) if is_stuck(service, now, longest) else ""
    return sentence.format(state=update.state, since=_since(update, now), at=at, begin=begin) + message


def is_stuck(service: LiveService, now: datetime, longest: float) -> bool:
    """Return True if an update has been in progress for longer than it can take."""
    started = service.update.started if service.update else None
    is_running = service.state == UpdateState.UPDATING
    return is_running and started is not None and (now - started).total_seconds() > longest


def _describe_stuck(service: LiveService, longest: float) -> str:
    time = format_duration(round(longest))
    because = "a task is probably pending because no node fits, or never becomes healthy"
    return f"; its policy can take at most {time}, so it will not end: {because} (docker service ps {service.name})"


def may_be_rollback(service: LiveService) -> bool:
    """Return True if a completed update may be a rollback that failed under `rollback_config.failure_action: rollback`.

    A deploy always leaves a spec to go back to, and a rollback that Swarm starts leaves none (swarmkit
    `manager/orchestrator/update/updater.go rollbackUpdate, completeUpdate`).
    """
    return service.state == UpdateState.COMPLETED and service.previous is None


def _since(update: UpdateStatus, now: datetime) -> str:
    if update.started is None:
        return ""
    passed = int((now - update.started).total_seconds())
    return f" since {format_time(update.started)}" + (f", for {format_duration(passed)}" if passed > 0 else "")


def format_time(time: datetime) -> str:
    """Format a time in its own zone, which is UTC for times from Docker."""
    return time.strftime("%Y-%m-%d %H:%M:%S %Z")


def format_count(number: int, noun: str) -> str:
    """Return `1 task` or `2 tasks`."""
    return f"1 {noun}" if number == 1 else f"{number} {noun}s"


def describe_end(task: LiveTask) -> str:
    """Describe why a task ended: its state, Docker's message and the meaning of its exit code."""
    code = task.exit_code
    meaning = _meaning_of_success(task) if code == 0 else _EXIT_CODES.get(code or 0)
    message = f": {task.error}" if task.error else ""
    if code is None or (meaning is None and f"({code})" in task.error):
        return f"{task.state}{message}"
    return f"{task.state}{message}; exit code {code}" + (f": {meaning}" if meaning else "")


def _meaning_of_success(task: LiveTask) -> str:
    # Swarm stops an unhealthy task, and Docker does not mention the healthcheck if the task then exits with 0.
    is_checked = bool(get_list(task.spec, "ContainerSpec", "Healthcheck", "Test"))
    return "ended by itself" + (", or was stopped because its healthcheck failed" if is_checked else "")
