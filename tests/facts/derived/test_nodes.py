"""Derived facts about the nodes that meet the constraints of a service."""

from __future__ import annotations

import pytest
from rollout_lint.facts.cluster import Cluster, Node

from tests.support import facts_for, service_with

M = 1 << 20
A = Node("a", "manager", {})
B = Node("b", "worker", {"disk": "ssd"}, memory=512 * M)
C = Node("c", "worker")
ABC = Cluster(3, 1024 * M, described=(A, B, C))
TWO_LABELLED = Cluster(3, 1024 * M, described=(A, B, Node("c", "worker", {"disk": "ssd"})))


def constrained(*constraints: str, keys: str = "", ports: str = "") -> str:
    items = ", ".join(f"'{each}'" for each in constraints)
    return service_with(f"deploy: {{placement: {{constraints: [{items}]}}{keys}}}{ports}")


@pytest.mark.parametrize(
    ("constraints", "cluster", "number"),
    [
        ((), Cluster(), None),
        ((), Cluster(3), 3),
        ((), ABC, 3),
        (("node.role == worker",), Cluster(3), None),
        (("node.role == worker",), Cluster(1), 1),
        (("node.hostname == a",), Cluster(3), 1),
        (("node.role == worker",), ABC, 2),
        (("node.role == worker", "node.hostname != b"), ABC, 1),
        (("node.labels.disk == ssd",), ABC, None),
        (("node.labels.disk == ssd", "node.hostname == b"), ABC, 1),
        (("node.labels.disk == ssd",), TWO_LABELLED, 2),
        (("node.labels.disk == hdd",), TWO_LABELLED, 0),
        (("node.platform.os == linux",), ABC, None),
        (("node.platform.os == linux",), Cluster(1, described=(A,)), None),
        (("node.id == x",), ABC, None),
        (("node.role = worker",), ABC, None),
    ],
)
def test_eligible_nodes(constraints: tuple[str, ...], cluster: Cluster, number: int | None) -> None:
    assert facts_for(constrained(*constraints), cluster=cluster)["derived.eligible_nodes"].value == number


def test_eligible_nodes_are_unknown_with_an_unknown_constraint() -> None:
    facts = facts_for(constrained("node.labels.${LABEL} == x"), cluster=ABC)
    assert facts["derived.eligible_nodes"].unset == ("LABEL",)
    pinned = facts_for(constrained("node.labels.${LABEL} == x", "node.hostname == a"), cluster=Cluster(3))
    assert pinned["derived.eligible_nodes"].value == 1


@pytest.mark.parametrize(
    ("constraints", "cluster", "memory"),
    [
        ((), Cluster(3), None),
        (("node.role == worker",), Cluster(3, 8), 8),
        ((), ABC, 512 * M),
        (("node.role == manager",), ABC, 1024 * M),
        ((), Cluster(3, described=(A, B, C)), None),
        (("node.hostname == b",), Cluster(3, described=(A, B, C)), 512 * M),
    ],
)
def test_host_memory(constraints: tuple[str, ...], cluster: Cluster, memory: int | None) -> None:
    assert facts_for(constrained(*constraints), cluster=cluster)["derived.host_memory"].value == memory


@pytest.mark.parametrize(
    ("constraint", "replicas", "room"),
    [
        ("node.role == manager", 1, "none"),
        ("node.role == worker", 1, "enough"),
        ("node.role == worker", 2, "none"),
        ("node.labels.disk == ssd", 1, "unknown"),
        ("node.labels.disk == ssd", 2, "none"),
        ("node.labels.disk != ssd", 1, "unknown"),
    ],
)
def test_room_for_host_port_on_described_nodes(constraint: str, replicas: int, room: str) -> None:
    port = ", ports: [{target: 80, published: 80, mode: host}]"
    facts = facts_for(constrained(constraint, keys=f", replicas: {replicas}", ports=port), cluster=ABC)
    assert facts["derived.room_for_host_port"].value == room


@pytest.mark.parametrize(
    ("constraint", "keys", "cluster", "room"),
    [
        ("node.role == worker", "replicas: 2", Cluster(3, 1024 * M), "unknown"),
        ("node.role == manager", "replicas: 1", Cluster(3, 1024 * M), "unknown"),
        ("node.role == manager", "replicas: 3", Cluster(3, 1024 * M), "none"),
        ("node.role == manager", "replicas: 1", Cluster(3), "unmeasured"),
        ("node.role == manager", "replicas: 1", ABC, "none"),
        ("node.role == worker", "replicas: 1", ABC, "none"),
        ("node.role != other", "replicas: 1", ABC, "enough"),
        ("node.role != other", "replicas: 2", ABC, "none"),
        ("node.labels.disk != ssd", "replicas: 1", ABC, "unknown"),
        ("node.role == worker", "mode: global", ABC, "none"),
        ("node.role == worker", "replicas: 0", ABC, "enough"),
    ],
)
def test_room_for_reservation_on_described_nodes(constraint: str, keys: str, cluster: Cluster, room: str) -> None:
    """Check 700M on nodes of 1 GiB, of which node b has half."""
    reserved = f", {keys}, resources: {{reservations: {{memory: 700M}}}}"
    facts = facts_for(constrained(constraint, keys=reserved), cluster=cluster)
    assert facts["derived.room_for_reservation"].value == room


@pytest.mark.parametrize(
    ("constraint", "reserved", "room"),
    [
        ("node.role == worker", 200, "enough"),
        ("node.role == worker", 300, "none"),
        ("node.labels.disk == ssd", 300, "none"),
        ("node.labels.disk != ssd", 600, "none"),
        ("node.labels.disk != ssd", 400, "unknown"),
        ("node.role == manager", 500, "enough"),
    ],
)
def test_room_for_reservation_of_a_global_service(constraint: str, reserved: int, room: str) -> None:
    keys = f", mode: global, resources: {{reservations: {{memory: {reserved}M}}}}"
    cluster = Cluster(3, 1024 * M, described=(A, B, Node("c", "worker", memory=512 * M)))
    facts = facts_for(constrained(constraint, keys=keys), cluster=cluster)
    assert facts["derived.room_for_reservation"].value == room


@pytest.mark.parametrize(
    ("constraint", "cluster", "room"),
    [
        ("node.role == manager", ABC, "enough"),
        ("node.hostname == b", ABC, "none"),
        ("node.role == worker", ABC, "enough"),
        ("node.labels.disk == ssd", ABC, "unknown"),
        ("node.role == manager", Cluster(3, 700 * M), "unknown"),
        ("node.role == manager", Cluster(3, 399 * M), "none"),
        ("node.role == manager", Cluster(3, 800 * M), "enough"),
    ],
)
def test_room_for_update_on_described_nodes(constraint: str, cluster: Cluster, room: str) -> None:
    """Check an update that needs 800M on one node, or 400M on each of two or more."""
    keys = ", resources: {limits: {memory: 400M}}"
    assert facts_for(constrained(constraint, keys=keys), cluster=cluster)["derived.room_for_update"].value == room


@pytest.mark.parametrize(
    ("constraints", "cluster", "parallelism", "at_once", "may_be"),
    [
        ((), Cluster(3), 3, True, True),
        ((), Cluster(3), 2, False, False),
        (("node.role == worker",), Cluster(3), 2, False, True),
        (("node.role == worker",), Cluster(3), 0, False, True),
        (("node.role == worker",), Cluster(3), 1, False, False),
        (("node.role == worker",), Cluster(), 0, False, False),
        (("node.role == worker",), ABC, 2, True, True),
        (("node.role == worker",), ABC, 1, False, False),
        (("node.hostname == a",), ABC, 0, False, False),
        (("node.labels.disk == ssd",), ABC, 2, False, True),
        (("node.labels.disk == ssd",), ABC, 1, False, False),
    ],
)
def test_may_be_all_at_once(
    constraints: tuple[str, ...], cluster: Cluster, parallelism: int, at_once: bool, may_be: bool
) -> None:
    blocks = "".join(f", {block}_config: {{parallelism: {parallelism}}}" for block in ("update", "rollback"))
    facts = facts_for(constrained(*constraints, keys=f", mode: global{blocks}"), cluster=cluster)
    for prefix in ("", "rollback_"):
        assert facts[f"derived.{prefix}all_at_once"].value is at_once
        assert facts[f"derived.{prefix}may_be_all_at_once"].value is may_be
    assert facts["derived.may_be_all_at_once"].value is may_be
    assert facts["derived.rollback_may_be_all_at_once"].value is may_be


@pytest.mark.parametrize(
    ("networks", "replicas", "nodes", "room"),
    [
        ("[x]", 1, 1, "enough"),
        ("[h]", 0, 2, "enough"),
        ("[h]", 1, 1, "none"),
        ("[h]", 1, 2, "enough"),
        ("[h]", 1, None, "unknown"),
        ("[h]", 2, 2, "none"),
        ("[h]", 2, 3, "unknown"),
        ("[x]", 2, 3, "enough"),
    ],
)
def test_room_on_host_network(networks: str, replicas: int, nodes: int | None, room: str) -> None:
    """Two new tasks follow each other: the second one may find the first old task on its node."""
    service = service_with(f"networks: {networks}, deploy: {{replicas: {replicas}}}")
    stack = f"{service}\nnetworks: {{h: {{external: true, name: host}}, x: }}"
    assert facts_for(stack, cluster=Cluster(nodes))["derived.room_on_host_network"].value == room
