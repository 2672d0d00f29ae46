"""Nodes on which the tasks of a service can run, and limits for a second task on a node."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rollout_lint.facts.derived.network import on_host_network
from rollout_lint.facts.derived.nodes import node_range, pinning_location
from rollout_lint.facts.derived.registry import derived, first_known
from rollout_lint.stack.unknown import Unknown

if TYPE_CHECKING:
    from rollout_lint.facts.derived.registry import Derivation, ServiceFacts
    from rollout_lint.stack.model import Setting


@derived("array", items="integer")
def host_ports(facts: ServiceFacts) -> Derivation:
    """Published ports that the service binds on its node itself (`mode: host`).

    Ports whose published number is left to Docker are not included, because any free number will do (swarmkit
    `manager/scheduler/filter.go HostPortFilter`).
    """
    ports = may_be_host_ports(facts)
    numbers = [item.value.published if item.value.mode == "host" else item.value.mode for item in ports]
    return numbers, ports[0].location if ports else None


def may_be_host_ports(facts: ServiceFacts) -> list[Setting]:
    """Return the ports on a node, including those whose mode or number is unknown."""
    return [
        item
        for item in facts.service.lists.get("ports", [])
        if (item.value.mode == "host" or isinstance(item.value.mode, Unknown)) and item.value.published
    ]


@derived("boolean")
def tasks_share_a_node(facts: ServiceFacts) -> Derivation:
    """True if the new task of an update can only run on the node of an old one.

    This is so for a global service, and in a cluster of one node. It is also so if constraints name a node, or if no
    other node of the config meets them.
    """
    if facts.value("deploy.mode") == "global":
        return True, facts.location("deploy.mode")
    most = node_range(facts).most
    return most is not None and most <= 1, pinning_location(facts)


@derived(
    "string",
    words={
        "is none": "no node has the host port free",
        "is none or unknown": "no node is known to have the host port free",
        "is unknown": "it is unknown whether a node has the host port free",
    },
)
def room_for_host_port(facts: ServiceFacts) -> Derivation:
    """Room for the host ports of the new task of a start-first update: `enough`, `none`, or `unknown`.

    It is `enough` without such ports, and `unknown` if it depends on how many nodes the task may run on. A port stays
    in use until its task has ended (swarmkit `manager/scheduler/filter.go HostPortFilter`).
    """
    port = first_known(may_be_host_ports(facts))
    return (_room(facts, 1), port.location) if port else ("enough", None)


@derived(
    "string",
    words={
        "is none": "max_replicas_per_node leaves no room for one more task",
        "is none or unknown": "max_replicas_per_node may leave no room for one more task",
        "is unknown": "the number of nodes is unknown",
    },
)
def room_under_max_replicas(facts: ServiceFacts) -> Derivation:
    """Room for the new task of a start-first update under max_replicas_per_node: `enough`, `none`, or `unknown`.

    It is `enough` without that key, and `unknown` if it depends on how many nodes the task may run on. The scheduler
    counts old and new tasks alike (swarmkit `manager/scheduler/filter.go MaxReplicasFilter`).
    """
    limit = facts.known("deploy.placement.max_replicas_per_node")
    return (_room(facts, limit.value), limit.location) if limit.value else ("enough", None)


@derived(
    "string",
    words={
        "is none": "no node has free ports on the host network",
        "is none or unknown": "no node is known to have free ports on the host network",
    },
)
def room_on_host_network(facts: ServiceFacts) -> Derivation:
    """Room on the host network for the new task of a start-first update: `enough`, `none`, or `unknown`.

    It is `enough` if the service is not on that network. For one replica, it is `enough` if a node without a task of
    the service is free. Swarm prefers such a node (swarmkit `manager/scheduler/scheduler.go scheduleTaskGroup`). With
    several replicas, that may be the node of an old task that still stops, so the room is `unknown`.
    """
    is_on_host, location = on_host_network(facts)
    if not is_on_host:
        return "enough", None
    room = _room(facts, 1)
    has_several = facts.value("deploy.mode") == "replicated" and (facts.value("deploy.replicas") or 0) > 1
    return ("unknown" if has_several and room == "enough" else room), location


def _room(facts: ServiceFacts, limit: int) -> str:
    """Return the room on nodes with fewer than `limit` tasks of the service before an update starts."""
    mode = facts.value("deploy.mode")
    if mode == "global":
        return "none" if limit == 1 else "enough"
    old = facts.value("deploy.replicas") or 0
    if mode != "replicated" or old < limit:
        return "enough"
    nodes = node_range(facts)
    if nodes.most is not None and old >= limit * nodes.most:
        return "none"
    return "enough" if old < limit * nodes.least else "unknown"
