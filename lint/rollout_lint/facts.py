"""A service's flat facts: effective values with their origin, Swarm's defaults filled in.

The defaults are swarmkit's (`api/defaults/service.go Service`) as the docker CLI's conversion reaches them
(`cli/compose/convert/service.go convertUpdateConfig`): a block that is absent and one that is partly given end the
same, `monitor: 0s` is five seconds, and rollback_config takes nothing over from update_config.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from rollout_lint.stack.units import seconds, size

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rollout_lint.place import Place
    from rollout_lint.stack.setting import Service, Setting


class Kind(NamedTuple):
    """What a fact's value may be: JSON types, the only words where there are some, the types of a list's items."""

    types: frozenset[str]
    words: frozenset[str] | None = None
    items: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    """An effective value: durations in seconds, memory in bytes.

    `place` is None where Swarm fills the value in and no file mentions it; `overrides` are the settings that it
    replaced, the nearest layer first; `unset` are variables without a value that it depends on.
    """

    value: Any
    default: bool
    place: Place | None = None
    written: str = ""
    overrides: tuple[Setting, ...] = ()
    unset: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cluster:
    """What is known of the hosts that a stack is deployed to; None where nothing says it. Memory in bytes.

    `memory` is what one host has, `used` what everything else there takes, `task_memory` what a task of the stack's
    heaviest service was measured to take; `service_memory` and `others` say the last two by service.
    """

    nodes: int | None = None
    memory: int | None = None
    task_memory: int | None = None
    used: int | None = None
    service_memory: Mapping[str, int] = field(default_factory=dict)
    others: Mapping[str, int] = field(default_factory=dict)

    def over(self, other: Cluster) -> Cluster:
        """What this one says, and where it says nothing, the other."""
        return Cluster(
            self.nodes or other.nodes,
            self.memory or other.memory,
            self.task_memory or other.task_memory,
            other.used if self.used is None else self.used,
            {**other.service_memory, **self.service_memory},
            {**other.others, **self.others},
        )

    def memory_of(self, service: str) -> int | None:
        """What a task of the service was measured to take."""
        return self.service_memory.get(service) or self.task_memory

    def used_beside(self, service: str) -> int | None:
        """What the host's other tasks take."""
        return self.others.get(service, self.used)

    def left_for(self, service: str) -> int | None:
        """What the host has for the old and the new tasks of the service together."""
        return None if self.memory is None else max(self.memory - (self.used_beside(service) or 0), 0)


def _kind(*types: str, words: tuple[str, ...] = ()) -> Kind:
    return Kind(frozenset(types), frozenset(words) or None)


_TEXTS = Kind(frozenset(("array",)), items=frozenset(("string",)))


ROLLOUT_KEYS = ("parallelism", "delay", "failure_action", "monitor", "max_failure_ratio", "order")
ROLLOUT_BLOCKS = ("deploy.update_config", "deploy.rollback_config")

_ROLLOUT_DEFAULTS: dict[str, Any] = {
    "parallelism": 1,
    "delay": 0.0,
    "failure_action": "pause",
    "monitor": 5.0,
    "max_failure_ratio": 0.0,
    "order": "stop-first",
}
_ROLLOUT_KINDS = {
    "parallelism": _kind("integer"),
    "delay": _kind("number"),
    "failure_action": _kind("string"),
    "monitor": _kind("number"),
    "max_failure_ratio": _kind("number"),
    "order": _kind("string", words=("start-first", "stop-first")),
}
_ZERO_IS_ABSENT = frozenset(
    f"{block}.{key}" for block in ROLLOUT_BLOCKS for key in ("failure_action", "monitor", "order")
)
"""Where the engine takes an explicit zero for nothing (`daemon/cluster/convert/service.go updateConfigToGRPC`)."""

_DEFAULTS: dict[str, Any] = {
    "deploy.mode": "replicated",
    "deploy.placement.max_replicas_per_node": 0,
    "deploy.restart_policy.delay": 5.0,
    "stop_grace_period": 10.0,
}

_FILLED_IN = {
    path: Fact(value, default=True)
    for path, value in (
        *((f"{block}.{key}", value) for block in ROLLOUT_BLOCKS for key, value in _ROLLOUT_DEFAULTS.items()),
        *_DEFAULTS.items(),
    )
}
"""What Swarm fills in for a service of which no file says anything."""

_DURATIONS = frozenset(
    (
        "delay",
        "monitor",
        "interval",
        "timeout",
        "start_period",
        "start_interval",
        "stop_grace_period",
        "window",
        "longest_start",
        "last_watch",
        "all_replaced_after",
    )
)

_KINDS: dict[str, Kind] = {
    **{f"{block}.{key}": kind for block in ROLLOUT_BLOCKS for key, kind in _ROLLOUT_KINDS.items()},
    "deploy.mode": _kind("string", words=("replicated", "global", "replicated-job", "global-job")),
    "deploy.replicas": _kind("integer"),
    "deploy.placement.max_replicas_per_node": _kind("integer"),
    "deploy.placement.constraints": _TEXTS,
    "deploy.resources.limits.memory": _kind("integer"),
    "deploy.resources.reservations.memory": _kind("integer"),
    "deploy.resources.limits.cpus": _kind("string"),
    "deploy.resources.reservations.cpus": _kind("string"),
    "deploy.placement.preferences": _TEXTS,
    "deploy.restart_policy.condition": _kind("string"),
    "deploy.restart_policy.delay": _kind("number"),
    "deploy.restart_policy.max_attempts": _kind("integer"),
    "deploy.restart_policy.window": _kind("number"),
    "deploy.endpoint_mode": _kind("string"),
    "deploy.labels": _TEXTS,
    "healthcheck.test": _TEXTS,
    "healthcheck.disable": _kind("boolean"),
    "healthcheck.interval": _kind("number"),
    "healthcheck.timeout": _kind("number"),
    "healthcheck.retries": _kind("integer"),
    "healthcheck.start_period": _kind("number"),
    "healthcheck.start_interval": _kind("number"),
    "image": _kind("string"),
    "ports": _kind("array"),
    "volumes": _kind("array"),
    "networks": _TEXTS,
    "configs": _TEXTS,
    "secrets": _TEXTS,
    "environment": _TEXTS,
    "env_file": _TEXTS,
    "labels": _TEXTS,
    "restart": _kind("string"),
    "stop_grace_period": _kind("number"),
    "stop_signal": _kind("string"),
    "init": _kind("boolean"),
    "read_only": _kind("boolean"),
    "tty": _kind("boolean"),
    "stdin_open": _kind("boolean"),
    "hostname": _kind("string"),
    "user": _kind("string"),
}
_ALWAYS_THERE = {*_DEFAULTS, "deploy.restart_policy.condition"} | {
    f"{block}.{key}" for block in ROLLOUT_BLOCKS for key in ROLLOUT_KEYS
}

FACTS: dict[str, Kind] = {
    path: kind if path in _ALWAYS_THERE else kind._replace(types=kind.types | {"null"}) for path, kind in _KINDS.items()
}
"""Every fact that a file can state, to what its value may be; null where no file does and Swarm has no default."""


def facts_of(service: Service) -> dict[str, Fact]:
    """The facts of a merged service by path; what neither a file nor Swarm says has none."""
    facts = _FILLED_IN.copy()
    facts.update((path, _stated(setting)) for path, setting in service.settings.items())
    for path in _ZERO_IS_ABSENT & service.settings.keys():
        if not facts[path].value:
            facts[path] = replace(facts[path], value=_FILLED_IN[path].value, default=True)
    for path in _DEFAULTS.keys() & service.settings.keys():
        if facts[path].value == "":
            facts[path] = replace(facts[path], value=_DEFAULTS[path], default=True)
    _fill_restart_condition(facts, service)
    if facts["deploy.mode"].value == "replicated":
        facts.setdefault("deploy.replicas", Fact(1, default=True))
    for path, items in service.lists.items():
        if items and path in FACTS:
            facts[path] = Fact([item.value for item in items], default=False, place=items[-1].place)
    return facts


def filled_in(path: str) -> Any:
    """What Swarm fills in where no file says anything, whatever else a file says; None where that is nothing."""
    fact = _FILLED_IN.get(path)
    return None if fact is None else fact.value


def _fill_restart_condition(facts: dict[str, Fact], service: Service) -> None:
    """Without a `deploy.restart_policy`, `restart: on-failure` is read; `restart: "no"` means nothing to Swarm.

    `cli/compose/convert/service.go convertRestartPolicy`
    """
    path = "deploy.restart_policy.condition"
    stated = facts.setdefault(path, Fact("any", default=True))
    if stated.value == "":
        facts[path] = replace(stated, value="any", default=True)
    restart = facts.get("restart")
    if restart is not None and "deploy.restart_policy" not in service.blocks:
        condition, _, _ = restart.value.partition(":")
        if condition == "on-failure":
            facts[path] = replace(restart, value=condition)


def _stated(setting: Setting) -> Fact:
    return Fact(setting.value, False, setting.place, setting.written, setting.overrides, setting.unset)


def as_written(path: str, text: str) -> Any:
    """A value as a rule or a reader writes it, in the fact's unit: `30s` is 30.0 where the fact is a duration."""
    if is_duration(path):
        return seconds(text)
    return size(text) if is_size(path) else text


def is_duration(path: str) -> bool:
    """Whether the fact is a time in seconds."""
    return path.rpartition(".")[2] in _DURATIONS


def is_size(path: str) -> bool:
    """Whether the fact is a number of bytes."""
    return path.endswith(".memory") or path in ("derived.memory_needed", "derived.memory_of_update")
