"""Which tasks of a service have failed since it was deployed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rollout_lint.live.describe import ROLLED_BACK_STATES, told_end
from rollout_lint.live.json_access import text
from rollout_lint.live.result import Failure
from rollout_lint.live.tasks import is_done, is_of, is_of_spec, start_of

if TYPE_CHECKING:
    from rollout_lint.live.model import LiveService, LiveTask


def failures_of(
    service: LiveService, tasks: tuple[LiveTask, ...], before: frozenset[str], rolled_back: bool
) -> tuple[Failure, ...]:
    """Those of the deploy, in order; `before` are the tasks that had ended by the first look at it."""
    failed = [task for task in tasks if task.ended and _counts(task, service, before)]
    failed.sort(key=lambda task: (task.changed.timestamp() if task.changed else 0.0, task.id))
    old_is_back = rolled_back or service.state in ROLLED_BACK_STATES
    return tuple(_failure(task, not (old_is_back and is_of_spec(task, service))) for task in failed)


def _failure(task: LiveTask, is_new: bool) -> Failure:
    return Failure(
        task=task.id,
        slot=task.slot,
        told=told_end(task),
        exit_code=task.exit_code,
        at=task.changed,
        is_new=is_new,
        image=text(task.spec, "ContainerSpec", "Image"),
    )


def _counts(task: LiveTask, service: LiveService, before: frozenset[str]) -> bool:
    """An old task that ends with an error when it is told to is no failure of the update."""
    if service.spec.is_job or is_done(task, service):
        return task.exit_code not in (0, None) and task.id not in before
    if start_of(service) is not None:
        return is_of(task, service)
    return service.previous is None or task.id not in before
