"""Derived facts about the number of tasks and the pace of an update."""

from __future__ import annotations

import pytest
from rollout_lint.facts.cluster import Cluster
from rollout_lint.facts.derived import ServiceFacts
from rollout_lint.facts.images import Images
from rollout_lint.facts.stated import stated_facts
from rollout_lint.stack.docker_version import parse_docker_version

from tests.support import facts_for, service_with, stack_of


@pytest.mark.parametrize(
    ("deploy", "nodes", "number"),
    [
        ("{}", None, 1),
        ("{replicas: 3}", None, 3),
        ("{replicas: 0}", None, 0),
        ("{mode: global}", None, None),
        ("{mode: global}", 4, 4),
        ("{mode: replicated-job, replicas: 3}", 4, None),
    ],
)
def test_tasks(deploy: str, nodes: int | None, number: int | None) -> None:
    facts = facts_for(service_with(f"deploy: {deploy}"), cluster=Cluster(nodes=nodes))
    assert facts["derived.tasks"].value == number


def test_negative_replicas_tolerate_no_failure() -> None:
    stack, problems = stack_of(service_with("deploy: {replicas: -14, update_config: {max_failure_ratio: 0.2}}"))
    service = stack.services["a"]
    facts = ServiceFacts(service, stack, stated_facts(service), Cluster(), Images())
    assert len(problems) == 1
    assert (facts["derived.tasks"].value, facts["derived.tolerated_failures"].value) == (1, 0)


@pytest.mark.parametrize(
    ("deploy", "nodes", "at_once", "all_at_once"),
    [
        ("{}", None, 1, False),
        ("{update_config: {parallelism: 0}}", None, 1, False),
        ("{replicas: 3}", None, 1, False),
        ("{replicas: 3, update_config: {parallelism: 2}}", None, 2, False),
        ("{replicas: 3, update_config: {parallelism: 3}}", None, 3, True),
        ("{replicas: 3, update_config: {parallelism: 9}}", None, 3, True),
        ("{replicas: 3, update_config: {parallelism: 0}}", None, 3, True),
        ("{replicas: 0, update_config: {parallelism: 0}}", None, 0, False),
        ("{mode: global, update_config: {parallelism: 0}}", None, None, False),
        ("{mode: global, update_config: {parallelism: 2}}", None, 2, False),
        ("{mode: global, update_config: {parallelism: 0}}", 2, 2, True),
        ("{mode: global, update_config: {parallelism: 0}}", 1, 1, False),
    ],
)
def test_tasks_at_once(deploy: str, nodes: int | None, at_once: int | None, all_at_once: bool) -> None:
    facts = facts_for(service_with(f"deploy: {deploy}"), cluster=Cluster(nodes=nodes))
    assert facts["derived.tasks_at_once"].value == at_once
    assert facts["derived.all_at_once"].value is all_at_once


@pytest.mark.parametrize(
    ("deploy", "all_at_once"),
    [
        ("{replicas: 3}", False),
        ("{replicas: 3, update_config: {parallelism: 0}}", False),
        ("{replicas: 3, rollback_config: {parallelism: 2}}", False),
        ("{replicas: 3, rollback_config: {parallelism: 3}}", True),
        ("{replicas: 3, rollback_config: {parallelism: 0}}", True),
        ("{replicas: 1, rollback_config: {parallelism: 0}}", False),
        ("{mode: global, rollback_config: {parallelism: 0}}", False),
    ],
)
def test_rollback_all_at_once(deploy: str, all_at_once: bool) -> None:
    assert facts_for(service_with(f"deploy: {deploy}"))["derived.rollback_all_at_once"].value is all_at_once


def test_all_at_once_is_located_at_the_parallelism() -> None:
    location = facts_for(service_with("deploy: {update_config: {parallelism: 0}}"))["derived.all_at_once"].location
    assert location is not None


@pytest.mark.parametrize(
    ("replicas", "ratio", "failures"),
    [
        (1, "0.9", 0),
        (1, "1", 1),
        (2, "0.5", 1),
        (2, "0.49", 0),
        (3, "0.3333", 0),
        (3, "0.33333334", 1),
        (3, "0.34", 1),
        (4, "0.3", 1),
        (10, "0.3", 3),
        (10, "0.7", 7),
        (10, "2", 10),
        (10, "-1", 0),
        (0, "0.5", 0),
    ],
)
def test_tolerated_failures(replicas: int, ratio: str, failures: int) -> None:
    deploy = f"deploy: {{replicas: {replicas}, update_config: {{max_failure_ratio: {ratio}}}}}"
    assert facts_for(service_with(deploy))["derived.tolerated_failures"].value == failures


@pytest.mark.parametrize(
    ("update_config", "exceeds", "watch"),
    [
        ("{}", False, 5),
        ("{delay: 4s}", False, 5),
        ("{delay: 5s}", False, 6),
        ("{delay: 6s}", True, 7),
        ("{delay: 6s, monitor: 0s}", True, 7),
        ("{delay: 6s, monitor: 10s}", False, 10),
    ],
)
def test_delay_exceeds_monitor(update_config: str, exceeds: bool, watch: int) -> None:
    facts = facts_for(service_with(f"deploy: {{update_config: {update_config}}}"))
    assert facts["derived.delay_exceeds_monitor"].value is exceeds
    assert facts["derived.last_watch"].value == watch


@pytest.mark.parametrize(
    ("deploy", "steps", "after", "paced"),
    [
        ("", 1, 0, False),
        ("replicas: 3,", 3, 0, False),
        ("replicas: 3, update_config: {delay: 2s},", 3, 4, False),
        ("replicas: 3, update_config: {delay: 2500ms},", 3, 5, True),
        ("replicas: 3, update_config: {delay: 10s, monitor: 30s},", 3, 20, False),
        ("replicas: 4, update_config: {delay: 10s, monitor: 30s},", 4, 30, True),
        ("replicas: 5, update_config: {delay: 5s, parallelism: 2},", 3, 10, True),
        ("replicas: 3, update_config: {delay: 5s, parallelism: 0},", 1, 0, False),
        ("replicas: 0, update_config: {delay: 5s},", 0, 0, False),
        ("mode: global, update_config: {delay: 5s},", None, None, False),
    ],
)
def test_batches(deploy: str, steps: int | None, after: float | None, paced: bool) -> None:
    facts = facts_for(service_with(f"deploy: {{{deploy}}}"))
    assert facts["derived.batches"].value == steps
    assert facts["derived.all_replaced_after"].value == after
    assert facts["derived.paced"].value is paced


@pytest.mark.parametrize(
    ("engine", "update_config", "seconds", "misses"),
    [
        (None, "{delay: 10s}", 11, False),
        ("20.10", "{delay: 10s}", 11, False),
        ("20.10.10", "{delay: 10s}", 11, False),
        ("20.10.9", "{delay: 10s}", 5, True),
        ("19.03", "{delay: 5s}", 5, True),
        ("19.03.1", "{delay: 10s, monitor: 11s}", 11, False),
    ],
)
def test_last_watch_depends_on_the_engine(engine: str | None, update_config: str, seconds: float, misses: bool) -> None:
    cluster = Cluster(engine=parse_docker_version(engine or ""))
    facts = facts_for(service_with(f"deploy: {{update_config: {update_config}}}"), cluster=cluster)
    assert facts["derived.last_watch"].value == seconds
    assert facts["derived.misses_last_failure"].value is misses
