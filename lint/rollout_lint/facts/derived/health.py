"""Healthcheck of a service, and the time that a task needs to start."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rollout_lint.facts.derived.registry import derived, known_value

if TYPE_CHECKING:
    from rollout_lint.facts.derived.registry import Derivation, ServiceFacts

DEFAULTS = {"interval": 30.0, "timeout": 30.0, "retries": 3, "start_period": 0.0}
"""Defaults of moby `daemon/health.go defaultProbeInterval, defaultProbeTimeout, defaultProbeRetries`, also for 0."""

_TIMES = tuple(f"healthcheck.{name}" for name in (*DEFAULTS, "start_interval"))


@derived(
    "boolean",
    words={
        "is false": "the service has no healthcheck",
        "is true": "the service has a healthcheck",
    },
)
def has_healthcheck(facts: ServiceFacts) -> Derivation:
    """True if a healthcheck runs: one in the file, or one of the image that the file does not disable.

    A healthcheck without a test takes the test of the image (moby `daemon/commit.go merge`). The image is then assumed
    to have one, unless the config claims the contrary. Other images without a healthcheck in the file may have one too.
    """
    test = facts.service.lists.get("healthcheck.test", [])
    if facts.value("healthcheck.disable"):
        return False, facts.location("healthcheck.disable")
    if test:
        return known_value(test[0]) not in ("", "NONE"), test[0].location
    image = facts.get("image")
    image_data = None if image is None else facts.images.find(image.value)
    if image_data is not None and image_data.healthcheck is not None:
        return image_data.healthcheck, None
    settings = facts.service.settings
    location = next((settings[path].location for path in _TIMES if path in settings), None)
    return location is not None, location


@derived("number", "null")
def longest_start(facts: ServiceFacts) -> Derivation:
    """Seconds before Docker calls a starting task unhealthy: start_period + retries x (interval + timeout).

    Null if the file has no healthcheck. A task is RUNNING only once it is healthy (moby
    `daemon/cluster/executor/container/controller.go Start`).
    """
    if not has_healthcheck(facts)[0] or not facts.service.lists.get("healthcheck.test"):
        return None, None
    values = {name: facts.value(f"healthcheck.{name}") or default for name, default in DEFAULTS.items()}
    location = facts.location("healthcheck.start_period") or has_healthcheck(facts)[1]
    return values["start_period"] + values["retries"] * (values["interval"] + values["timeout"]), location


@derived("boolean", words={"is true": "the last task may start later than monitor allows"})
def monitor_ends_before_last_start(facts: ServiceFacts) -> Derivation:
    """True if the last task of an update may start later, delay included, than an earlier task is monitored.

    Failures are checked only after every task has started, and only within `monitor` of their own start (swarmkit
    `manager/orchestrator/update/updater.go Run`).
    """
    start, _ = longest_start(facts)
    monitor = facts.known("deploy.update_config.monitor")
    return start is not None and monitor.value < start + facts.value("deploy.update_config.delay"), monitor.location
