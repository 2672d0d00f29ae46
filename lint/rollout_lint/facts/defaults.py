"""Swarm's defaults.

They are those of swarmkit (`api/defaults/service.go Service`) as the conversion of the docker CLI reaches them
(`cli/compose/convert/service.go convertUpdateConfig`). An absent block and a partly given one end the same,
`monitor: 0s` means five seconds, and rollback_config inherits nothing from update_config.
"""

from __future__ import annotations

from typing import Any

from rollout_lint.facts.model import Fact

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
ZERO_IS_DEFAULT = frozenset(
    f"{block}.{key}" for block in ROLLOUT_BLOCKS for key in ("failure_action", "monitor", "order")
)
"""Facts for which the daemon reads a zero as absent (`daemon/cluster/convert/service.go updateConfigToGRPC`)."""

EMPTY_IS_DEFAULT: dict[str, Any] = {
    "deploy.mode": "replicated",
    "deploy.placement.max_replicas_per_node": 0,
    "deploy.restart_policy.delay": 5.0,
    "stop_grace_period": 10.0,
}
"""Defaults that also replace an empty text."""

DEFAULTS = {
    path: Fact(value, default=True)
    for path, value in (
        *((f"{block}.{key}", value) for block in ROLLOUT_BLOCKS for key, value in _ROLLOUT_DEFAULTS.items()),
        *EMPTY_IS_DEFAULT.items(),
    )
}
"""Facts of a service that sets nothing."""


CONDITIONAL_DEFAULTS: dict[str, Any] = {"deploy.replicas": 1, "deploy.restart_policy.condition": "any"}
"""Defaults that depend on other values: on the mode, and on `restart`."""


def default_value(path: str) -> Any:
    """Return Swarm's default, None without one or if it depends on other values."""
    fact = DEFAULTS.get(path)
    return None if fact is None else fact.value


def usual_default(path: str) -> Any:
    """Return Swarm's default, also one that depends on other values; None without one."""
    return CONDITIONAL_DEFAULTS.get(path, default_value(path))
