"""Derived facts about the memory of an update."""

from __future__ import annotations

import pytest
from rollout_lint.facts.cluster import Cluster

from tests.support import facts_for, service_with

M = 1 << 20


@pytest.mark.parametrize(
    ("resources", "measured", "needed"),
    [
        ("{}", None, None),
        ("{}", 300 * M, 300 * M),
        ("{reservations: {memory: 100M}}", None, 100 * M),
        ("{limits: {memory: 200M}, reservations: {memory: 100M}}", None, 200 * M),
        ("{limits: {memory: 200M}}", 150 * M, 150 * M),
        ("{limits: {memory: 200M}}", 300 * M, 200 * M),
        ("{reservations: {memory: 100M}}", 300 * M, 300 * M),
    ],
)
def test_memory_needed(resources: str, measured: int | None, needed: int | None) -> None:
    facts = facts_for(service_with(f"deploy: {{resources: {resources}}}"), cluster=Cluster(task_memory=measured))
    assert facts["derived.memory_needed"].value == needed


@pytest.mark.parametrize(
    ("deploy", "nodes", "times"),
    [
        ("", None, 2),
        ("replicas: 3,", None, 4),
        ("replicas: 3, update_config: {parallelism: 2},", 1, 5),
        ("replicas: 3, update_config: {parallelism: 0},", 1, 6),
        ("replicas: 3,", 2, 2),
        ("replicas: 3, update_config: {parallelism: 2},", 2, 3),
        ("replicas: 1,", 5, 1),
        ("mode: global, update_config: {parallelism: 3},", 5, 2),
        ("placement: {constraints: [node.hostname == a]},", 5, 2),
        ("replicas: 0,", None, 2),
    ],
)
def test_memory_of_update(deploy: str, nodes: int | None, times: int) -> None:
    stack = service_with(f"deploy: {{{deploy} resources: {{limits: {{memory: 100M}}}}}}")
    assert facts_for(stack, cluster=Cluster(nodes=nodes))["derived.memory_of_update"].value == times * 100 * M


@pytest.mark.parametrize(
    ("memory", "room"), [(None, "unknown"), (199 * M, "none"), (200 * M, "enough"), (1024 * M, "enough")]
)
def test_room_for_update(memory: int | None, room: str) -> None:
    stack = service_with("deploy: {resources: {limits: {memory: 100M}}}")
    assert facts_for(stack, cluster=Cluster(memory=memory))["derived.room_for_update"].value == room


@pytest.mark.parametrize(
    ("deploy", "nodes", "memory", "room"),
    [
        ("", 1, 199, "none"),
        ("", 1, 200, "enough"),
        ("", 2, 199, "enough"),
        ("", None, None, "enough"),
        ("", None, 199, "unknown"),
        ("", None, 200, "enough"),
        ("", 1, None, "unmeasured"),
        ("", 2, None, "enough"),
        ("replicas: 2,", 2, None, "unmeasured"),
        ("replicas: 0,", 1, 99, "enough"),
        ("mode: global,", None, None, "unmeasured"),
        ("replicas: 3, update_config: {parallelism: 3},", 1, 399, "none"),
        ("replicas: 3, update_config: {parallelism: 3},", 1, 400, "enough"),
        ("replicas: 2,", 2, 199, "none"),
        ("replicas: 3,", 2, 200, "enough"),
        ("mode: global,", 9, 199, "none"),
    ],
)
def test_room_for_reservation(deploy: str, nodes: int | None, memory: int | None, room: str) -> None:
    stack = service_with(f"deploy: {{{deploy} resources: {{reservations: {{memory: 100M}}}}}}")
    cluster = Cluster(nodes, None if memory is None else memory * M)
    assert facts_for(stack, cluster=cluster)["derived.room_for_reservation"].value == room


def test_a_limit_reserves_nothing() -> None:
    stack = service_with("deploy: {resources: {limits: {memory: 100M}}}")
    assert facts_for(stack, cluster=Cluster(1, 50 * M))["derived.room_for_reservation"].value == "enough"


@pytest.mark.parametrize(
    ("resources", "measured", "bounded"),
    [
        ("{}", None, False),
        ("{limits: {cpus: '1'}}", None, False),
        ("{limits: {memory: 64M}}", None, True),
        ("{reservations: {memory: 64M}}", None, True),
        ("{}", 64 << 20, True),
    ],
)
def test_memory_is_bounded(resources: str, measured: int | None, bounded: bool) -> None:
    facts = facts_for(service_with(f"deploy: {{resources: {resources}}}"), cluster=Cluster(task_memory=measured))
    assert facts["derived.memory_is_bounded"].value is bounded
