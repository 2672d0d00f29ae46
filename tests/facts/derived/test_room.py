"""Derived fact about the room for all tasks of a service."""

from __future__ import annotations

import pytest
from rollout_lint.facts.cluster import Cluster, Node

from tests.support import facts_for, service_with, stack_of

M = 1 << 20
A = Node("a", "manager", {})
B = Node("b", "worker", {"disk": "ssd"}, memory=512 * M)
ON_A = "placement: {constraints: [node.hostname == a]}"
WORKERS = "placement: {constraints: [node.role == worker]}"
PORT = ", ports: [{target: 80, published: 80, mode: host}]"
AB = Cluster(2, 1024 * M, described=(A, B))


@pytest.mark.parametrize(
    ("deploy", "keys", "cluster", "reason"),
    [
        ("replicas: 1", PORT, Cluster(1), None),
        ("replicas: 2", PORT, Cluster(), None),
        ("replicas: 2", PORT, Cluster(1), "its nodes have room for 1 of 2 (one per node on host port 80)"),
        ("replicas: 2", PORT, Cluster(2), None),
        ("replicas: 2", ", ports: ['80:80']", Cluster(1), None),
        (f"replicas: 2, {ON_A}", PORT, Cluster(), "its nodes have room for 1 of 2 (one per node on host port 80)"),
        (f"replicas: 2, {WORKERS}", PORT, Cluster(3), None),
        (f"replicas: 4, {WORKERS}", PORT, Cluster(3), "its nodes have room for 3 of 4 (one per node on host port 80)"),
        (f"replicas: 2, {WORKERS}", PORT, AB, "its nodes have room for 1 of 2 (one per node on host port 80)"),
        (f"mode: global, {WORKERS}", PORT, AB, None),
        (f"mode: replicated-job, replicas: 9, {WORKERS}", PORT, AB, None),
        ("replicas: 4, placement: {max_replicas_per_node: 2}", "", Cluster(2), None),
        (
            "replicas: 5, placement: {max_replicas_per_node: 2}",
            "",
            Cluster(2),
            "its nodes have room for 4 of 5 (max_replicas_per_node: 2)",
        ),
        ("replicas: 3, resources: {reservations: {memory: 500M}}", "", AB, None),
        (
            "replicas: 4, resources: {reservations: {memory: 500M}}",
            "",
            AB,
            "its nodes have room for 3 of 4 (500M reserved by each)",
        ),
        ("replicas: 9, resources: {reservations: {memory: 500M}}", "", Cluster(1), None),
        ("placement: {constraints: [node.labels.disk == hdd]}", "", AB, "no node meets its constraints"),
        ("replicas: 0, placement: {constraints: [node.labels.disk == hdd]}", "", AB, None),
        ("placement: {constraints: [node.id == x]}", "", AB, None),
    ],
)
def test_lack_of_room(deploy: str, keys: str, cluster: Cluster, reason: str | None) -> None:
    facts = facts_for(service_with(f"deploy: {{{deploy}}}{keys}"), cluster=cluster)
    assert facts["derived.lack_of_room"].value == reason


@pytest.mark.parametrize(
    ("first", "second", "cluster", "is_contested"),
    [
        (ON_A, ON_A, Cluster(), True),
        (ON_A, ON_A.replace("== a", "== A"), Cluster(), True),
        (ON_A, ON_A.replace("== a", "== b"), Cluster(), False),
        (ON_A, "replicas: 1", Cluster(), False),
        ("replicas: 1", "replicas: 1", Cluster(), False),
        ("replicas: 1", "replicas: 1", Cluster(1), True),
        ("replicas: 1", "replicas: 1", Cluster(2), False),
        ("replicas: 2", "replicas: 1", Cluster(2), True),
        ("replicas: 0", "replicas: 1", Cluster(1), False),
        ("mode: global", ON_A, Cluster(), True),
        ("replicas: 1", "mode: global", Cluster(3), True),
        ("mode: global", "replicas: 0", Cluster(), False),
        (f"mode: global, {WORKERS}", ON_A, Cluster(), False),
        (f"mode: global, {WORKERS}", "placement: {constraints: [node.labels.disk == ssd]}", AB, True),
        (f"mode: global, {WORKERS}", ON_A, AB, False),
        (WORKERS, "placement: {constraints: [node.labels.disk == ssd]}", AB, True),
        (WORKERS, "placement: {constraints: [node.role == manager]}", AB, False),
        ("mode: replicated-job", ON_A, Cluster(1), False),
    ],
)
def test_contested_host_port(first: str, second: str, cluster: Cluster, is_contested: bool) -> None:
    services = "\n".join(
        f"  {name}: {{image: x, deploy: {{{deploy}}}{PORT}}}" for name, deploy in (("one", first), ("two", second))
    )
    stack = f"services:\n{services}\n"
    assert facts_for(stack, service="one", cluster=cluster)["derived.lack_of_room"].value is None
    reason = "service one uses host port 80 on its nodes" if is_contested else None
    assert facts_for(stack, service="two", cluster=cluster)["derived.lack_of_room"].value == reason


def test_host_ports_of_two_protocols_are_not_contested() -> None:
    ports = ("tcp", "udp")
    services = "\n".join(
        f"  {name}: {{image: x, ports: [{{target: 53, published: 53, protocol: {name}, mode: host}}]}}"
        for name in ports
    )
    assert (
        facts_for(f"services:\n{services}\n", service="udp", cluster=Cluster(1))["derived.lack_of_room"].value is None
    )


def test_facts_with_ports_hold_beside_the_same_services() -> None:
    base = f"services: {{one: {{image: x{PORT}}}, two: {{image: x{PORT}}}, three: {{image: x}}}}\n"
    overlay = "services: {one: {deploy: {replicas: 0}}}\n"
    facts = facts_for(base, service="two")
    same, _ = stack_of(base)
    changed, _ = stack_of(base, overlay)
    for stack in (same, changed):
        # Layers share the objects of unchanged services.
        stack.services["two"] = facts.service
    assert facts.hold_for(facts.service, same)
    assert not facts.hold_for(facts.service, changed)
