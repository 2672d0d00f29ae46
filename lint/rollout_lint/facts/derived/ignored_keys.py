"""Keys of a service that Swarm ignores."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rollout_lint.facts.derived.conversion import lacks_image
from rollout_lint.facts.derived.registry import derived
from rollout_lint.stack.unknown import Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rollout_lint.facts.derived.registry import Derivation, ServiceFacts
    from rollout_lint.stack.model import Setting

_ACCESS_KEYS = frozenset(("privileged", "devices", "network_mode", "security_opt"))
_USUAL_NETWORK_MODES = ("bridge", "default")
"""Modes that give a service no more and no less than the networks of a stack do."""

_CONDITIONS = {"no": "none", "always": "any", "unless-stopped": "any", "on-failure": "on-failure"}
"""Condition of `deploy.restart_policy` that means the same as a value of `restart`."""


@derived("array", words={"is not empty": "the service has keys that Swarm ignores"})
def ignored_keys(facts: ServiceFacts) -> Derivation:
    """Keys of the service that Swarm never sees, those of `derived.ignored_access_keys` first.

    docker/cli prints most of them as unsupported options (`cli/compose/types/types.go UnsupportedProperties`), but
    `depends_on` and `tmpfs` without a message (`cli/compose/convert/service.go Service`). `build` counts beside
    `image`, and `restart` beside a `deploy.restart_policy` that means something else. A key is left out if it is empty
    or false, or depends on a variable without a value.
    """
    found = {key: setting for key, setting in _dropped_keys(facts) if _limits_access(key, setting, facts)}
    found |= dict(_dropped_keys(facts))
    return list(found), next((setting.location for setting in found.values()), None)


@derived("array", words={"is not empty": "an ignored key grants or limits access"})
def ignored_access_keys(facts: ServiceFacts) -> Derivation:
    """Ignored keys that grant or limit access: privileged, devices, network_mode, security_opt.

    `tmpfs` is one of them if the root file system is read-only, because nothing can write to its path then.
    """
    found = {key: setting for key, setting in _dropped_keys(facts) if _limits_access(key, setting, facts)}
    return list(found), next((setting.location for setting in found.values()), None)


def _dropped_keys(facts: ServiceFacts) -> Iterator[tuple[str, Setting]]:
    for key, setting in facts.service.dropped_keys.items():
        if not isinstance(setting.value, Unknown) and (key != "build" or not lacks_image(facts)[0]):
            yield key, setting
    restart = facts.service.settings.get("restart")
    if restart is not None and "deploy.restart_policy" in facts.service.blocks and _differs(restart, facts):
        yield "restart", restart


def _differs(restart: Setting, facts: ServiceFacts) -> bool:
    """Return True if the policy that Swarm uses restarts other tasks than `restart` says."""
    condition = facts["deploy.restart_policy.condition"].value
    if isinstance(restart.value, Unknown) or isinstance(condition, Unknown):
        return False
    meant = _CONDITIONS.get(restart.value.partition(":")[0])
    return meant is not None and meant != condition


def _limits_access(key: str, setting: Setting, facts: ServiceFacts) -> bool:
    if key == "tmpfs":
        read_only = facts.get("read_only")
        return read_only is not None and read_only.value is True
    return key in _ACCESS_KEYS and not (key == "network_mode" and setting.value in _USUAL_NETWORK_MODES)
