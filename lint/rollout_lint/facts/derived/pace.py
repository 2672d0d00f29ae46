"""Number of tasks of a service, and pace of an update."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from rollout_lint.facts.derived.nodes import eligible_nodes, node_range
from rollout_lint.facts.derived.registry import derived

if TYPE_CHECKING:
    from rollout_lint.facts.derived.registry import Derivation, ServiceFacts

_PARALLELISM = "deploy.update_config.parallelism"
_ROLLBACK_PARALLELISM = "deploy.rollback_config.parallelism"


@derived(
    "integer",
    "null",
    words={
        "is 1": "one task runs",
        "is at least 2": "two or more tasks run",
    },
)
def tasks(facts: ServiceFacts) -> Derivation:
    """Number of tasks: the replicas, or for a global service the nodes that meet its constraints; null if unknown.

    Null also for a job, because an update cannot replace its tasks.
    """
    mode = facts.value("deploy.mode")
    if mode == "replicated":
        return facts.value("deploy.replicas"), facts.location("deploy.replicas")
    return (eligible_nodes(facts)[0], facts.location("deploy.mode")) if mode == "global" else (None, None)


@derived("integer", "null")
def tasks_at_once(facts: ServiceFacts) -> Derivation:
    """Number of tasks that an update replaces at once; null if it depends on an unknown number of tasks.

    A parallelism of 0 means all (swarmkit `manager/orchestrator/update/updater.go Run`).
    """
    return _at_once(facts, _PARALLELISM)


@derived("boolean", words={"is false": "the number of nodes that meet the constraints is unknown"})
def all_at_once(facts: ServiceFacts) -> Derivation:
    """True if an update replaces at least two tasks, and all of them at the same moment."""
    return _is_all_at_once(facts, _PARALLELISM)


@derived("boolean", words={"is true": "an update replaces all tasks at the same time, or may do so"})
def may_be_all_at_once(facts: ServiceFacts) -> Derivation:
    """True for all_at_once, and if it depends on how many of the nodes meet the constraints of a global service."""
    return _may_be_all_at_once(facts, _PARALLELISM)


@derived("boolean", words={"is false": "the number of nodes that meet the constraints is unknown"})
def rollback_all_at_once(facts: ServiceFacts) -> Derivation:
    """True if a rollback replaces at least two tasks, and all of them at the same moment.

    It has a parallelism of its own, by default 1 (swarmkit `manager/orchestrator/update/updater.go Run`).
    """
    return _is_all_at_once(facts, _ROLLBACK_PARALLELISM)


@derived("boolean", words={"is true": "a rollback replaces all tasks at the same time, or may do so"})
def rollback_may_be_all_at_once(facts: ServiceFacts) -> Derivation:
    """True for rollback_all_at_once, and if it depends on how many nodes meet the constraints of a global service."""
    return _may_be_all_at_once(facts, _ROLLBACK_PARALLELISM)


def _at_once(facts: ServiceFacts, path: str) -> Derivation:
    number, _ = tasks(facts)
    parallelism = facts.known(path)
    if number is None:
        return parallelism.value or None, parallelism.location
    return min(parallelism.value or number, number), parallelism.location


def _is_all_at_once(facts: ServiceFacts, path: str) -> Derivation:
    number, _ = tasks(facts)
    if number is None or number < 2:
        return False, facts.location(path)
    at_once, location = _at_once(facts, path)
    return at_once == number, location


def _may_be_all_at_once(facts: ServiceFacts, path: str) -> Derivation:
    if tasks(facts)[0] is not None or facts.value("deploy.mode") != "global":
        return _is_all_at_once(facts, path)
    least, most, *_ = node_range(facts)
    parallelism = facts.known(path)
    if most is None or most < 2:
        return False, parallelism.location
    return parallelism.value == 0 or parallelism.value >= max(least, 2), parallelism.location


@derived("integer", words={"is at least 1": "max_failure_ratio tolerates a failed task"})
def tolerated_failures(facts: ServiceFacts) -> Derivation:
    """Number of tasks that may fail before max_failure_ratio is exceeded; 0 if the number of tasks is unknown.

    The ratio must be exceeded, not reached, and is calculated in 32 bits (swarmkit
    `manager/orchestrator/update/updater.go Run`).
    """
    ratio = facts.known("deploy.update_config.max_failure_ratio")
    number = tasks(facts)[0] if ratio.value > 0 else None
    if not number:
        return 0, ratio.location
    estimate = int(min(ratio.value, 1) * number)
    candidates = range(min(estimate + 1, number), -1, -1)
    most = next(failed for failed in candidates if _float32(failed / number) <= _float32(min(ratio.value, 1)))
    return most, ratio.location


def _float32(number: float) -> float:
    return float(struct.unpack("f", struct.pack("f", number))[0])


@derived("boolean", words={"is true": "delay is longer than monitor"})
def delay_exceeds_monitor(facts: ServiceFacts) -> Derivation:
    """True if an update waits longer between two tasks than it monitors the first of them."""
    delay = facts.known("deploy.update_config.delay")
    return delay.value > facts.value("deploy.update_config.monitor"), delay.location


@derived("number", words={"is at most 5s": "Swarm monitors the last task for at most 5s"})
def last_watch(facts: ServiceFacts) -> Derivation:
    """Seconds for which an update monitors its last task: monitor, or delay plus a second if monitor is not longer.

    This is so since Docker 20.10.10 (swarmkit `manager/orchestrator/update/updater.go Run`). Before, it is monitor.
    """
    monitor, delay = (facts.known(f"deploy.update_config.{key}") for key in ("monitor", "delay"))
    is_longer = delay.value >= monitor.value and not _waits_without_monitoring(facts)
    return (delay.value + 1 if is_longer else monitor.value), monitor.location


@derived("boolean", words={"is true": "the engine is older than 20.10.10, and delay is not shorter than monitor"})
def misses_last_failure(facts: ServiceFacts) -> Derivation:
    """True if no failure of the last task of an update counts, because delay is not shorter than monitor.

    This is so before Docker 20.10.10 (moby#37972): Swarm waits for delay also after the last task, and looks at its
    failures only then. False if the config has no `engine`.
    """
    monitor, delay = (facts.known(f"deploy.update_config.{key}") for key in ("monitor", "delay"))
    return delay.value >= monitor.value and _waits_without_monitoring(facts), delay.location


def _waits_without_monitoring(facts: ServiceFacts) -> bool:
    engine = facts.cluster.engine
    return engine is not None and engine.is_before(20, 10, 10)


@derived("integer", "null", words={"is at least 2": "an update has at least 2 steps"})
def batches(facts: ServiceFacts) -> Derivation:
    """Number of steps of an update; null if the number of tasks is unknown."""
    number, _ = tasks(facts)
    at_once, location = tasks_at_once(facts)
    return (-(-number // at_once) if number and at_once else number), location


@derived("number", "null", words={"is at least 5s": "the last tasks are replaced at least 5s after the first"})
def all_replaced_after(facts: ServiceFacts) -> Derivation:
    """Seconds that an update waits in total before it replaces the last tasks; null if their number is unknown.

    Before the last task it waits for delay and for a healthcheck, but not for monitor (swarmkit
    `manager/orchestrator/update/updater.go Run`).
    """
    steps, _ = batches(facts)
    delay = facts.known("deploy.update_config.delay")
    return (None if steps is None else delay.value * max(steps - 1, 0)), delay.location


@derived("boolean", words={"is false": "all tasks are replaced before monitor ends"})
def paced(facts: ServiceFacts) -> Derivation:
    """True if some task still has the old release when the monitoring of the first new task ends."""
    wait, location = all_replaced_after(facts)
    return wait is not None and wait >= facts.value("deploy.update_config.monitor"), location
