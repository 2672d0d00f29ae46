"""Memory that an update needs on a host."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rollout_lint.facts.derived.nodes import CONSTRAINTS, host_memories, node_range
from rollout_lint.facts.derived.pace import tasks_at_once
from rollout_lint.facts.derived.registry import derived
from rollout_lint.facts.model import UnknownFactError

if TYPE_CHECKING:
    from rollout_lint.facts.derived.registry import Derivation, ServiceFacts

_LIMIT = "deploy.resources.limits.memory"
RESERVATION = "deploy.resources.reservations.memory"


@derived("integer", "null")
def memory_needed(facts: ServiceFacts) -> Derivation:
    """Bytes that one task needs: the measured value, else its limit, else its reservation. Never above its limit."""
    limit = facts.value(_LIMIT) or None
    measured = facts.cluster.task_memory_of(facts.service.name)
    if measured and (limit is None or measured <= limit):
        return measured, None
    if limit is not None:
        return limit, facts.location(_LIMIT)
    return facts.value(RESERVATION) or None, facts.location(RESERVATION)


@derived("boolean", words={"is true": "the memory of a task is limited, reserved or measured"})
def memory_is_bounded(facts: ServiceFacts) -> Derivation:
    """True if the memory of a task has a limit or a reservation, or was measured."""
    needed, location = memory_needed(facts)
    return needed is not None, location


@derived("integer", "null")
def memory_of_update(facts: ServiceFacts) -> Derivation:
    """Bytes that the old and new tasks of a start-first update need together on one host.

    Tasks are assumed to be spread evenly over the nodes. If the number of nodes is unknown, they share one.
    """
    needed, location = memory_needed(facts)
    return None if needed is None else needed * _most_tasks_on_a_host(facts, node_range(facts).most or 1), location


@derived(
    "string",
    words={
        "is enough": "the hosts have enough memory for old and new tasks together",
        "is enough or unknown": "the hosts are not known to have too little memory",
        "is none": "the hosts have too little memory for old and new tasks together",
    },
)
def room_for_update(facts: ServiceFacts) -> Derivation:
    """Room on a host for memory_of_update beside other workloads: `enough`, `none`, or `unknown` without data.

    It is also unknown if it depends on constraints that were not compared with the nodes.
    """
    try:
        needed, location = memory_needed(facts)
        nodes, memories = node_range(facts), host_memories(facts)
    except UnknownFactError as error:
        return "unknown", error.fact.location
    hosts = [facts.cluster.available_memory(facts.service.name, memory) for memory in memories]
    available = [memory for memory in hosts if memory is not None]
    if not needed or len(available) < len(hosts):
        return "unknown", location
    if needed * _most_tasks_on_a_host(facts, nodes.most or 1) > max(available):
        return "none", location
    is_enough = needed * _most_tasks_on_a_host(facts, max(nodes.least, 1)) <= min(available)
    return "enough" if is_enough else "unknown", location


@derived(
    "string",
    words={
        "is none or unknown or unmeasured": "no host is known to have room for one more reservation",
        "is unknown": "it is unknown whether a node on which the task may run has room for one more reservation",
        "is unmeasured": "the memory of the hosts is unknown, and the new task may run on the node of an old one",
    },
)
def room_for_reservation(facts: ServiceFacts) -> Derivation:
    """Room on some host for the reservation of one more task: `enough`, `none`, `unknown`, or `unmeasured`.

    It is unknown if it depends on how many nodes the task may run on, and `unmeasured` without the memory of the hosts.
    The reservation of an old task remains until the task has ended (swarmkit `manager/scheduler/filter.go
    ResourceFilter`).
    """
    reservation, location = facts.value(RESERVATION), facts.location(RESERVATION)
    mode = facts.value("deploy.mode")
    if not reservation or (mode == "replicated" and facts.value("deploy.replicas") == 0):
        return "enough", None
    if mode == "global":
        return _room_for_two(facts, reservation), location
    return _room_for_one_more(facts, reservation), location


def _room_for_two(facts: ServiceFacts, reservation: int) -> str:
    """Return the room for an old and a new task on every node on which a global service runs."""
    memories = host_memories(facts)
    if None in memories:
        return "unmeasured"
    if all(_count_places(memory, reservation) >= 2 for memory in memories):
        return "enough"
    nodes = node_range(facts)
    sure = [facts.cluster.memory_of(node) for node in nodes.sure] if nodes.possible else memories
    return "none" if any(_count_places(memory, reservation) < 2 for memory in sure) else "unknown"


def _room_for_one_more(facts: ServiceFacts, reservation: int) -> str:
    """Return the room for one task more than a replicated service has, wherever its tasks run."""
    needed = (facts.value("deploy.replicas") or 1) + 1
    nodes = node_range(facts)
    if None in host_memories(facts):
        is_anywhere = nodes.most is None and not facts.service.lists.get(CONSTRAINTS)
        return "enough" if is_anywhere or needed <= nodes.least else "unmeasured"
    least, most = reservable_tasks(facts, reservation)
    if most is not None and needed > most:
        return "none"
    return "enough" if needed <= least else "unknown"


def reservable_tasks(facts: ServiceFacts, reservation: int) -> tuple[int, int | None]:
    """Return the least and most number of tasks whose reservations fit on the hosts; None without a known limit."""
    nodes = node_range(facts)
    if nodes.possible:
        sure, possible = (
            [_count_places(facts.cluster.memory_of(node), reservation) for node in group]
            for group in (nodes.sure, nodes.possible)
        )
        return sum(sorted(sure)[: nodes.most]), sum(sorted(possible, reverse=True)[: nodes.most])
    places = _count_places(facts.cluster.memory, reservation)
    return places * nodes.least, None if nodes.most is None else places * nodes.most


def _count_places(memory: int | None, reservation: int) -> int:
    return (memory or 0) // reservation


def _most_tasks_on_a_host(facts: ServiceFacts, nodes: int) -> int:
    """Return the number of old and new tasks of a start-first update on one of several equal hosts."""
    if facts.value("deploy.mode") == "global":
        return 2
    old = max(facts.value("deploy.replicas") or 1, 1)
    new = min(tasks_at_once(facts)[0] or 1, old)
    return -(-(old + new) // nodes)
