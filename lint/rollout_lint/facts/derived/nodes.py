"""Nodes on which the tasks of a service can run, by its placement constraints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rollout_lint.facts.constraint import InvalidConstraintError, parse_constraint
from rollout_lint.facts.derived.registry import derived, known_value
from rollout_lint.record import Record
from rollout_lint.stack.unknown import is_unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rollout_lint.facts.cluster import Node
    from rollout_lint.facts.constraint import Constraint
    from rollout_lint.facts.derived.registry import Derivation, ServiceFacts
    from rollout_lint.location import Location
    from rollout_lint.stack.model import Setting

CONSTRAINTS = "deploy.placement.constraints"


class NodeRange(Record):
    """Least and most number of nodes that meet the constraints of a service. `most` is None without a known limit.

    If the config describes the nodes, `sure` and `possible` are those that meet the constraints, and those that may. If
    not, the service is assumed to have one node at least.
    """

    least: int
    most: int | None
    sure: tuple[Node, ...] = ()
    possible: tuple[Node, ...] = ()


@derived("integer", "null")
def eligible_nodes(facts: ServiceFacts) -> Derivation:
    """Number of nodes that meet the placement constraints; null if unknown.

    The constraints are compared with `nodes` in the config (swarmkit `manager/constraint/constraint.go NodeMatches`).
    """
    least, most, *_ = node_range(facts)
    return (most if least == most else None), facts.location(CONSTRAINTS)


@derived(
    "string",
    words={
        "is known": "the Swarm has several nodes",
        "is likely": "other services of the stack are placed on certain nodes",
        "is known or likely": "the Swarm has several nodes, or the stack distinguishes nodes",
    },
)
def choice_of_nodes(facts: ServiceFacts) -> Derivation:
    """Choice between two nodes or more for the tasks: `known`, `likely`, or `unknown`.

    It is likely if constraints or preferences of the stack distinguish nodes, other than by the role of a manager.
    """
    if node_range(facts).least > 1:
        return "known", facts.location(CONSTRAINTS)
    return "likely" if facts.is_for_several_nodes else "unknown", None


@derived("integer", "null")
def host_memory(facts: ServiceFacts) -> Derivation:
    """Bytes of memory of the smallest host on which a task may run; null if unknown."""
    memories = host_memories(facts)
    known = [memory for memory in memories if memory is not None]
    return (min(known) if known and len(known) == len(memories) else None), None


def node_range(facts: ServiceFacts) -> NodeRange:
    """Return how many nodes tasks can run on. Raises UnknownFactError if that depends on a variable."""
    cluster = facts.cluster
    constraints = _known_constraints(facts)
    if cluster.described:
        return _described_range(cluster.described, constraints)
    if not constraints or cluster.nodes == 1:
        return NodeRange(cluster.nodes or 1, cluster.nodes)
    is_pinned = any(each is not None and each.names_one_node for each in constraints)
    return NodeRange(1, 1 if is_pinned else cluster.nodes)


def host_memories(facts: ServiceFacts) -> list[int | None]:
    """Return the memory of each node on which tasks may run, or once that of every host."""
    possible = node_range(facts).possible
    return [facts.cluster.memory_of(node) for node in possible] or [facts.cluster.memory]


def pinning_location(facts: ServiceFacts) -> Location | None:
    """Return the location of the constraint that names one node, if there is one."""
    return next((item.location for item, _ in _pins(facts)), None)


def pinned_node(facts: ServiceFacts) -> tuple[str, str] | None:
    """Return the key and value of the constraint that names one node, in lower case, if there is one."""
    return next(((each.key.lower(), each.value.lower()) for _, each in _pins(facts)), None)


def _pins(facts: ServiceFacts) -> Iterator[tuple[Setting, Constraint]]:
    """Yield the constraints that name one node."""
    for item in facts.service.lists.get(CONSTRAINTS, []):
        constraint = None if is_unknown(item.value) else _parse(item.value)
        if constraint is not None and constraint.names_one_node:
            yield item, constraint


def _described_range(nodes: tuple[Node, ...], constraints: list[Constraint | None]) -> NodeRange:
    meets = {node.name: _meets_all(node, constraints) for node in nodes}
    sure = tuple(node for node in nodes if meets[node.name])
    possible = tuple(node for node in nodes if meets[node.name] is not False)
    is_pinned = any(each is not None and each.names_one_node for each in constraints)
    most = min(len(possible), 1) if is_pinned else len(possible)
    return NodeRange(min(len(sure), most), most, sure, possible)


def _meets_all(node: Node, constraints: list[Constraint | None]) -> bool | None:
    """Return True if the node meets every constraint, None if that is unknown."""
    answers = [None if each is None else each.is_met_by(node) for each in constraints]
    return False if False in answers else None if None in answers else True


def _known_constraints(facts: ServiceFacts) -> list[Constraint | None]:
    """Return the constraints, None for one that the daemon rejects or that is unknown beside one that names a node.

    Raises UnknownFactError if one is unknown and none names a node.
    """
    items = facts.service.lists.get(CONSTRAINTS, [])
    constraints = [None if is_unknown(item.value) else _parse(item.value) for item in items]
    if facts.cluster.nodes != 1 and not any(each is not None and each.names_one_node for each in constraints):
        for item in items:
            known_value(item)
    return constraints


def _parse(text: str) -> Constraint | None:
    try:
        return parse_constraint(text)
    except InvalidConstraintError:
        return None
