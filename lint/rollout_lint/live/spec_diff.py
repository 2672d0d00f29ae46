"""Whether two specs are the same to Swarm, though one has its defaults written out and the other has not.

`docker service inspect` fills in the defaults of the spec that counts (swarmkit `api/defaults/service.go
InterpolateService`), and neither those of `PreviousSpec` nor of a task.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rollout_lint.live.json_access import NANOSECONDS, mapping

if TYPE_CHECKING:
    from rollout_lint.live.model import LiveTask, Spec

_STOP_GRACE_PERIOD = 10 * NANOSECONDS
_RESTART = {"Condition": "any", "Delay": 5 * NANOSECONDS}
_DEPTH = 64


def task_template(spec: Spec) -> Any:
    """What a service says of its tasks, without what is the same as nothing."""
    return _normal_task(mapping(spec.document, "TaskTemplate"))


def runs_it(task: LiveTask, template: Any) -> bool:
    """Whether a task is of this template, which `task_template` made."""
    return bool(_normal_task(task.spec) == template)


def endpoint(spec: Spec) -> Any:
    """The ports and how the service's name resolves; a change of these needs an update too."""
    return {"Mode": "vip"} | (_bare(mapping(spec.document, "EndpointSpec"), 0) or {})


def whole(spec: Spec) -> Any:
    """All of a spec that a deploy may change."""
    document = {key: value for key, value in spec.document.items() if key not in _HAVE_DEFAULTS}
    return _bare(document, 0), task_template(spec), endpoint(spec), rollouts(spec)


_HAVE_DEFAULTS = ("TaskTemplate", "EndpointSpec", "UpdateConfig", "RollbackConfig")
ROLLOUT = {"Parallelism": 1, "FailureAction": "pause", "Monitor": 5 * NANOSECONDS, "Order": "stop-first"}
"""What Swarm does where nobody says anything."""


def rollouts(spec: Spec) -> list[Any]:
    """What the spec says of an update and of a rollback, each with what counts where it says nothing."""
    return [_rollout(mapping(spec.document, block)) for block in ("UpdateConfig", "RollbackConfig")]


def _rollout(given: dict[str, Any]) -> Any:
    """A parallelism of 0 is all tasks at once where the block is there."""
    defaults = {**ROLLOUT, "Parallelism": 0} if given else ROLLOUT
    return defaults | (_bare(given, 0) or {})


def _normal_task(given: dict[str, Any]) -> Any:
    restart = _RESTART | (_bare(mapping(given, "RestartPolicy"), 0) or {})
    container = {"StopGracePeriod": _STOP_GRACE_PERIOD} | (_bare(mapping(given, "ContainerSpec"), 0) or {})
    others = {key: value for key, value in given.items() if key not in ("RestartPolicy", "ContainerSpec")}
    return {"Runtime": "container", "RestartPolicy": restart, "ContainerSpec": container} | (_bare(others, 0) or {})


def _bare(value: Any, depth: int) -> Any:
    """The value without whatever Go takes for nothing, at any depth."""
    if depth > _DEPTH:
        return value
    if isinstance(value, dict):
        value = {key: bare for key, item in value.items() if (bare := _bare(item, depth + 1)) is not None}
    elif isinstance(value, list):
        value = [_bare(item, depth + 1) for item in value]
    return value or None
