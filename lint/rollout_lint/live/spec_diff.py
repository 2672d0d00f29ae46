"""Comparison of specs, of which one may have its defaults filled in and the other not.

`docker service inspect` fills in the defaults of the current spec (swarmkit `api/defaults/service.go
InterpolateService`), but not those of `PreviousSpec` and of tasks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rollout_lint.live.json_access import NANOSECONDS, get_mapping

if TYPE_CHECKING:
    from rollout_lint.live.model import LiveService, LiveTask, Spec

DEFAULT_POLICY = {"Parallelism": 1, "FailureAction": "pause", "Monitor": 5 * NANOSECONDS, "Order": "stop-first"}
"""Swarm's defaults for an update and a rollback."""

_DEFAULT_STOP_GRACE_PERIOD = 10 * NANOSECONDS
_DEFAULT_RESTART_POLICY = {"Condition": "any", "Delay": 5 * NANOSECONDS}
_PARTS_WITH_DEFAULTS = ("TaskTemplate", "EndpointSpec", "UpdateConfig", "RollbackConfig")
_MAX_DEPTH = 64


@dataclass(frozen=True, slots=True)
class RollbackChanges:
    """Changes that a rollback would make: to the image, to labels (by key), and to the tasks."""

    image: bool
    labels: tuple[str, ...]
    tasks: bool


def rollback_changes(service: LiveService) -> RollbackChanges | None:
    """Compare the current spec with the previous one; None if there is no previous one."""
    now, before = service.spec, service.previous
    if before is None:
        return None
    keys = {*now.labels, *before.labels, *now.container_labels, *before.container_labels}
    return RollbackChanges(
        image=now.image != before.image,
        labels=tuple(sorted(key for key in keys if _label_values(now, key) != _label_values(before, key))),
        tasks=normal_template(now) != normal_template(before),
    )


def _label_values(spec: Spec, key: str) -> tuple[str | None, str | None]:
    return spec.labels.get(key), spec.container_labels.get(key)


def normal_template(spec: Spec) -> Any:
    """Return the task template with Swarm's defaults and without empty values."""
    return _normal_task(get_mapping(spec.document, "TaskTemplate"))


def has_template(task: LiveTask, template: Any) -> bool:
    """Return True if a task has this template, which is a result of `normal_template`."""
    return bool(_normal_task(task.spec) == template)


def normal_endpoint(spec: Spec) -> Any:
    """Return the ports and the endpoint mode; a change of these needs an update too."""
    return {"Mode": "vip"} | (_drop_empty(get_mapping(spec.document, "EndpointSpec"), 0) or {})


def normal_spec(spec: Spec) -> Any:
    """Return everything that a deploy can change."""
    document = {key: value for key, value in spec.document.items() if key not in _PARTS_WITH_DEFAULTS}
    return _drop_empty(document, 0), normal_template(spec), normal_endpoint(spec), normal_policies(spec)


def normal_policies(spec: Spec) -> list[Any]:
    """Return the update and rollback policies with Swarm's defaults."""
    return [_normal_policy(get_mapping(spec.document, block)) for block in ("UpdateConfig", "RollbackConfig")]


def _normal_policy(block: dict[str, Any]) -> Any:
    # The API's default for a block that is set is 0, which means all tasks at once.
    defaults = {**DEFAULT_POLICY, "Parallelism": 0} if block else DEFAULT_POLICY
    return defaults | (_drop_empty(block, 0) or {})


def _normal_task(template: dict[str, Any]) -> Any:
    normal = {
        "Runtime": "container",
        "RestartPolicy": _DEFAULT_RESTART_POLICY | (_drop_empty(get_mapping(template, "RestartPolicy"), 0) or {}),
        "ContainerSpec": {"StopGracePeriod": _DEFAULT_STOP_GRACE_PERIOD}
        | (_drop_empty(get_mapping(template, "ContainerSpec"), 0) or {}),
    }
    others = {key: value for key, value in template.items() if key not in ("RestartPolicy", "ContainerSpec")}
    return normal | (_drop_empty(others, 0) or {})


def _drop_empty(value: Any, depth: int) -> Any:
    """Remove what is empty in Go (zero, false, empty text or list) at any depth."""
    if depth > _MAX_DEPTH:
        return value
    if isinstance(value, dict):
        value = {key: kept for key, item in value.items() if (kept := _drop_empty(item, depth + 1)) is not None}
    elif isinstance(value, list):
        value = [_drop_empty(item, depth + 1) for item in value]
    return value or None
