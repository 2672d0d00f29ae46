"""What a healthcheck says of how long a task may be starting."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rollout_lint.facts.derived.registry import derived

if TYPE_CHECKING:
    from rollout_lint.facts.derived.registry import Derivation, ServiceFacts

DEFAULTS = {"interval": 30.0, "timeout": 30.0, "retries": 3, "start_period": 0.0}
"""moby `daemon/health.go defaultProbeInterval, defaultProbeTimeout, defaultProbeRetries`; 0 means the same."""


@derived("boolean")
def has_healthcheck(facts: ServiceFacts) -> Derivation:
    """Whether a healthcheck runs: one of the file, or one that the image is known to bring and the file does not switch
    off. Other images may bring one too.
    """
    test = facts.service.lists.get("healthcheck.test", [])
    disable = facts.get("healthcheck.disable")
    if disable is not None and disable.value:
        return False, disable.place
    if not test:
        image = facts.value("image")
        known = None if image is None else facts.images.find(image)
        return known is not None and known.healthcheck, None
    return test[0].value not in ("", "NONE"), test[0].place


@derived("number", "null")
def longest_start(facts: ServiceFacts) -> Derivation:
    """The seconds that a task can be starting before Docker calls it unhealthy: start_period + retries x (interval +
    timeout); null where the file gives no healthcheck.

    A task is RUNNING only once it is healthy (moby `daemon/cluster/executor/container/controller.go Start`).
    """
    if not has_healthcheck(facts)[0] or not facts.service.lists.get("healthcheck.test"):
        return None, None
    given = {name: facts.value(f"healthcheck.{name}") or default for name, default in DEFAULTS.items()}
    place = facts.place("healthcheck.start_period") or has_healthcheck(facts)[1]
    return given["start_period"] + given["retries"] * (given["interval"] + given["timeout"]), place


@derived("boolean")
def monitor_ends_before_last_start(facts: ServiceFacts) -> Derivation:
    """Whether the last task of an update may be starting, delay included, for longer than an earlier one is watched.

    Failures are looked at only once every task has started, and count only within `monitor` of their own start
    (swarmkit `manager/orchestrator/update/updater.go Run`).
    """
    start, _ = longest_start(facts)
    monitor = facts["deploy.update_config.monitor"]
    return start is not None and monitor.value < start + facts.value("deploy.update_config.delay"), monitor.place
