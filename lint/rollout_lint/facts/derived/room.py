"""Room for all tasks of a service on the nodes that it may use."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from rollout_lint.facts.derived.memory import RESERVATION, reservable_tasks
from rollout_lint.facts.derived.nodes import CONSTRAINTS, host_memories, node_range, pinned_node
from rollout_lint.facts.derived.placement import may_be_host_ports
from rollout_lint.facts.derived.registry import derived, first_known
from rollout_lint.facts.format import format_fact
from rollout_lint.stack.unknown import is_unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rollout_lint.facts.derived.registry import Derivation, ServiceFacts
    from rollout_lint.location import Location

_MAX_REPLICAS = "deploy.placement.max_replicas_per_node"
_MAX_USERS = 20
"""Limit of the services with which one service is compared for each host port."""


@derived("string", "null", words={"is any string": "the nodes cannot run all tasks of the service"})
def lack_of_room(facts: ServiceFacts) -> Derivation:
    """Reason why some task of the service always stays pending; null if every task may find a node.

    Only what the files and the config make certain counts, not the tasks of other stacks (swarmkit
    `manager/scheduler/pipeline.go defaultFilters`).
    """
    tasks = facts.value("deploy.replicas") if facts.value("deploy.mode") == "replicated" else None
    reasons = _reasons(facts, tasks) if tasks else iter(())
    found = next(reasons, None) or _contested_port(facts)
    return found or (None, None)


def _reasons(facts: ServiceFacts, replicas: int) -> Iterator[tuple[str, Location | None]]:
    most = node_range(facts).most
    if most == 0:
        yield "no node meets its constraints", facts.location(CONSTRAINTS)
    if most is None:
        return
    port = first_known(may_be_host_ports(facts))
    if port is not None and replicas > most:
        number = port.value.published
        yield f"its nodes have room for {most} of {replicas} (one per node on host port {number})", port.location
    limit = facts.known(_MAX_REPLICAS)
    if limit.value and replicas > most * limit.value:
        room = most * limit.value
        yield f"its nodes have room for {room} of {replicas} (max_replicas_per_node: {limit.value})", limit.location
    reservation = facts.value(RESERVATION)
    if reservation and None not in host_memories(facts):
        room = reservable_tasks(facts, reservation)[1] or 0
        if replicas > room:
            reserved = format_fact(RESERVATION, facts[RESERVATION])
            location = facts.location(RESERVATION)
            yield f"its nodes have room for {room} of {replicas} ({reserved} reserved by each)", location


def _contested_port(facts: ServiceFacts) -> tuple[str, Location | None] | None:
    """Return the first host port that an earlier service of the stack uses on the same nodes, as a reason."""
    for item in may_be_host_ports(facts):
        users = () if is_unknown(item.value) else islice(facts.earlier_users(item.value), _MAX_USERS)
        for service in users:
            if _need_the_same_node(facts, facts.of(service)):
                return f"service {service.name} uses host port {item.value.published} on its nodes", item.location
    return None


def _need_the_same_node(first: ServiceFacts, second: ServiceFacts) -> bool:
    """Return True if the two services cannot have a node of their own for each of their tasks."""
    pair = (first, second)
    if not all(map(_has_tasks, pair)):
        return False
    node = pinned_node(first)
    if node is not None and node == pinned_node(second):
        return True
    if _takes_all_nodes_of(first, second) or _takes_all_nodes_of(second, first):
        return True
    replicas = [each.value("deploy.replicas") for each in pair if each.value("deploy.mode") == "replicated"]
    names = {node.name for each in pair for node in node_range(each).possible}
    nodes = len(names) or first.cluster.nodes
    return len(replicas) == 2 and nodes is not None and sum(replicas) > nodes


def _has_tasks(facts: ServiceFacts) -> bool:
    mode = facts.value("deploy.mode")
    return mode == "global" or (mode == "replicated" and bool(facts.value("deploy.replicas")))


def _takes_all_nodes_of(taker: ServiceFacts, other: ServiceFacts) -> bool:
    """Return True if a global service runs on each node that the other may use."""
    if taker.value("deploy.mode") != "global":
        return False
    if not taker.service.lists.get(CONSTRAINTS):
        return True
    sure = {node.name for node in node_range(taker).sure}
    possible = {node.name for node in node_range(other).possible}
    return bool(possible) and possible <= sure
