"""Swarm's defaults, and what is derived."""

from __future__ import annotations

import inspect

import pytest
from rollout_lint.derived import DERIVED
from rollout_lint.facts import FACTS, ROLLOUT_BLOCKS, ROLLOUT_KEYS, Cluster

from tests.support import facts_for

DEFAULTS = {
    "parallelism": 1,
    "delay": 0,
    "failure_action": "pause",
    "monitor": 5,
    "max_failure_ratio": 0,
    "order": "stop-first",
}


def service(text: str) -> str:
    return f"services: {{a: {{image: b, {text}}}}}"


@pytest.mark.parametrize("block", ROLLOUT_BLOCKS)
@pytest.mark.parametrize("text", ["deploy: ", "deploy: {update_config: {}}", "hostname: c"])
def test_the_defaults_are_swarms(block: str, text: str) -> None:
    facts = facts_for(service(text))
    assert {key: facts[f"{block}.{key}"].value for key in ROLLOUT_KEYS} == DEFAULTS
    assert all(facts[f"{block}.{key}"].default for key in ROLLOUT_KEYS)


def test_rollback_config_takes_nothing_over_from_update_config() -> None:
    facts = facts_for(service("deploy: {update_config: {order: start-first, monitor: 1m}}"))
    assert facts["deploy.rollback_config.order"].value == "stop-first"
    assert facts["deploy.rollback_config.monitor"].value == 5


@pytest.mark.parametrize(
    ("written", "key", "value"),
    [("monitor: 0s", "monitor", 5), ("failure_action: ''", "failure_action", "pause")],
)
def test_a_zero_that_the_engine_takes_for_nothing_is_the_default_with_its_place(
    written: str, key: str, value: object
) -> None:
    fact = facts_for(service(f"deploy: {{update_config: {{{written}}}}}"))[f"deploy.update_config.{key}"]
    assert (fact.value, fact.default) == (value, True)
    assert fact.place is not None


def test_an_explicit_zero_of_parallelism_stays() -> None:
    fact = facts_for(service("deploy: {update_config: {parallelism: 0}}"))["deploy.update_config.parallelism"]
    assert (fact.value, fact.default) == (0, False)


def test_a_global_service_has_no_replicas() -> None:
    assert "deploy.replicas" not in facts_for(service("deploy: {mode: global}"))
    assert facts_for(service("hostname: c"))["deploy.replicas"].value == 1


def test_an_unset_variable_behind_a_policy_is_told() -> None:
    fact = facts_for(service("deploy: {update_config: {failure_action: $FA}}"))["deploy.update_config.failure_action"]
    assert (fact.value, fact.default, fact.unset) == ("pause", True, ("FA",))


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
    assert facts_for(service(text))["derived.host_ports"].value == ports


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("hostname: c", False),
        ("healthcheck: {interval: 5s}", False),
        ("healthcheck: {disable: true}", False),
        ("healthcheck: {test: [NONE]}", False),
        ("healthcheck: {test: [CMD, a]}", True),
        ("healthcheck: {test: a, disable: false}", True),
    ],
)
def test_has_healthcheck(text: str, value: bool) -> None:
    assert facts_for(service(text))["derived.has_healthcheck"].value is value


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
    assert facts_for(service(text), cluster=Cluster(nodes=nodes))["derived.tasks_share_a_node"].value is value


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
    facts = facts_for(service(f"deploy: {deploy}"), cluster=Cluster(nodes=nodes))
    assert facts["derived.fills_max_replicas_per_node"].value is value


@pytest.mark.parametrize(
    ("image", "volume", "store"),
    [
        ("postgres:16", "data:/var/lib/postgresql/data", "PostgreSQL"),
        ("registry.example.com:5000/library/postgres@sha256:ab", "data:/var/lib/postgresql", "PostgreSQL"),
        ("docker.io/postgres", "/srv:/var/lib", "PostgreSQL"),
        ("postgres:16", "data:/var/lib/postgresql/data:ro", None),
        ("postgres:16", "data:/backups", None),
        ("me/postgres:16", "data:/var/lib/postgresql/data", None),
        ("nginx", "data:/var/lib/postgresql/data", None),
    ],
)
def test_exclusive_store(image: str, volume: str, store: str | None) -> None:
    facts = facts_for(f"services: {{a: {{image: '{image}', volumes: ['{volume}']}}}}")
    assert facts["derived.exclusive_store"].value == store


def test_each_derived_fact_says_what_it_means_and_has_a_test_by_its_name() -> None:
    tests = set(globals())
    for path, derived in DERIVED.items():
        assert derived.about, path
        assert f"test_{path.removeprefix('derived.')}" in tests
        assert inspect.getdoc(derived.derive)


def test_no_fact_has_two_makers() -> None:
    assert not FACTS.keys() & DERIVED.keys()
