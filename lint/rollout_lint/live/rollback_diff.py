"""The spec in force beside the one that a rollback would put back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rollout_lint.live import spec_diff as normal

if TYPE_CHECKING:
    from rollout_lint.live.model import LiveService, Spec


@dataclass(frozen=True, slots=True)
class RollbackChanges:
    """What a rollback would change: labels by their keys alone, and whether the image and the tasks."""

    image: bool
    labels: tuple[str, ...]
    tasks: bool


def against_previous(service: LiveService) -> RollbackChanges | None:
    """None where there is nothing to go back to."""
    now, before = service.spec, service.previous
    if before is None:
        return None
    keys = {*now.labels, *before.labels, *now.container_labels, *before.container_labels}
    return RollbackChanges(
        image=now.image != before.image,
        labels=tuple(sorted(key for key in keys if _both(now, key) != _both(before, key))),
        tasks=normal.task_template(now) != normal.task_template(before),
    )


def _both(spec: Spec, key: str) -> tuple[str | None, str | None]:
    return spec.labels.get(key), spec.container_labels.get(key)
