"""Swarm's defaults, and what is derived."""

from __future__ import annotations

import pytest
from rollout_lint.facts import ROLLOUT_BLOCKS, ROLLOUT_KEYS

from tests.support import facts_for, service_with

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
def test_the_defaults_are_swarms(block: str, text: str) -> None:
    facts = facts_for(service_with(text))
    assert {key: facts[f"{block}.{key}"].value for key in ROLLOUT_KEYS} == DEFAULTS
    assert all(facts[f"{block}.{key}"].default for key in ROLLOUT_KEYS)


def test_rollback_config_takes_nothing_over_from_update_config() -> None:
    facts = facts_for(service_with("deploy: {update_config: {order: start-first, monitor: 1m}}"))
    assert facts["deploy.rollback_config.order"].value == "stop-first"
    assert facts["deploy.rollback_config.monitor"].value == 5


@pytest.mark.parametrize(
    ("written", "key", "value"),
    [("monitor: 0s", "monitor", 5), ("failure_action: ''", "failure_action", "pause")],
)
def test_a_zero_that_the_engine_takes_for_nothing_is_the_default_with_its_place(
    written: str, key: str, value: object
) -> None:
    fact = facts_for(service_with(f"deploy: {{update_config: {{{written}}}}}"))[f"deploy.update_config.{key}"]
    assert (fact.value, fact.default) == (value, True)
    assert fact.place is not None


def test_an_explicit_zero_of_parallelism_stays() -> None:
    fact = facts_for(service_with("deploy: {update_config: {parallelism: 0}}"))["deploy.update_config.parallelism"]
    assert (fact.value, fact.default) == (0, False)


def test_a_global_service_has_no_replicas() -> None:
    assert "deploy.replicas" not in facts_for(service_with("deploy: {mode: global}"))
    assert facts_for(service_with("hostname: c"))["deploy.replicas"].value == 1


def test_an_unset_variable_behind_a_policy_is_told() -> None:
    fact = facts_for(service_with("deploy: {update_config: {failure_action: $FA}}"))[
        "deploy.update_config.failure_action"
    ]
    assert (fact.value, fact.default, fact.unset) == ("pause", True, ("FA",))
