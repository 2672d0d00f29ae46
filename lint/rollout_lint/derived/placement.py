"""Where the tasks of a service can run, and what keeps a second one from running beside the first."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rollout_lint.derived.registry import derived

if TYPE_CHECKING:
    from rollout_lint.derived.registry import Context, Made

_ONE_NODE = re.compile(r"\s*node\.(?:hostname|id)\s*==\s*\S")


@derived("array", items="integer")
def host_ports(context: Context) -> Made:
    """The published ports that the service binds on its node itself (`mode: host`).

    One that leaves the published port to Docker is not among them: any free one will do
    (swarmkit `manager/scheduler/filter.go HostPortFilter`).
    """
    bound = [
        item for item in context.service.lists.get("ports", []) if item.value.mode == "host" and item.value.published
    ]
    return [item.value.published for item in bound], bound[0].place if bound else None


@derived("boolean")
def tasks_share_a_node(context: Context) -> Made:
    """Whether the new task of an update can only run where an old one runs.

    So it is for a global service, whose every node has its task; for one pinned to a node by its name or id; and
    where the cluster is known to have one node.
    """
    if context.value("deploy.mode") == "global":
        return True, context.facts["deploy.mode"].place
    for item in context.service.lists.get("deploy.placement.constraints", []):
        if _ONE_NODE.match(item.value):
            return True, item.place
    return context.cluster.nodes == 1, None


@derived("string")
def room_for_host_port(context: Context) -> Made:
    """Whether the new task of a start-first update finds a node on which no old one holds the service's host ports:
    `none`, `enough` (so too without such a port), or `unknown` where that depends on how many nodes it may run on.

    Ports are held until a task has ended (swarmkit `manager/scheduler/filter.go HostPortFilter`).
    """
    ports, place = host_ports(context)
    return (_room(context, 1), place) if ports else ("enough", None)


@derived("string")
def room_under_max_replicas(context: Context) -> Made:
    """Whether the new task of a start-first update finds a node on which max_replicas_per_node allows one more:
    `none`, `enough` (so too without that key), or `unknown` where that depends on how many nodes it may run on.

    The scheduler counts the old and the new task alike (swarmkit `manager/scheduler/filter.go MaxReplicasFilter`).
    """
    most = context.facts["deploy.placement.max_replicas_per_node"]
    return (_room(context, most.value), most.place) if most.value else ("enough", None)


def _room(context: Context, most: int) -> str:
    """Whether some node has fewer than `most` tasks of the service before an update starts, or none has."""
    mode = context.value("deploy.mode")
    if mode == "global":
        return "none" if most == 1 else "enough"
    old = context.value("deploy.replicas") or 0
    if mode != "replicated" or old < most:
        return "enough"
    nodes = 1 if tasks_share_a_node(context)[0] else context.cluster.nodes
    if nodes is not None and old >= most * nodes:
        return "none"
    constrained = bool(context.service.lists.get("deploy.placement.constraints"))
    return "unknown" if nodes is None or constrained else "enough"
