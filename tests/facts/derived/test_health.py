"""Derived facts about healthchecks."""

from __future__ import annotations

import pytest
from rollout_lint.facts.cluster import Cluster
from rollout_lint.facts.images import Images
from rollout_lint.stack.docker_version import parse_docker_version

from tests.support import facts_for, service_with


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("hostname: c", False),
        ("healthcheck: {interval: 5s}", True),
        ("healthcheck: {retries: 5, test: []}", True),
        ("healthcheck: {}", False),
        ("healthcheck: {disable: true}", False),
        ("healthcheck: {test: [NONE]}", False),
        ("healthcheck: {test: [CMD, a]}", True),
        ("healthcheck: {test: a, disable: false}", True),
    ],
)
def test_has_healthcheck(text: str, value: bool) -> None:
    assert facts_for(service_with(text))["derived.has_healthcheck"].value is value


@pytest.mark.parametrize(("claim", "value"), [(True, True), (False, False), (None, True)])
def test_healthcheck_without_test_takes_that_of_the_image(claim: bool | None, value: bool) -> None:
    claims = {} if claim is None else {"b": {"healthcheck": claim}}
    facts = facts_for(service_with("healthcheck: {interval: 5s}"), images=Images().with_claims(claims))
    assert facts["derived.has_healthcheck"].value is value


@pytest.mark.parametrize(
    ("healthcheck", "seconds"),
    [
        ("{interval: 5s}", None),
        ("{test: a}", 180),
        ("{test: a, disable: false, retries: 0, interval: 0s}", 180),
        ("{test: a, interval: 10s, timeout: 5s, retries: 4, start_period: 1m}", 120),
        ("{test: [NONE]}", None),
    ],
)
def test_longest_start(healthcheck: str, seconds: float | None) -> None:
    assert facts_for(service_with(f"healthcheck: {healthcheck}"))["derived.longest_start"].value == seconds


@pytest.mark.parametrize(
    ("update_config", "value"),
    [
        ("{}", True),
        ("{monitor: 59s}", True),
        ("{monitor: 1m}", False),
        ("{monitor: 1m, delay: 1s}", True),
        ("{monitor: 61s, delay: 1s}", False),
    ],
)
def test_monitor_ends_before_last_start(update_config: str, value: bool) -> None:
    healthcheck = "healthcheck: {test: a, interval: 10s, timeout: 10s, retries: 3}"
    facts = facts_for(service_with(f"{healthcheck}, deploy: {{update_config: {update_config}}}"))
    assert facts["derived.monitor_ends_before_last_start"].value is value


def test_monitor_never_ends_early_without_a_healthcheck() -> None:
    facts = facts_for(service_with("deploy: {update_config: {monitor: 1ns}}"))
    assert facts["derived.monitor_ends_before_last_start"].value is False


@pytest.mark.parametrize(
    ("healthcheck", "engine", "seconds"),
    [
        ("{interval: 9s}", "28", None),
        ("{test: a}", None, 30),
        ("{test: a, start_interval: 2s}", "28", 30),
        ("{test: a, start_period: 1m}", None, None),
        ("{test: a, start_period: 1m, start_interval: 2s}", "28", 2),
        ("{test: a, start_period: 1m, start_interval: 2s}", "25.0", 2),
        ("{test: a, start_period: 1m, start_interval: 2s}", "24", 30),
        ("{test: a, start_period: 1m}", "27", 5),
        ("{test: a, start_period: 1m, start_interval: 0s}", "27.0.1", 5),
        ("{test: a, start_period: 1m, interval: 9s}", "26.1", 9),
    ],
)
def test_first_probe_depends_on_the_engine(healthcheck: str, engine: str | None, seconds: float | None) -> None:
    cluster = Cluster(engine=parse_docker_version(engine or ""))
    facts = facts_for(service_with(f"healthcheck: {healthcheck}"), cluster=cluster)
    assert facts["derived.first_probe"].value == seconds


@pytest.mark.parametrize(
    ("engine", "parallelism", "monitor", "is_late", "depends"),
    [
        ("26", 2, "29s", True, False),
        ("26", 2, "30s", False, False),
        ("26", 1, "31s", True, False),
        ("28", 2, "34s", True, False),
        ("28", 2, "35s", False, False),
        (None, 2, "29s", True, False),
        (None, 2, "30s", True, True),
        (None, 2, "39s", True, True),
        (None, 2, "40s", False, False),
        (None, 1, "39s", True, False),
    ],
)
def test_last_start_with_all_tasks_at_once(
    engine: str | None, parallelism: int, monitor: str, is_late: bool, depends: bool
) -> None:
    times = "interval: 10s, timeout: 10s, retries: 1, start_period: 20s"
    policy = f"{{replicas: 2, update_config: {{parallelism: {parallelism}, monitor: {monitor}}}}}"
    text = service_with(f"healthcheck: {{test: a, {times}}}, deploy: {policy}")
    facts = facts_for(text, cluster=Cluster(engine=parse_docker_version(engine or "")))
    assert facts["derived.monitor_ends_before_last_start"].value is is_late
    assert facts["derived.start_depends_on_engine"].value is depends
