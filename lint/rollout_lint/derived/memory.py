"""What an update takes of a host's memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rollout_lint.derived.pace import tasks_at_once
from rollout_lint.derived.placement import tasks_share_a_node
from rollout_lint.derived.registry import derived

if TYPE_CHECKING:
    from rollout_lint.derived.registry import Context, Made

_LIMIT = "deploy.resources.limits.memory"
_RESERVATION = "deploy.resources.reservations.memory"


@derived("integer", "null")
def memory_needed(context: Context) -> Made:
    """The bytes that one task takes: as measured, else its limit, else its reservation; never more than its limit."""
    limit = context.value(_LIMIT) or None
    measured = context.cluster.memory_of(context.service.name)
    if measured and (limit is None or measured <= limit):
        return measured, None
    if limit is not None:
        return limit, context.place(_LIMIT)
    return context.value(_RESERVATION) or None, context.place(_RESERVATION)


@derived("integer", "null")
def memory_of_update(context: Context) -> Made:
    """The bytes that the old and the new tasks of a start-first update take together on one host.

    Of more nodes than one, each is held to have its even share; where their number is not known, there is one.
    """
    needed, place = memory_needed(context)
    return None if needed is None else needed * sum(old_and_new_tasks(context)), place


@derived("string")
def room_for_update(context: Context) -> Made:
    """Whether a host has that left beside what else it runs: `enough`, `none`, or `unknown` where one is not known."""
    needed, place = memory_of_update(context)
    left = context.cluster.left_for(context.service.name)
    if not needed or left is None:
        return "unknown", place
    return "none" if needed > left else "enough", place


@derived("string")
def room_for_reservation(context: Context) -> Made:
    """Whether some host has room for the reservation of one task more, beside those of the old ones: `enough`, `none`,
    or `unknown` where a host's memory is not known and the new task can only run where an old one does.

    What the old tasks reserve stays reserved until they have ended (swarmkit `manager/scheduler/filter.go
    ResourceFilter`).
    """
    reservation, place = context.value(_RESERVATION), context.place(_RESERVATION)
    if not reservation:
        return "enough", None
    if context.cluster.memory is None:
        return "unknown" if tasks_share_a_node(context)[0] else "enough", place
    old, _ = old_and_new_tasks(context)
    return "none" if reservation * (old + 1) > context.cluster.memory else "enough", place


def old_and_new_tasks(context: Context) -> tuple[int, int]:
    """How many old and new tasks a host has at once in a start-first update, at the least."""
    if context.value("deploy.mode") == "global":
        return 1, 1
    old = max(context.value("deploy.replicas") or 1, 1)
    new = min(tasks_at_once(context)[0] or 1, old)
    nodes = 1 if tasks_share_a_node(context)[0] else context.cluster.nodes or 1
    return (old, new) if nodes == 1 else (old // nodes, -(-(old + new) // nodes) - old // nodes)
