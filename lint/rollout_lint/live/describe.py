"""What the engine's words mean, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rollout_lint.live.json_access import items
from rollout_lint.stack.units import format_duration

if TYPE_CHECKING:
    from datetime import datetime

    from rollout_lint.live.model import LiveService, LiveTask, UpdateStatus

COMPLETED, UPDATING, PAUSED = "completed", "updating", "paused"
ROLLBACK_STARTED, ROLLBACK_PAUSED, ROLLBACK_COMPLETED = "rollback_started", "rollback_paused", "rollback_completed"

ROLLED_BACK_STATES = (ROLLBACK_STARTED, ROLLBACK_PAUSED, ROLLBACK_COMPLETED)
KNOWN_STATES = (COMPLETED, UPDATING, PAUSED, *ROLLED_BACK_STATES)
FAILED_STATES = (PAUSED, *ROLLED_BACK_STATES)
"""The states of an update that did not do what it was to do, whatever `docker stack deploy` returned."""

NO_MESSAGE = ("", "update in progress", "update completed", "rollback completed")
"""What the engine says beside a state that says no more than the state."""

_KILLED = "killed, as a rule for lack of memory"
_EXIT_CODES = {
    126: "the command cannot be executed",
    127: "the command was not found",
    134: "aborted by itself",
    137: _KILLED,
    139: "it touched memory that is not its own",
    143: "it was told to end",
}


def told_update(service: LiveService, now: datetime) -> str:
    """What the last update of a service came to."""
    update = service.update
    if update is None:
        return "no update is known: it is new, the last change needed none, or an update is about to begin"
    if may_be_rollback(service):
        return (
            f"the update completed{_at(update)}; there is no spec to go back to, so this may be a rollback that failed "
            "under rollback_config.failure_action: rollback, which some engines call completed"
        )
    sentence = _SENTENCES.get(update.state, "the update has a state that is not known here: {state}")
    message = "" if update.message in NO_MESSAGE else f": {update.message}"
    return sentence.format(state=update.state, since=_since(update, now), at=_at(update), of=_of(update)) + message


_SENTENCES = {
    COMPLETED: "the update completed{at}",
    UPDATING: "updating{since}",
    PAUSED: "the update{of} failed and is paused; what is left of the old release goes on, nothing is put back",
    ROLLBACK_STARTED: "the update{of} failed and is being rolled back: the old spec is in force again, labels too",
    ROLLBACK_PAUSED: "the update{of} failed, its rollback failed too, and is paused",
    ROLLBACK_COMPLETED: "the update failed and was rolled back{at}: the old spec is in force again, labels too",
}


def may_be_rollback(service: LiveService) -> bool:
    """Whether a completed update may be a rollback that failed under `rollback_config.failure_action: rollback`.

    A deploy always leaves a spec to go back to, and a rollback that the engine starts leaves none (swarmkit
    `manager/orchestrator/update/updater.go rollbackUpdate, completeUpdate`).
    """
    return service.state == COMPLETED and service.previous is None


def _since(update: UpdateStatus, now: datetime) -> str:
    if update.started is None:
        return ""
    passed = int((now - update.started).total_seconds())
    return f" since {clock(update.started)}" + (f", for {format_duration(passed)}" if passed > 0 else "")


def _of(update: UpdateStatus) -> str:
    return f" that began at {clock(update.started)}" if update.started else ""


def _at(update: UpdateStatus) -> str:
    return f" at {clock(update.completed)}" if update.completed else ""


def clock(moment: datetime) -> str:
    """A time as reports show it, in the zone that it is given in, which of an engine is UTC."""
    return moment.strftime("%Y-%m-%d %H:%M:%S %Z")


def told_end(task: LiveTask) -> str:
    """Why a task ended: its state, the engine's message, and what its exit code says."""
    code = task.exit_code
    meaning = _meaning_of_success(task) if code == 0 else _EXIT_CODES.get(code or 0)
    message = f": {task.error}" if task.error else ""
    if code is None or (meaning is None and f"({code})" in task.error):
        return f"{task.state}{message}"
    return f"{task.state}{message}; exit code {code}" + (f": {meaning}" if meaning else "")


def _meaning_of_success(task: LiveTask) -> str:
    """An unhealthy task is told to end, and the engine keeps no word of it where it then ends with success."""
    is_checked = bool(items(task.spec, "ContainerSpec", "Healthcheck", "Test"))
    return "it ended by itself" + (", or was told to, for its healthcheck failed" if is_checked else "")
