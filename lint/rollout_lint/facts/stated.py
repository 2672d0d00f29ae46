"""Facts that a stack file can set: the kinds of their values, and their values for a service."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rollout_lint.facts.defaults import (
    CONDITIONAL_DEFAULTS,
    DEFAULTS,
    EMPTY_IS_DEFAULT,
    ROLLOUT_BLOCKS,
    ROLLOUT_KEYS,
    ZERO_IS_DEFAULT,
)
from rollout_lint.facts.model import Fact, Kind
from rollout_lint.record import Record
from rollout_lint.stack.unknown import is_unknown

if TYPE_CHECKING:
    from rollout_lint.stack.model import Service, Setting


class StatedFact(Record):
    """Description of a fact, the kind of its value, and the function of Docker that reads the key."""

    about: str
    kind: Kind
    source: str


def _fact(about: str, *types: str, allowed: tuple[str, ...] = (), by: str = "Service") -> StatedFact:
    kind = Kind(frozenset(types), frozenset(allowed) or None)
    return StatedFact(about, kind, f"docker/cli cli/compose/convert/service.go {by}")


def _texts(about: str, by: str = "Service") -> StatedFact:
    fact = _fact(about, "array", by=by)
    return fact._replace(kind=fact.kind._replace(items=frozenset(("string",))))


_UPDATE, _MODE, _RESOURCES = "convertUpdateConfig", "convertDeployMode", "convertResources"
_RESTART, _ENDPOINT, _HEALTH = "convertRestartPolicy", "convertEndpointSpec", "convertHealthcheck"

_ROLLOUT_FACTS = {
    "parallelism": _fact("Tasks to replace at once. 0 means all.", "integer", by=_UPDATE),
    "delay": _fact("Time to wait between two groups of tasks.", "number", by=_UPDATE),
    "failure_action": _fact(
        "Action if more tasks fail than max_failure_ratio allows: pause, continue or rollback.", "string", by=_UPDATE
    ),
    "monitor": _fact("Time after the start of a task in which its failure counts.", "number", by=_UPDATE),
    "max_failure_ratio": _fact("Share of the tasks that may fail, from 0 to 1.", "number", by=_UPDATE),
    "order": _fact(
        "Order of stopping the old task and starting the new one.",
        "string",
        allowed=("start-first", "stop-first"),
        by=_UPDATE,
    ),
}
_STATED: dict[str, StatedFact] = {
    **{f"{block}.{key}": fact for block in ROLLOUT_BLOCKS for key, fact in _ROLLOUT_FACTS.items()},
    "deploy.mode": _fact(
        "Kind of the service: a number of tasks, one on each node, or a job.",
        "string",
        allowed=("replicated", "global", "replicated-job", "global-job"),
        by=_MODE,
    ),
    "deploy.replicas": _fact("Number of tasks. A global service does not have it.", "integer", by=_MODE),
    "deploy.placement.max_replicas_per_node": _fact("Most tasks on one node. 0 means no limit.", "integer"),
    "deploy.placement.constraints": _texts("Conditions that a node must meet to run a task."),
    "deploy.resources.limits.memory": _fact("Memory that a task may use.", "integer", by=_RESOURCES),
    "deploy.resources.reservations.memory": _fact(
        "Memory that a node must have free to run a task.", "integer", by=_RESOURCES
    ),
    "deploy.resources.limits.cpus": _fact("CPUs that a task may use.", "string", by=_RESOURCES),
    "deploy.resources.reservations.cpus": _fact(
        "CPUs that a node must have free to run a task.", "string", by=_RESOURCES
    ),
    "deploy.placement.preferences": _texts("Node labels over whose values the tasks are spread."),
    "deploy.restart_policy.condition": _fact(
        "Ended tasks that Swarm restarts: any, on-failure or none.", "string", by=_RESTART
    ),
    "deploy.restart_policy.delay": _fact("Time to wait before a restart.", "number", by=_RESTART),
    "deploy.restart_policy.max_attempts": _fact("Most restarts of a task.", "integer", by=_RESTART),
    "deploy.restart_policy.window": _fact("Time window for max_attempts.", "number", by=_RESTART),
    "deploy.endpoint_mode": _fact("Address of the service: vip or dnsrr.", "string", by=_ENDPOINT),
    "deploy.labels": _texts("Names of the labels of the service."),
    "healthcheck.test": _texts("Words of the command that checks the container.", by=_HEALTH),
    "healthcheck.disable": _fact("True if the healthcheck is disabled, also that of the image.", "boolean", by=_HEALTH),
    "healthcheck.interval": _fact("Time between two checks. Docker's default is 30s.", "number", by=_HEALTH),
    "healthcheck.timeout": _fact("Time after which a check fails. Docker's default is 30s.", "number", by=_HEALTH),
    "healthcheck.retries": _fact(
        "Failed checks in a row before a container is unhealthy. Docker's default is 3.", "integer", by=_HEALTH
    ),
    "healthcheck.start_period": _fact("Time after the start in which failed checks are ignored.", "number", by=_HEALTH),
    "healthcheck.start_interval": _fact(
        "Time between two checks in the start period. Docker's default is 5s.", "number", by=_HEALTH
    ),
    "image": _fact("Image reference.", "string"),
    "ports": _fact("Published ports, each with target, published, mode and protocol.", "array", by=_ENDPOINT),
    "volumes": _fact("Mounts, each with type, source, target and read_only.", "array", by="Volumes"),
    "networks": _texts("Names of the networks of the service.", by="convertServiceNetworks"),
    "configs": _texts("Names of the configs of the service.", by="convertServiceConfigObjs"),
    "secrets": _texts("Names of the secrets of the service.", by="convertServiceSecrets"),
    "environment": _texts("Names of the environment variables, without values.", by="convertEnvironment"),
    "env_file": _texts("Files with environment variables. rollout-lint does not open them.")._replace(
        source="docker/cli cli/compose/loader/loader.go resolveEnvironment"
    ),
    "labels": _texts("Names of the labels of the containers."),
    "restart": _fact("Restart policy of Compose. Swarm uses it without deploy.restart_policy.", "string", by=_RESTART),
    "stop_grace_period": _fact("Time between the stop signal and SIGKILL.", "number"),
    "stop_signal": _fact("Signal that stops the container.", "string"),
    "init": _fact("True if an init process runs as PID 1.", "boolean"),
    "read_only": _fact("True if the root file system of the container is read-only.", "boolean"),
    "tty": _fact("True if the container has a terminal.", "boolean"),
    "stdin_open": _fact("True if standard input stays open.", "boolean"),
    "hostname": _fact("Host name of the container.", "string"),
    "user": _fact("User of the container's process.", "string"),
}
_ALWAYS_SET = {*EMPTY_IS_DEFAULT, "deploy.restart_policy.condition"} | {
    f"{block}.{key}" for block in ROLLOUT_BLOCKS for key in ROLLOUT_KEYS
}

FACTS: dict[str, StatedFact] = {
    path: fact if path in _ALWAYS_SET else fact._replace(kind=fact.kind._replace(types=fact.kind.types | {"null"}))
    for path, fact in _STATED.items()
}
"""Every fact that a file can set, by path. Its kind includes null if Swarm has no default."""

FREE_TEXTS = frozenset(
    ("environment", "env_file", "labels", "deploy.labels", "healthcheck.test", "hostname", "user", "stop_signal")
)
"""Facts on whose text no packaged rule depends."""


def stated_facts(service: Service) -> dict[str, Fact]:
    """Return the facts of a merged service by path, with Swarm's defaults filled in."""
    facts = DEFAULTS.copy()
    facts.update((path, _from_setting(setting)) for path, setting in service.settings.items())
    for path in ZERO_IS_DEFAULT & service.settings.keys():
        if not facts[path].value:
            facts[path] = facts[path]._replace(value=DEFAULTS[path].value, default=True)
    for path in EMPTY_IS_DEFAULT.keys() & service.settings.keys():
        if facts[path].value == "":
            facts[path] = facts[path]._replace(value=EMPTY_IS_DEFAULT[path], default=True)
    _fill_restart_condition(facts, service)
    mode = facts["deploy.mode"]
    if mode.is_unknown:
        facts.setdefault("deploy.replicas", mode)
    elif mode.value == "replicated":
        facts.setdefault("deploy.replicas", Fact(CONDITIONAL_DEFAULTS["deploy.replicas"], default=True))
    for path, items in service.lists.items():
        if items and path in FACTS:
            facts[path] = _from_items(items)
    return facts


def _from_items(items: list[Setting]) -> Fact:
    unset = {name: None for item in items if item.unset and is_unknown(item.value) for name in item.unset}
    return Fact([item.value for item in items], default=False, location=items[-1].location, unset=tuple(unset))


def _fill_restart_condition(facts: dict[str, Fact], service: Service) -> None:
    """Derive the condition and the attempts from `restart: on-failure:3` if there is no `deploy.restart_policy`.

    Swarm ignores `restart: "no"` (`cli/compose/convert/service.go convertRestartPolicy`).
    """
    path = "deploy.restart_policy.condition"
    condition = facts.setdefault(path, Fact(CONDITIONAL_DEFAULTS[path], default=True))
    if condition.value == "":
        facts[path] = condition._replace(value=CONDITIONAL_DEFAULTS[path], default=True)
    restart = facts.get("restart")
    if restart is None or "deploy.restart_policy" in service.blocks:
        return
    if restart.is_unknown:
        facts[path] = restart
        return
    name, _, attempts = restart.value.partition(":")
    if name == "on-failure":
        facts[path] = restart._replace(value=name)
        if attempts.isascii() and attempts.isdigit():
            facts["deploy.restart_policy.max_attempts"] = restart._replace(value=int(attempts))


def _from_setting(setting: Setting) -> Fact:
    return Fact(setting.value, False, setting.location, setting.written, setting.overrides, setting.unset)
