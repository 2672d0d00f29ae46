"""Placement constraints, compared with nodes as swarmkit does."""

from __future__ import annotations

import pytest
from rollout_lint.facts.cluster import Node
from rollout_lint.facts.constraint import InvalidConstraintError, parse_constraint

NODE = Node("Edge-1", "worker", {"zone": "North", "empty": ""})
BARE = Node("n")


@pytest.mark.parametrize(
    ("text", "node", "met"),
    [
        ("node.hostname == edge-1", NODE, True),
        ("node.hostname==EDGE-1", NODE, True),
        ("NODE.HOSTNAME == edge-1", NODE, True),
        ("node.hostname == edge-*", NODE, False),
        ("node.hostname != edge-1", NODE, False),
        ("node.hostname != edge-2", NODE, True),
        ("node.role == Worker", NODE, True),
        ("node.role != manager", NODE, True),
        ("node.role == manager", NODE, False),
        ("node.role == manager", BARE, None),
        ("node.labels.zone == north", NODE, True),
        ("node.labels.Zone == north", NODE, False),
        ("Node.Labels.zone == north", NODE, True),
        ("node.labels.zone != north", NODE, False),
        ("node.labels.absent != north", NODE, True),
        ("node.labels.absent == north", NODE, False),
        ("node.labels.zone == north", BARE, None),
        ("node.labels.zone == north", Node("n", labels={}), False),
        ("node.id == abc", NODE, None),
        ("node.ip == 10.0.0.1", NODE, None),
        ("node.platform.OS == linux", NODE, None),
        ("node.platform.arch != x86_64", NODE, None),
        ("engine.labels.zone == north", NODE, None),
        ("node.name == edge-1", NODE, False),
        ("node.name != edge-1", NODE, False),
        ("node.labels. == north", NODE, False),
        ("zone == north", NODE, False),
    ],
)
def test_constraint_is_met_as_in_swarmkit(text: str, node: Node, met: bool | None) -> None:
    """Follow swarmkit `manager/constraint/constraint.go Match, NodeMatches`."""
    assert parse_constraint(text).is_met_by(node) is met


@pytest.mark.parametrize(
    ("text", "pins"),
    [
        ("node.hostname == a", True),
        ("node.ID == a", True),
        ("node.hostname != a", False),
        ("node.role == a", False),
    ],
)
def test_constraint_names_one_node(text: str, pins: bool) -> None:
    assert parse_constraint(text).names_one_node is pins


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("node.role = manager", "constraint expected one operator from ==, !="),
        ("node role == manager", "key 'node role' is invalid"),
        ("node.role ==", "value '' is invalid"),
        ("node.role != a == b", "key 'node.role != a' is invalid"),
    ],
)
def test_invalid_constraint_has_the_error_of_the_daemon(text: str, error: str) -> None:
    with pytest.raises(InvalidConstraintError) as raised:
        parse_constraint(text)
    assert str(raised.value) == error
