"""Derived facts about healthchecks."""

from __future__ import annotations

import pytest
from rollout_lint.facts.images import Images

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
