"""Update policy as the file sets it, and values of it that the daemon rejects or ignores."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rollout_lint.facts.defaults import ROLLOUT_BLOCKS
from rollout_lint.facts.derived.command import image_runs_once, runs_once
from rollout_lint.facts.derived.registry import derived
from rollout_lint.facts.format import format_fact

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from rollout_lint.facts.derived.registry import Derivation, ServiceFacts

_UPDATE = "deploy.update_config"
_FAILURE_ACTION = f"{_UPDATE}.failure_action"
_CONDITION = "deploy.restart_policy.condition"
_FAILURE_ACTIONS = ("pause", "continue", "rollback")
_NOT_IN_UPDATE_CONFIG = r'is {"not": {"contains": {"pattern": "^deploy\\.update_config\\."}}}'
"""Condition that no path of update_config is in the list."""


@derived(
    "string",
    "null",
    words={
        "is any null": "failure_action is not set",
        "is pause or rollback": "failure_action is set to pause or rollback",
    },
)
def stated_failure_action(facts: ServiceFacts) -> Derivation:
    """The failure_action that a file sets; null if no file sets it, and Swarm pauses."""
    action = facts.known(_FAILURE_ACTION)
    return (None, None) if action.default else (action.value, action.location)


@derived("array", words={"is not empty": "failure_action is not pause, continue or rollback"})
def unknown_failure_actions(facts: ServiceFacts) -> Derivation:
    """Path and value of each failure_action that the daemon rejects, in update_config or rollback_config.

    `docker stack config` accepts any text; moby `daemon/cluster/convert/service.go updateConfigToGRPC` does not.
    """
    return _invalid_values(facts, ("failure_action",), lambda value: value not in _FAILURE_ACTIONS)


@derived(
    "array",
    words={
        "is not empty": "max_failure_ratio is below 0 or above 1",
        _NOT_IN_UPDATE_CONFIG: "only the ratio in rollback_config is out of range",
    },
)
def out_of_range_ratios(facts: ServiceFacts) -> Derivation:
    """Path and value of each max_failure_ratio below 0 or above 1, in update_config or rollback_config.

    The daemon rejects such a value in update_config and never checks rollback_config (swarmkit
    `manager/controlapi/service.go validateUpdate`).
    """
    return _invalid_values(facts, ("max_failure_ratio",), lambda value: not 0 <= value <= 1)


@derived(
    "array",
    words={
        "is not empty": "delay or monitor is negative",
        _NOT_IN_UPDATE_CONFIG: "only rollback_config has a negative value",
    },
)
def negative_times(facts: ServiceFacts) -> Derivation:
    """Path and value of each negative delay or monitor, in update_config or rollback_config.

    The daemon rejects such a value in update_config and never checks rollback_config (swarmkit
    `manager/controlapi/service.go validateUpdate`).
    """
    return _invalid_values(facts, ("delay", "monitor"), lambda value: value < 0)


@derived("boolean", words={"is true": "update_config is set"})
def has_update_config(facts: ServiceFacts) -> Derivation:
    """True if the file has an update_config, even an empty one."""
    location = facts.service.blocks.get(_UPDATE)
    return location is not None, location


@derived("boolean", words={"is true": "the config sets deploys.verified"})
def deploys_verified(facts: ServiceFacts) -> Derivation:
    """True if the config says that deploys are verified, so that an automatic rollback does not go unnoticed.

    `docker stack deploy` returns 0 after a rollback (docker/cli `cli/command/service/progress/progress.go
    ServiceProgress`). `rollout-lint await` reports it, and so does a pipeline that checks UpdateStatus.
    """
    return facts.cluster.deploys_verified, None


@derived(
    "boolean",
    words={
        "is false": "no service of the stack has a deploy block",
        "is true": "a service of the stack has a deploy block",
    },
)
def is_for_swarm(facts: ServiceFacts) -> Derivation:
    """True if a service of the stack has a `deploy` block, so that the files are meant for Swarm."""
    return facts.is_for_swarm, None


@derived("boolean", words={"is true": "update_config or rollback_config is set"})
def states_a_policy(facts: ServiceFacts) -> Derivation:
    """True if the file has an update_config or a rollback_config."""
    location = next((facts.service.blocks[block] for block in ROLLOUT_BLOCKS if block in facts.service.blocks), None)
    return location is not None, location


@derived("boolean", words={"is false": "deploy.restart_policy is not set"})
def has_restart_policy(facts: ServiceFacts) -> Derivation:
    """True if the file has a deploy.restart_policy, which makes Docker ignore `restart`.

    See docker/cli `cli/compose/convert/service.go convertRestartPolicy`.
    """
    location = facts.service.blocks.get("deploy.restart_policy")
    return location is not None, location


@derived("boolean", words={"is true": "the tasks are meant to end"})
def ends_by_itself(facts: ServiceFacts) -> Derivation:
    """True if the tasks of the service are meant to end with success.

    This is so if the restart condition is `none`, or on-failure with a command that ends, such as `rake db:migrate`. It
    is also so if the image is known to end (`rules/images.yaml`). False for a job, because an update does not monitor
    its tasks.
    """
    condition, location = facts.value(_CONDITION), facts.location(_CONDITION)
    if facts.value("deploy.mode") not in ("replicated", "global"):
        return False, location
    if image_runs_once(facts):
        return True, location or facts.location("image")
    return condition == "none" or (condition == "on-failure" and runs_once(facts.service)), location


def _invalid_values(facts: ServiceFacts, keys: Iterable[str], is_invalid: Callable[[Any], bool]) -> Derivation:
    """Return the paths and values of invalid settings of a file. Unknown values are not checked."""
    if facts.service.blocks.keys().isdisjoint(ROLLOUT_BLOCKS):
        return [], None
    paths = [f"{block}.{key}" for block in ROLLOUT_BLOCKS for key in keys]
    set_facts = ((path, facts[path]) for path in paths if not facts[path].default and not facts[path].is_unknown)
    invalid = {path: fact for path, fact in set_facts if is_invalid(fact.value)}
    # A value as written may be a variable. The message must show the value that the daemon rejects.
    values = {path: fact._replace(written="") for path, fact in invalid.items()}
    location = next((fact.location for fact in invalid.values()), None)
    return [f'{path} "{format_fact(path, fact)}"' for path, fact in values.items()], location
