"""What the file itself says of how an update ends, and what of it the engine refuses or passes over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rollout_lint.derived.registry import derived
from rollout_lint.facts import ROLLOUT_BLOCKS, ROLLOUT_KEYS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from rollout_lint.derived.registry import Context, Made
    from rollout_lint.facts import Fact

_UPDATE = "deploy.update_config"
_FAILURE_ACTION = f"{_UPDATE}.failure_action"
_FAILURE_ACTIONS = ("pause", "continue", "rollback")


@derived("string", "null")
def stated_failure_action(context: Context) -> Made:
    """What a file says is to be done when an update fails, null where none says it and Swarm pauses."""
    action = context.facts[_FAILURE_ACTION]
    return (None, None) if action.default else (action.value, action.place)


@derived("array")
def unknown_failure_actions(context: Context) -> Made:
    """Where a failure_action stands that the engine refuses, in update_config or rollback_config.

    `docker stack config` takes any text; moby `daemon/cluster/convert/service.go updateConfigToGRPC` does not.
    """
    return _paths(context, ("failure_action",), lambda value: value not in _FAILURE_ACTIONS)


@derived("array")
def out_of_range_ratios(context: Context) -> Made:
    """Where a max_failure_ratio below 0 or above 1 stands, in update_config or rollback_config.

    The engine refuses the first and never looks at the second (swarmkit `manager/controlapi/service.go
    validateUpdate`).
    """
    return _paths(context, ("max_failure_ratio",), lambda value: not 0 <= value <= 1)


@derived("array")
def negative_times(context: Context) -> Made:
    """Where a negative delay or monitor stands, in update_config or rollback_config.

    The engine refuses the first and never looks at the second (swarmkit `manager/controlapi/service.go
    validateUpdate`).
    """
    return _paths(context, ("delay", "monitor"), lambda value: value < 0)


@derived("boolean")
def has_update_config(context: Context) -> Made:
    """Whether the file has an update_config, were it empty."""
    place = context.service.blocks.get(_UPDATE)
    return place is not None, place


@derived("boolean")
def has_restart_policy(context: Context) -> Made:
    """Whether the file has a deploy.restart_policy, beside which `restart` is not read (docker/cli
    `cli/compose/convert/service.go convertRestartPolicy`).
    """
    place = context.service.blocks.get("deploy.restart_policy")
    return place is not None, place


@derived("array")
def without_effect(context: Context) -> Made:
    """The settings of update_config that nothing ever looks at.

    With `continue` no failure is watched for; without a task nothing is updated (swarmkit
    `manager/orchestrator/update/updater.go Run`).
    """
    if context.value("deploy.replicas") == 0:
        idle: Iterable[str] = ROLLOUT_KEYS
    else:
        idle = ("monitor", "max_failure_ratio") if context.value(_FAILURE_ACTION) == "continue" else ()
    return _made({f"{_UPDATE}.{key}": context.facts[f"{_UPDATE}.{key}"] for key in idle})


def _paths(context: Context, keys: Iterable[str], is_wrong: Callable[[Any], bool]) -> Made:
    paths = [f"{block}.{key}" for block in ROLLOUT_BLOCKS for key in keys]
    return _made({path: context.facts[path] for path in paths if is_wrong(context.facts[path].value)})


def _made(facts: dict[str, Fact]) -> Made:
    stated = {path: fact for path, fact in facts.items() if not fact.default}
    return list(stated), next((fact.place for fact in stated.values()), None)
