"""Tasks of a service that failed since it was deployed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rollout_lint.live.describe import describe_end
from rollout_lint.live.json_access import get_text
from rollout_lint.live.model import ROLLED_BACK_STATES
from rollout_lint.live.result import Failure
from rollout_lint.live.tasks import has_current_spec, is_done, is_from_update, update_start

if TYPE_CHECKING:
    from rollout_lint.live.model import LiveService, LiveTask


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
