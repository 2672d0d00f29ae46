"""Where tasks can run."""

from __future__ import annotations

import pytest
from rollout_lint.facts import Cluster

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
    ("deploy", "nodes", "value"),
    [
        ("{replicas: 3}", None, False),
        ("{placement: {max_replicas_per_node: 1}}", None, True),
        ("{placement: {max_replicas_per_node: 1}}", 2, False),
        ("{replicas: 2, placement: {max_replicas_per_node: 1}}", 2, True),
        ("{replicas: 1, placement: {max_replicas_per_node: 2}}", None, False),
        ("{replicas: 0, placement: {max_replicas_per_node: 1}}", None, False),
        ("{mode: global, placement: {max_replicas_per_node: 1}}", 5, True),
        ("{mode: global, placement: {max_replicas_per_node: 2}}", 5, False),
        ("{placement: {max_replicas_per_node: 1, constraints: [node.hostname == a]}}", 5, True),
    ],
)
def test_fills_max_replicas_per_node(deploy: str, nodes: int | None, value: bool) -> None:
    facts = facts_for(service_with(f"deploy: {deploy}"), cluster=Cluster(nodes=nodes))
    assert facts["derived.fills_max_replicas_per_node"].value is value
