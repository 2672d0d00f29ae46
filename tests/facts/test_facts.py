"""Stated facts with Swarm's defaults, their kinds and units, and clusters."""

from __future__ import annotations

from typing import Any

import pytest
from rollout_lint.facts.cluster import Cluster, Node
from rollout_lint.facts.defaults import ROLLOUT_BLOCKS, ROLLOUT_KEYS
from rollout_lint.facts.derived import DERIVED
from rollout_lint.facts.model import is_duration, is_size, parse_value
from rollout_lint.facts.stated import FACTS, stated_facts

from tests.support import facts_for, service_with, stack_of

DEFAULTS = {
    "parallelism": 1,
    "delay": 0,
    "failure_action": "pause",
    "monitor": 5,
    "max_failure_ratio": 0,
    "order": "stop-first",
}


@pytest.mark.parametrize("block", ROLLOUT_BLOCKS)
@pytest.mark.parametrize("text", ["deploy: ", "deploy: {update_config: {}}", "hostname: c"])
def test_unset_policy_has_the_defaults_of_swarm(block: str, text: str) -> None:
    facts = facts_for(service_with(text))
    assert {key: facts[f"{block}.{key}"].value for key in ROLLOUT_KEYS} == DEFAULTS
    assert all(facts[f"{block}.{key}"].default for key in ROLLOUT_KEYS)


def test_rollback_config_inherits_nothing() -> None:
    facts = facts_for(service_with("deploy: {update_config: {order: start-first, monitor: 1m}}"))
    assert facts["deploy.rollback_config.order"].value == "stop-first"
    assert facts["deploy.rollback_config.monitor"].value == 5


@pytest.mark.parametrize(
    ("written", "key", "value"),
    [("monitor: 0s", "monitor", 5), ("failure_action: ''", "failure_action", "pause")],
)
def test_ignored_zero_is_the_default_with_a_location(written: str, key: str, value: object) -> None:
    fact = facts_for(service_with(f"deploy: {{update_config: {{{written}}}}}"))[f"deploy.update_config.{key}"]
    assert (fact.value, fact.default) == (value, True)
    assert fact.location is not None


def test_zero_parallelism_is_kept() -> None:
    fact = facts_for(service_with("deploy: {update_config: {parallelism: 0}}"))["deploy.update_config.parallelism"]
    assert (fact.value, fact.default) == (0, False)


def test_global_service_has_no_replicas() -> None:
    assert "deploy.replicas" not in facts_for(service_with("deploy: {mode: global}"))
    assert facts_for(service_with("hostname: c"))["deploy.replicas"].value == 1


def test_fact_lists_its_unset_variables() -> None:
    text, path = service_with("deploy: {update_config: {failure_action: $FA}}"), "deploy.update_config.failure_action"
    fact = facts_for(text)[path]
    assert (fact.is_unknown, fact.default, fact.unset) == (True, False, ("FA",))
    fact = facts_for(text, is_exact=True)[path]
    assert (fact.value, fact.default, fact.unset) == ("pause", True, ("FA",))


CLUSTER = Cluster(2, 8, 3, 5, {"a": 1, "b": 2}, {"a": 4})
FALLBACK = Cluster(9, 90, 91, 92, {"b": 93, "c": 94}, {"a": 95, "d": 96})


def test_cluster_with_fallback_keeps_known_values() -> None:
    assert CLUSTER.with_fallback(FALLBACK) == Cluster(2, 8, 3, 5, {"a": 1, "b": 2, "c": 94}, {"a": 4, "d": 96})
    assert Cluster().with_fallback(FALLBACK) == FALLBACK.with_fallback(Cluster()) == FALLBACK
    assert Cluster(used=0).with_fallback(FALLBACK).used == 0


def test_cluster_takes_only_the_same_number_of_nodes() -> None:
    described = Cluster(2, described=(Node("a"), Node("b")))
    assert Cluster(memory=8).with_fallback(described).described == described.described
    assert Cluster(2).with_fallback(described).described == described.described
    assert Cluster(3).with_fallback(described).described == ()
    assert described.with_fallback(Cluster(3)).nodes == 2


def test_cluster_is_read_from_hosts_and_nodes() -> None:
    nodes: list[dict[str, Any]] = [
        {"name": "a", "role": "manager", "labels": {"x": "y"}, "memory": "1G"},
        {"name": "b"},
    ]
    cluster = Cluster.from_values({"memory": "2G", "used": "1K"}, nodes)
    a, b = cluster.described
    assert (cluster.nodes, cluster.memory, cluster.used) == (2, 2 << 30, 1024)
    assert a == Node("a", "manager", {"x": "y"}, 1 << 30)
    assert (cluster.memory_of(a), cluster.memory_of(b)) == (1 << 30, 2 << 30)


@pytest.mark.parametrize(
    ("cluster", "service", "memory", "beside", "left"),
    [
        (CLUSTER, "a", 1, 4, 4),
        (CLUSTER, "b", 2, 5, 3),
        (CLUSTER, "z", 3, 5, 3),
        (Cluster(memory=8), "a", None, None, 8),
        (Cluster(memory=8, used=9), "a", None, 9, 0),
        (Cluster(memory=8, used=7, others={"a": 0}), "a", None, 0, 8),
        (Cluster(used=9), "a", None, 9, None),
    ],
)
def test_cluster_memory_of_a_service(
    cluster: Cluster, service: str, memory: int | None, beside: int | None, left: int | None
) -> None:
    assert cluster.task_memory_of(service) == memory
    assert cluster.memory_used_beside(service) == beside
    assert cluster.available_memory(service) == left


@pytest.mark.parametrize(
    ("path", "text", "value"),
    [
        ("deploy.update_config.monitor", "1m30s", 90.0),
        ("deploy.resources.limits.memory", "1M", 1 << 20),
        ("derived.memory_needed", "1K", 1024),
        ("derived.memory_of_update", "1K", 1024),
        ("deploy.update_config.order", "1m", "1m"),
    ],
)
def test_parse_value_uses_the_unit_of_the_fact(path: str, text: str, value: object) -> None:
    assert parse_value(path, text) == value


@pytest.mark.parametrize(
    ("text", "value", "default"),
    [
        ("hostname: c", "any", True),
        ("deploy: {restart_policy: {condition: none}}", "none", False),
        ("deploy: {restart_policy: {condition: ''}}", "any", True),
        ("deploy: {restart_policy: {condition: $U}}", "any", True),
        ("restart: on-failure", "on-failure", False),
        ("restart: 'on-failure:3'", "on-failure", False),
        ("restart: always", "any", True),
        ("restart: 'no'", "any", True),
        ("restart: on-failure, deploy: {restart_policy: {delay: 1s}}", "any", True),
        ("restart: on-failure, deploy: {restart_policy: {condition: none}}", "none", False),
    ],
)
def test_restart_condition(text: str, value: str, default: bool) -> None:
    fact = facts_for(service_with(text), is_exact=True)["deploy.restart_policy.condition"]
    assert (fact.value, fact.default) == (value, default)
    assert (fact.location is None) == (default and "condition" not in text)


@pytest.mark.parametrize(
    "text", ["deploy: {restart_policy: {condition: $U}}", "restart: $U", "restart: 'on-failure:$U'"]
)
def test_unknown_restart_condition(text: str) -> None:
    assert facts_for(service_with(text))["deploy.restart_policy.condition"].is_unknown


@pytest.mark.parametrize(
    ("text", "path", "value", "default"),
    [
        ("deploy: {mode: ''}", "deploy.mode", "replicated", True),
        ("deploy: {placement: {max_replicas_per_node: 0}}", "deploy.placement.max_replicas_per_node", 0, False),
        ("hostname: c", "deploy.placement.max_replicas_per_node", 0, True),
        ("hostname: c", "deploy.restart_policy.delay", 5, True),
        ("hostname: c", "stop_grace_period", 10, True),
        ("hostname: c", "deploy.mode", "replicated", True),
        ("deploy: {replicas: 3}", "deploy.replicas", 3, False),
        ("deploy: {mode: ''}", "deploy.replicas", 1, True),
    ],
)
def test_defaults_of_mode_replicas_and_times(text: str, path: str, value: object, default: bool) -> None:
    fact = facts_for(service_with(text))[path]
    assert (fact.value, fact.default) == (value, default)


def test_job_has_no_default_replicas() -> None:
    assert "deploy.replicas" not in facts_for(service_with("deploy: {mode: replicated-job}"))


def test_list_is_located_at_its_last_item() -> None:
    facts = facts_for(service_with("env_file: [a, b], networks: [], command: [c]"))
    assert facts["env_file"].value == ["a", "b"]
    assert facts["env_file"].location is not None
    assert (facts["env_file"].default, facts["env_file"].location.column) == (False, 40)
    assert facts.keys().isdisjoint({"networks", "command"})


EVERYTHING = """
services:
  a:
    image: b
    hostname: c
    user: d
    restart: always
    stop_grace_period: 1s
    stop_signal: SIGINT
    init: true
    read_only: true
    tty: true
    stdin_open: true
    ports: [80]
    volumes: [v:/w]
    networks: [n]
    configs: [g]
    secrets: [s]
    environment: [E]
    env_file: [f]
    labels: [l]
    healthcheck:
      {test: x, disable: false, interval: 1s, timeout: 1s, retries: 1, start_period: 1s, start_interval: 1s}
    deploy:
      mode: replicated
      replicas: 2
      endpoint_mode: vip
      labels: [l]
      placement: {max_replicas_per_node: 1, constraints: [c], preferences: [{spread: p}]}
      restart_policy: {condition: any, delay: 1s, max_attempts: 1, window: 1s}
      resources: {limits: {memory: 1M, cpus: '1'}, reservations: {memory: 1M, cpus: '1'}}
      update_config:
        {parallelism: 2, delay: 1s, failure_action: pause, monitor: 1s, max_failure_ratio: 0.5, order: stop-first}
      rollback_config:
        {parallelism: 2, delay: 1s, failure_action: pause, monitor: 1s, max_failure_ratio: 0.5, order: stop-first}
"""
_TYPES = {str: "string", bool: "boolean", int: "integer", float: "number", list: "array"}


def test_values_of_stated_facts_match_their_kinds() -> None:
    stack, _ = stack_of(EVERYTHING)
    stated = stated_facts(stack.services["a"])
    assert stated.keys() == FACTS.keys()
    for path, fact in stated.items():
        kind = FACTS[path].kind
        assert _TYPES[type(fact.value)] in kind.types, path
        assert kind.allowed is None or fact.value in kind.allowed, path
        if isinstance(fact.value, list) and path not in ("ports", "volumes"):
            assert kind.items == frozenset(("string",)), path


def test_facts_with_a_unit_are_times_and_sizes() -> None:
    stated = stated_facts(stack_of(EVERYTHING)[0].services["a"])
    assert {path for path in FACTS if is_duration(path)} == {
        path for path, fact in stated.items() if fact.written == "1s"
    }
    assert {path for path in FACTS if is_size(path)} == {path for path, fact in stated.items() if fact.written == "1M"}
    assert {path for path in DERIVED if is_duration(path)} == {
        f"derived.{name}" for name in ("first_probe", "longest_start", "last_watch", "all_replaced_after")
    }
    assert {path for path in DERIVED if is_size(path)} == {"derived.memory_needed", "derived.memory_of_update"}


def test_only_facts_without_default_may_be_null() -> None:
    filled_in = stated_facts(stack_of("services: {a: {}}")[0].services["a"]).keys() - {"deploy.replicas"}
    assert {path for path, fact in FACTS.items() if "null" not in fact.kind.types} == filled_in


def test_closed_sets_of_texts_match_docker() -> None:
    assert {path: fact.kind.allowed for path, fact in FACTS.items() if fact.kind.allowed} == {
        "deploy.mode": {"replicated", "global", "replicated-job", "global-job"},
        **{f"{block}.order": {"start-first", "stop-first"} for block in ROLLOUT_BLOCKS},
    }


def test_empty_order_is_the_default() -> None:
    stack, problems = stack_of(service_with("deploy: {rollback_config: {order: ''}}"))
    assert problems
    fact = stated_facts(stack.services["a"])["deploy.rollback_config.order"]
    assert (fact.value, fact.default) == ("stop-first", True)
