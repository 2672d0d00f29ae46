"""Memory that an update needs on a host."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rollout_lint.facts.derived.pace import tasks_at_once
from rollout_lint.facts.derived.placement import tasks_share_a_node
from rollout_lint.facts.derived.registry import derived
from rollout_lint.facts.model import UnknownFactError

if TYPE_CHECKING:
    from rollout_lint.facts.derived.registry import Derivation, ServiceFacts

_LIMIT = "deploy.resources.limits.memory"
_RESERVATION = "deploy.resources.reservations.memory"


@derived("integer", "null")
def memory_needed(facts: ServiceFacts) -> Derivation:
    """Bytes that one task needs: the measured value, else its limit, else its reservation. Never above its limit."""
    limit = facts.value(_LIMIT) or None
    measured = facts.cluster.task_memory_of(facts.service.name)
    if measured and (limit is None or measured <= limit):
        return measured, None
    if limit is not None:
        return limit, facts.location(_LIMIT)
    return facts.value(_RESERVATION) or None, facts.location(_RESERVATION)


@derived("boolean", words={"is true": "the memory of a task is limited, reserved or measured"})
def memory_is_bounded(facts: ServiceFacts) -> Derivation:
    """True if the memory of a task has a limit or a reservation, or was measured."""
    needed, location = memory_needed(facts)
    return needed is not None, location


@derived("integer", "null")
def memory_of_update(facts: ServiceFacts) -> Derivation:
    """Bytes that the old and new tasks of a start-first update need together on one host.

    Tasks are assumed to be spread evenly over the nodes, or to share one node if the number of nodes is unknown.
    """
    needed, location = memory_needed(facts)
    return None if needed is None else needed * sum(old_and_new_tasks(facts)), location


@derived(
    "string",
    words={
        "is enough": "the hosts have enough memory for old and new tasks together",
        "is enough or unknown": "the hosts are not known to have too little memory",
        "is none": "the hosts have too little memory for old and new tasks together",
    },
)
def room_for_update(facts: ServiceFacts) -> Derivation:
    """Room on a host for memory_of_update beside other workloads: `enough`, `none`, or `unknown` without data."""
    try:
        needed, location = memory_of_update(facts)
    except UnknownFactError as error:
        return "unknown", error.fact.location
    available = facts.cluster.available_memory(facts.service.name)
    if not needed or available is None:
        return "unknown", location
    return "none" if needed > available else "enough", location


@derived(
    "string",
    words={
        "is none or unknown": "no host is known to have room for one more reservation",
        "is unknown": "it is unknown whether a host has room for one more reservation",
    },
)
def room_for_reservation(facts: ServiceFacts) -> Derivation:
    """Room on some host for the reservation of one more task: `enough`, `none`, or `unknown`.

    It is unknown if the memory of a host is unknown, and the new task can only run on the node of an old one. The
    reservation of an old task remains until the task has ended (swarmkit `manager/scheduler/filter.go ResourceFilter`).
    """
    reservation, location = facts.value(_RESERVATION), facts.location(_RESERVATION)
    if not reservation:
        return "enough", None
    if facts.cluster.memory is None:
        return "unknown" if tasks_share_a_node(facts)[0] else "enough", location
    old, _ = old_and_new_tasks(facts)
    return "none" if reservation * (old + 1) > facts.cluster.memory else "enough", location


def old_and_new_tasks(facts: ServiceFacts) -> tuple[int, int]:
    """Return the minimal numbers of old and new tasks that share a host in a start-first update."""
    if facts.value("deploy.mode") == "global":
        return 1, 1
    old = max(facts.value("deploy.replicas") or 1, 1)
    new = min(tasks_at_once(facts)[0] or 1, old)
    nodes = 1 if tasks_share_a_node(facts)[0] else facts.cluster.nodes or 1
    return (old, new) if nodes == 1 else (old // nodes, -(-(old + new) // nodes) - old // nodes)
