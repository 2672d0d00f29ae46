"""How many tasks a service has, and how fast an update goes through them."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from rollout_lint.facts.derived.registry import derived

if TYPE_CHECKING:
    from rollout_lint.facts.derived.registry import Derivation, ServiceFacts

_PARALLELISM = "deploy.update_config.parallelism"


@derived("integer", "null")
def tasks(facts: ServiceFacts) -> Derivation:
    """How many tasks the service has: its replicas, or of a global one the nodes of the cluster, null if unknown.

    A job has none that an update could replace.
    """
    mode = facts.value("deploy.mode")
    if mode == "replicated":
        return facts.value("deploy.replicas"), facts.place("deploy.replicas")
    return (facts.cluster.nodes, facts.place("deploy.mode")) if mode == "global" else (None, None)


@derived("integer", "null")
def tasks_at_once(facts: ServiceFacts) -> Derivation:
    """How many tasks an update replaces at once; null where that depends on an unknown number of them.

    A parallelism of 0 means all (swarmkit `manager/orchestrator/update/updater.go Run`).
    """
    parallelism = facts[_PARALLELISM]
    number, _ = tasks(facts)
    if number is None:
        return parallelism.value or None, parallelism.place
    return min(parallelism.value or number, number), parallelism.place


@derived("boolean")
def all_at_once(facts: ServiceFacts) -> Derivation:
    """Whether an update replaces two tasks or more, and all of them at the same moment."""
    number, _ = tasks(facts)
    at_once, place = tasks_at_once(facts)
    return number is not None and number >= 2 and at_once == number, place


@derived("integer")
def tolerated_failures(facts: ServiceFacts) -> Derivation:
    """How many tasks may fail before max_failure_ratio is passed; 0 where the number of tasks is not known.

    The ratio has to be passed, not reached, and is reckoned in 32 bits (swarmkit
    `manager/orchestrator/update/updater.go Run`).
    """
    ratio = facts["deploy.update_config.max_failure_ratio"]
    number, _ = tasks(facts)
    if not number or ratio.value <= 0:
        return 0, ratio.place
    guess = int(min(ratio.value, 1) * number)
    near = (failed for failed in range(min(guess + 1, number), -1, -1))
    return next(failed for failed in near if _float32(failed / number) <= _float32(min(ratio.value, 1))), ratio.place


def _float32(number: float) -> float:
    return float(struct.unpack("f", struct.pack("f", number))[0])


@derived("boolean")
def delay_exceeds_monitor(facts: ServiceFacts) -> Derivation:
    """Whether an update waits between two tasks for longer than it watches the first of them."""
    delay = facts["deploy.update_config.delay"]
    return delay.value > facts.value("deploy.update_config.monitor"), delay.place


@derived("number")
def last_watch(facts: ServiceFacts) -> Derivation:
    """The seconds for which the last task of an update is watched after its start: monitor, or a second more than delay
    where monitor is not longer (swarmkit `manager/orchestrator/update/updater.go Run`, from Docker 20.10.10 on).
    """
    monitor, delay = (facts[f"deploy.update_config.{key}"] for key in ("monitor", "delay"))
    return (delay.value + 1 if delay.value >= monitor.value else monitor.value), monitor.place


@derived("integer", "null")
def batches(facts: ServiceFacts) -> Derivation:
    """In how many steps an update goes through the tasks; null where their number is not known."""
    number, _ = tasks(facts)
    at_once, place = tasks_at_once(facts)
    return (-(-number // at_once) if number and at_once else number), place


@derived("number", "null")
def all_replaced_after(facts: ServiceFacts) -> Derivation:
    """The seconds that an update waits, in all, before it takes the last tasks; null where their number is not known.

    It does not wait for monitor before the last task, but for delay, and for a healthcheck where there is one (swarmkit
    `manager/orchestrator/update/updater.go Run`).
    """
    steps, _ = batches(facts)
    delay = facts["deploy.update_config.delay"]
    return (None if steps is None else delay.value * max(steps - 1, 0)), delay.place


@derived("boolean")
def paced(facts: ServiceFacts) -> Derivation:
    """Whether some task is still of the old release when the time is over for which the first new one is watched."""
    waits, place = all_replaced_after(facts)
    return waits is not None and waits >= facts.value("deploy.update_config.monitor"), place
