"""State of the tasks of a service, compared with its spec and its update."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rollout_lint.live.describe import describe_end, format_count, may_be_rollback
from rollout_lint.live.json_access import get_text
from rollout_lint.live.model import GLOBAL, ROLLED_BACK_STATES
from rollout_lint.live.result import Failure
from rollout_lint.live.spec_diff import has_template, normal_endpoint, normal_template

if TYPE_CHECKING:
    from datetime import datetime

    from rollout_lint.live.model import LiveService, LiveTask


def find_wait_reason(service: LiveService, tasks: tuple[LiveTask, ...]) -> str | None:
    """Return what is left to wait for if no update is in progress, or None."""
    if service.spec.is_job:
        return _unfinished_job(service, tasks)
    if not service.state and _needs_update(service, tasks):
        return "an update is about to begin"
    ready = {task.slot for task in tasks if task.is_running} | _done_slots(service, tasks)
    replicas = service.spec.replicas
    if service.spec.mode == GLOBAL and not ready:
        return "no node runs a task"
    if replicas is not None and len(ready) < replicas:
        return f"{len(ready)} of {format_count(replicas, 'task')} run"
    starting = sum(task.should_run and not task.is_running for task in tasks)
    return f"{format_count(starting, 'task')} are starting" if starting else None


def _needs_update(service: LiveService, tasks: tuple[LiveTask, ...]) -> bool:
    """Return True if Swarm is about to replace a task (swarmkit `manager/orchestrator/task.go IsTaskDirty`)."""
    running = [task for task in tasks if task.is_running]
    if not all(has_current_spec(task, service) for task in running):
        return True
    previous = service.previous
    return bool(running) and previous is not None and normal_endpoint(service.spec) != normal_endpoint(previous)


def _unfinished_job(service: LiveService, tasks: tuple[LiveTask, ...]) -> str | None:
    current = [task for task in tasks if task.iteration == service.iteration]
    done = sum(task.state == "complete" for task in current)
    number = len(current) if service.spec.replicas is None else service.spec.replicas
    return None if current and done >= number else f"{done} of {format_count(number, 'task')} of the job are complete"


def _done_slots(service: LiveService, tasks: tuple[LiveTask, ...]) -> set[str]:
    """Return the slots whose newest task is done."""
    newest: dict[str, LiveTask] = {}
    for task in sorted(tasks, key=lambda task: task.created.timestamp() if task.created else 0.0):
        newest[task.slot] = task
    return {slot for slot, task in newest.items() if is_done(task, service)}


def is_done(task: LiveTask, service: LiveService) -> bool:
    """Return True if a task ended with success and its restart policy does not start it again."""
    condition = get_text(service.spec.document, "TaskTemplate", "RestartPolicy", "Condition")
    return condition in ("none", "on-failure") and task.state == "complete" and not task.exit_code


def is_from_update(task: LiveTask, service: LiveService) -> bool:
    """Return True if the last update, or its rollback, created the task."""
    start = update_start(service)
    return start is not None and task.created is not None and task.created >= start


def has_current_spec(task: LiveTask, service: LiveService) -> bool:
    """Return True if the task has the spec that is in force."""
    return has_template(task, normal_template(service.spec))


def is_failed_rollback(service: LiveService, tasks: tuple[LiveTask, ...]) -> bool:
    """Return True if a completed update is a failed rollback: a task of the update does not have the current spec."""
    created = (task for task in tasks if is_from_update(task, service))
    return may_be_rollback(service) and any(not has_current_spec(task, service) for task in created)


def describe_running(service: LiveService, tasks: tuple[LiveTask, ...]) -> str:
    """Describe the tasks that run after a failed update."""
    running = [task for task in tasks if task.is_running]
    if not running:
        return "no task runs"
    text = f"{format_count(len(running), 'task')} {'runs' if len(running) == 1 else 'run'}"
    if update_start(service) is None or any(task.created is None for task in running):
        return text
    old = sum(not is_from_update(task, service) for task in running)
    if old == 0:
        return f"{text}, started after the update began"
    if old == len(running):
        return f"{text}, started before the update and never stopped"
    return f"{text}, of which {old} were never stopped"


def update_start(service: LiveService) -> datetime | None:
    """Return the start of the last update."""
    return service.update.started if service.update else None


def ended_task_ids(tasks: tuple[LiveTask, ...]) -> frozenset[str]:
    """Return the ids of the tasks that ended by themselves."""
    return frozenset(task.id for task in tasks if task.ended_by_itself)


def find_failures(
    service: LiveService, tasks: tuple[LiveTask, ...], ended_before: frozenset[str], was_rolled_back: bool
) -> tuple[Failure, ...]:
    """Return the failures of a deploy by time; `ended_before` has the tasks that had ended in its first snapshot."""
    failed = [task for task in tasks if task.ended_by_itself and _is_failure(task, service, ended_before)]
    failed.sort(key=lambda task: (task.changed.timestamp() if task.changed else 0.0, task.id))
    was_rolled_back = was_rolled_back or service.state in ROLLED_BACK_STATES
    return tuple(
        Failure(
            task=task.id,
            slot=task.slot,
            message=describe_end(task),
            exit_code=task.exit_code,
            time=task.changed,
            is_new=not (was_rolled_back and has_current_spec(task, service)),
            image=get_text(task.spec, "ContainerSpec", "Image"),
        )
        for task in failed
    )


def _is_failure(task: LiveTask, service: LiveService, ended_before: frozenset[str]) -> bool:
    """Return True except for an old task that exits with an error because the update stops it."""
    if service.spec.is_job or is_done(task, service):
        return task.exit_code not in (0, None) and task.id not in ended_before
    if update_start(service) is not None:
        return is_from_update(task, service)
    return service.previous is None or task.id not in ended_before
