"""Where the tasks of a service can run, and what keeps a second one from running beside the first."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rollout_lint.facts.derived.registry import derived

if TYPE_CHECKING:
    from rollout_lint.facts.derived.registry import Derivation, ServiceFacts

_ONE_NODE = re.compile(r"\s*node\.(?:hostname|id)\s*==\s*\S")


@derived("array", items="integer")
def host_ports(facts: ServiceFacts) -> Derivation:
    """The published ports that the service binds on its node itself (`mode: host`).

    One that leaves the published port to Docker is not among them: any free one will do
    (swarmkit `manager/scheduler/filter.go HostPortFilter`).
    """
    bound = [
        item for item in facts.service.lists.get("ports", []) if item.value.mode == "host" and item.value.published
    ]
    return [item.value.published for item in bound], bound[0].place if bound else None


@derived("boolean")
def tasks_share_a_node(facts: ServiceFacts) -> Derivation:
    """Whether the new task of an update can only run where an old one runs.

    So it is for a global service, whose every node has its task; for one pinned to a node by its name or id; and
    where the cluster is known to have one node.
    """
    if facts.value("deploy.mode") == "global":
        return True, facts["deploy.mode"].place
    for item in facts.service.lists.get("deploy.placement.constraints", []):
        if _ONE_NODE.match(item.value):
            return True, item.place
    return facts.cluster.nodes == 1, None


@derived("string")
def room_for_host_port(facts: ServiceFacts) -> Derivation:
    """Whether the new task of a start-first update finds a node on which no old one holds the service's host ports:
    `none`, `enough` (so too without such a port), or `unknown` where that depends on how many nodes it may run on.

    Ports are held until a task has ended (swarmkit `manager/scheduler/filter.go HostPortFilter`).
    """
    ports, place = host_ports(facts)
    return (_room(facts, 1), place) if ports else ("enough", None)


@derived("string")
def room_under_max_replicas(facts: ServiceFacts) -> Derivation:
    """Whether the new task of a start-first update finds a node on which max_replicas_per_node allows one more:
    `none`, `enough` (so too without that key), or `unknown` where that depends on how many nodes it may run on.

    The scheduler counts the old and the new task alike (swarmkit `manager/scheduler/filter.go MaxReplicasFilter`).
    """
    most = facts["deploy.placement.max_replicas_per_node"]
    return (_room(facts, most.value), most.place) if most.value else ("enough", None)


def _room(facts: ServiceFacts, most: int) -> str:
    """Whether some node has fewer than `most` tasks of the service before an update starts, or none has."""
    mode = facts.value("deploy.mode")
    if mode == "global":
        return "none" if most == 1 else "enough"
    old = facts.value("deploy.replicas") or 0
    if mode != "replicated" or old < most:
        return "enough"
    nodes = 1 if tasks_share_a_node(facts)[0] else facts.cluster.nodes
    if nodes is not None and old >= most * nodes:
        return "none"
    constrained = bool(facts.service.lists.get("deploy.placement.constraints"))
    return "unknown" if nodes is None or constrained else "enough"
