"""Healthcheck of a service, and the time that a task needs to start."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rollout_lint.facts.derived.pace import all_at_once
from rollout_lint.facts.derived.registry import derived, known_value

if TYPE_CHECKING:
    from rollout_lint.facts.derived.registry import Derivation, ServiceFacts

DEFAULTS = {"interval": 30.0, "timeout": 30.0, "retries": 3, "start_period": 0.0}
"""Defaults of moby `daemon/health.go defaultProbeInterval, defaultProbeTimeout, defaultProbeRetries`, also for 0."""

_START_INTERVAL = 5.0
"""Default of moby `daemon/health.go defaultStartInterval`, since Docker 27.0 (moby#47799)."""

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
    if not _has_test(facts):
        return None, None
    values = {name: _time(facts, name) for name in DEFAULTS}
    location = facts.location("healthcheck.start_period") or has_healthcheck(facts)[1]
    return values["start_period"] + values["retries"] * (values["interval"] + values["timeout"]), location


@derived("number", "null")
def first_probe(facts: ServiceFacts) -> Derivation:
    """Seconds after which Docker probes a new task first; null if the file has no healthcheck.

    In the start period, this is start_interval since Docker 25, by default `interval` before 27 and 5 s from 27 on. So
    with a start period it is null, unless the config has `engine`. Without one, it is `interval` (moby
    `daemon/health.go monitor`).
    """
    engine = facts.cluster.engine
    if not _has_test(facts):
        return None, None
    if not _time(facts, "start_period"):
        return _time(facts, "interval"), facts.location("healthcheck.interval")
    if engine is None or engine.is_before(25):
        return None if engine is None else _time(facts, "interval"), facts.location("healthcheck.interval")
    default = _time(facts, "interval") if engine.is_before(27) else _START_INTERVAL
    return facts.value("healthcheck.start_interval") or default, facts.location("healthcheck.start_interval")


def _has_test(facts: ServiceFacts) -> bool:
    return bool(has_healthcheck(facts)[0] and facts.service.lists.get("healthcheck.test"))


def _time(facts: ServiceFacts, name: str) -> float:
    return float(facts.value(f"healthcheck.{name}") or DEFAULTS[name])


@derived("boolean", words={"is true": "the last task may start later than monitor allows"})
def monitor_ends_before_last_start(facts: ServiceFacts) -> Derivation:
    """True if the last task of an update may start later, delay included, than an earlier task is monitored.

    Failures are checked only after every task has started, and only within `monitor` of their own start (swarmkit
    `manager/orchestrator/update/updater.go Run`). If all tasks start at once, none runs before its first probe.
    """
    unwatched, location = _unwatched_start(facts)
    return unwatched is not None and unwatched > 0, location


def _unwatched_start(facts: ServiceFacts) -> Derivation:
    """Return the seconds between the end of monitor and the latest start of the last task; null without a test."""
    start, _ = longest_start(facts)
    monitor = facts.known("deploy.update_config.monitor")
    if start is None:
        return None, monitor.location
    earliest = first_probe(facts)[0] if all_at_once(facts)[0] else None
    end = start - (earliest or 0) + facts.value("deploy.update_config.delay")
    return end - monitor.value, monitor.location


@derived("boolean", words={"is true": "the engine is unknown, and before 27 monitor would be long enough"})
def start_depends_on_engine(facts: ServiceFacts) -> Derivation:
    """True if monitor_ends_before_last_start is true, but would be false on Docker Engine before 27.

    This is so if all tasks start at once, with a start period, and the config has no `engine`.
    """
    unwatched, location = _unwatched_start(facts)
    if unwatched is None or unwatched <= 0 or first_probe(facts)[0] is not None or not all_at_once(facts)[0]:
        return False, location
    return unwatched <= _time(facts, "interval"), location
