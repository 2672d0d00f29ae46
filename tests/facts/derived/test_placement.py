"""Derived facts about nodes that tasks can run on."""

from __future__ import annotations

import pytest
from rollout_lint.facts.cluster import Cluster

from tests.support import facts_for, service_with


@pytest.mark.parametrize(
    ("text", "ports"),
    [
        ('ports: ["80:80"]', []),
        (
            "ports: [{target: 80, published: 80, mode: host}, {target: 81, mode: host}, {target: 82, published: 82}]",
            [80],
        ),
    ],
)
def test_host_ports(text: str, ports: list[int]) -> None:
    assert facts_for(service_with(text))["derived.host_ports"].value == ports


@pytest.mark.parametrize(
    ("text", "nodes", "value"),
    [
        ("hostname: c", None, False),
        ("hostname: c", 1, True),
        ("hostname: c", 3, False),
        ("deploy: {mode: global}", 3, True),
        ("deploy: {placement: {constraints: [node.hostname==n1]}}", 3, True),
        ("deploy: {placement: {constraints: [node.id == abc]}}", None, True),
        ("deploy: {placement: {constraints: [node.hostname != n1]}}", 3, False),
        ("deploy: {placement: {constraints: [node.role == manager]}}", None, False),
    ],
)
def test_tasks_share_a_node(text: str, nodes: int | None, value: bool) -> None:
    assert facts_for(service_with(text), cluster=Cluster(nodes=nodes))["derived.tasks_share_a_node"].value is value


@pytest.mark.parametrize(
    ("deploy", "nodes", "room"),
    [
        ("{}", None, "unknown"),
        ("{}", 1, "none"),
        ("{}", 2, "enough"),
        ("{replicas: 2}", 2, "none"),
        ("{replicas: 2}", 3, "enough"),
        ("{replicas: 0}", 1, "enough"),
        ("{placement: {constraints: [node.role == manager]}}", 3, "unknown"),
        ("{replicas: 3, placement: {constraints: [node.role == manager]}}", 3, "none"),
        ("{placement: {constraints: [node.hostname == a]}}", 3, "none"),
        ("{mode: global}", 3, "none"),
        ("{mode: global}", None, "none"),
        ("{mode: replicated-job}", 1, "enough"),
    ],
)
def test_room_for_host_port(deploy: str, nodes: int | None, room: str) -> None:
    """Check the results of runs H1 to H11 of swarmkit's scheduler."""
    port = "ports: [{target: 80, published: 80, mode: host}]"
    facts = facts_for(service_with(f"deploy: {deploy}, {port}"), cluster=Cluster(nodes=nodes))
    assert facts["derived.room_for_host_port"].value == room
    without = facts_for(service_with(f"deploy: {deploy}, ports: ['80:80']"), cluster=Cluster(nodes=nodes))
    assert without["derived.room_for_host_port"].value == "enough"


@pytest.mark.parametrize(
    ("deploy", "nodes", "room"),
    [
        ("{replicas: 3}", 1, "enough"),
        ("{placement: {max_replicas_per_node: 1}}", None, "unknown"),
        ("{placement: {max_replicas_per_node: 1}}", 2, "enough"),
        ("{placement: {max_replicas_per_node: 1, constraints: [node.role == manager]}}", 2, "unknown"),
        ("{replicas: 2, placement: {max_replicas_per_node: 1}}", 2, "none"),
        ("{replicas: 1, placement: {max_replicas_per_node: 2}}", None, "enough"),
        ("{replicas: 0, placement: {max_replicas_per_node: 1}}", None, "enough"),
        ("{mode: global, placement: {max_replicas_per_node: 1}}", 5, "none"),
        ("{mode: global, placement: {max_replicas_per_node: 2}}", 5, "enough"),
        ("{placement: {max_replicas_per_node: 1, constraints: [node.hostname == a]}}", 5, "none"),
        ("{mode: replicated-job, placement: {max_replicas_per_node: 1}}", 1, "enough"),
    ],
)
def test_room_under_max_replicas(deploy: str, nodes: int | None, room: str) -> None:
    facts = facts_for(service_with(f"deploy: {deploy}"), cluster=Cluster(nodes=nodes))
    assert facts["derived.room_under_max_replicas"].value == room
