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


@derived("boolean")
def fills_max_replicas_per_node(context: Context) -> Made:
    """Whether as many tasks as max_replicas_per_node allows on a node are there before an update starts.

    The scheduler counts the old and the new task alike (swarmkit `manager/scheduler/filter.go MaxReplicasFilter`).
    With more nodes than the tasks need, another node may have room.
    """
    most = context.facts["deploy.placement.max_replicas_per_node"]
    if not most.value:
        return False, None
    if context.value("deploy.mode") == "global":
        return most.value == 1, most.place
    nodes = 1 if tasks_share_a_node(context)[0] else context.cluster.nodes or 1
    return (context.value("deploy.replicas") or 0) >= most.value * nodes, most.place
