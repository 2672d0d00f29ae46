"""How the tasks of a service stand to its spec."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rollout_lint.live import spec_diff as normal
from rollout_lint.live.describe import may_be_rollback
from rollout_lint.live.json_access import text
from rollout_lint.live.model import GLOBAL

if TYPE_CHECKING:
    from datetime import datetime

    from rollout_lint.live.model import LiveService, LiveTask


def missing(service: LiveService, tasks: tuple[LiveTask, ...]) -> str | None:
    """What there is still to wait for, where no update is under way."""
    if service.spec.is_job:
        return _unfinished(service, tasks)
    if not service.state and _needs_update(service, tasks):
        return "an update of it is about to begin"
    wanted = [task for task in tasks if task.is_wanted]
    there = {task.slot for task in tasks if task.runs} | _done_slots(service, tasks)
    number = service.spec.replicas
    if service.spec.mode == GLOBAL and not there:
        return "no node has a task of it"
    if number is not None and len(there) < number:
        return f"{len(there)} of {number_of_tasks(number)} run"
    starting = sum(not task.runs for task in wanted)
    return f"{number_of_tasks(starting)} of it are starting" if starting else None


def _needs_update(service: LiveService, tasks: tuple[LiveTask, ...]) -> bool:
    """Whether Swarm is about to replace a task, as swarmkit `manager/orchestrator/task.go IsTaskDirty` has it."""
    template = normal.task_template(service.spec)
    if any(task.runs and not normal.runs_it(task, template) for task in tasks):
        return True
    changed = service.previous is not None and normal.endpoint(service.spec) != normal.endpoint(service.previous)
    return changed and any(task.runs for task in tasks)


def _unfinished(service: LiveService, tasks: tuple[LiveTask, ...]) -> str | None:
    of_now = [task for task in tasks if task.iteration == service.iteration]
    done = sum(task.state == "complete" for task in of_now)
    number = len(of_now) if service.spec.replicas is None else service.spec.replicas
    return None if of_now and done >= number else f"{done} of {number_of_tasks(number)} of the job are complete"


def _done_slots(service: LiveService, tasks: tuple[LiveTask, ...]) -> set[str]:
    """The slots of which the newest task has ended for good, and with success."""
    newest: dict[str, LiveTask] = {}
    for task in sorted(tasks, key=lambda task: task.created.timestamp() if task.created else 0.0):
        newest[task.slot] = task
    return {slot for slot, task in newest.items() if is_done(task, service)}


def is_done(task: LiveTask, service: LiveService) -> bool:
    """Whether a task has ended with success, and its restart policy leaves it at that."""
    condition = text(service.spec.document, "TaskTemplate", "RestartPolicy", "Condition")
    return condition in ("none", "on-failure") and task.state == "complete" and not task.exit_code


def is_of(task: LiveTask, service: LiveService) -> bool:
    """Whether the update has made the task, or its rollback."""
    started = start_of(service)
    return started is not None and task.created is not None and task.created >= started


def is_of_spec(task: LiveTask, service: LiveService) -> bool:
    """Whether the task is of the spec that is in force."""
    return normal.runs_it(task, normal.task_template(service.spec))


def is_rollback_in_disguise(service: LiveService, tasks: tuple[LiveTask, ...]) -> bool:
    """Whether a completed update is a rollback that failed: the update's tasks are not of the spec in force."""
    made = (task for task in tasks if is_of(task, service))
    return may_be_rollback(service) and any(not is_of_spec(task, service) for task in made)


def serving(service: LiveService, tasks: tuple[LiveTask, ...]) -> str:
    """Who answers after an update that failed."""
    running = [task for task in tasks if task.runs]
    started = start_of(service)
    if not running:
        return "no task of it runs"
    told = f"{number_of_tasks(len(running))} {'runs' if len(running) == 1 else 'run'}"
    if started is None or any(task.created is None for task in running):
        return told
    kept = sum(not is_of(task, service) for task in running)
    whose = {0: "started after the update began", len(running): "of before the update and never stopped"}
    return f"{told}, {whose.get(kept, f'of which {kept} were never stopped')}"


def start_of(service: LiveService) -> datetime | None:
    """When its last update began."""
    return service.update.started if service.update else None


def ended(tasks: tuple[LiveTask, ...]) -> frozenset[str]:
    """The ids of the tasks that ended by themselves."""
    return frozenset(task.id for task in tasks if task.ended)


def number_of_tasks(number: int) -> str:
    """`1 task`, `2 tasks`."""
    return "1 task" if number == 1 else f"{number} tasks"
