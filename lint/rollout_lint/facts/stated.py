"""Facts that a stack file can set: the kinds of their values, and their values for a service."""

from __future__ import annotations

from dataclasses import replace
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
from rollout_lint.stack.unknown import is_unknown

if TYPE_CHECKING:
    from rollout_lint.stack.model import Service, Setting


def _kind(*types: str, allowed: tuple[str, ...] = ()) -> Kind:
    return Kind(frozenset(types), frozenset(allowed) or None)


_TEXTS = Kind(frozenset(("array",)), items=frozenset(("string",)))

_ROLLOUT_KINDS = {
    "parallelism": _kind("integer"),
    "delay": _kind("number"),
    "failure_action": _kind("string"),
    "monitor": _kind("number"),
    "max_failure_ratio": _kind("number"),
    "order": _kind("string", allowed=("start-first", "stop-first")),
}
_KINDS: dict[str, Kind] = {
    **{f"{block}.{key}": kind for block in ROLLOUT_BLOCKS for key, kind in _ROLLOUT_KINDS.items()},
    "deploy.mode": _kind("string", allowed=("replicated", "global", "replicated-job", "global-job")),
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
_ALWAYS_SET = {*EMPTY_IS_DEFAULT, "deploy.restart_policy.condition"} | {
    f"{block}.{key}" for block in ROLLOUT_BLOCKS for key in ROLLOUT_KEYS
}

FACTS: dict[str, Kind] = {
    path: kind if path in _ALWAYS_SET else kind._replace(types=kind.types | {"null"}) for path, kind in _KINDS.items()
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
            facts[path] = replace(facts[path], value=DEFAULTS[path].value, default=True)
    for path in EMPTY_IS_DEFAULT.keys() & service.settings.keys():
        if facts[path].value == "":
            facts[path] = replace(facts[path], value=EMPTY_IS_DEFAULT[path], default=True)
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
    """Derive the condition from `restart: on-failure` if there is no `deploy.restart_policy`.

    Swarm ignores `restart: "no"` (`cli/compose/convert/service.go convertRestartPolicy`).
    """
    path = "deploy.restart_policy.condition"
    condition = facts.setdefault(path, Fact(CONDITIONAL_DEFAULTS[path], default=True))
    if condition.value == "":
        facts[path] = replace(condition, value=CONDITIONAL_DEFAULTS[path], default=True)
    restart = facts.get("restart")
    if restart is None or "deploy.restart_policy" in service.blocks:
        return
    if restart.is_unknown:
        facts[path] = restart
    elif restart.value.partition(":")[0] == "on-failure":
        facts[path] = replace(restart, value="on-failure")


def _from_setting(setting: Setting) -> Fact:
    return Fact(setting.value, False, setting.location, setting.written, setting.overrides, setting.unset)
