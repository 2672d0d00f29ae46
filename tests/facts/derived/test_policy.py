"""Derived facts about the update policy in the file."""

from __future__ import annotations

import pytest
from rollout_lint.facts.cluster import Cluster
from rollout_lint.facts.images import Images

from tests.support import facts_for, service_with

UPDATE = "deploy.update_config"


@pytest.mark.parametrize(
    ("update_config", "action"),
    [
        ("{}", None),
        ("{failure_action: ''}", None),
        ("{failure_action: pause}", "pause"),
        ("{failure_action: rollback}", "rollback"),
        ("{failure_action: on_failure}", "on_failure"),
    ],
)
def test_stated_failure_action(update_config: str, action: str | None) -> None:
    facts = facts_for(service_with(f"deploy: {{update_config: {update_config}}}"))
    assert facts["derived.stated_failure_action"].value == action


def test_stated_failure_action_from_an_unset_variable() -> None:
    text = service_with("deploy: {update_config: {failure_action: $NONE}}")
    assert facts_for(text, is_exact=True)["derived.stated_failure_action"].value is None
    assert facts_for(text)["derived.stated_failure_action"].is_unknown


@pytest.mark.parametrize(
    ("deploy", "actions"),
    [
        ("{}", []),
        ("{update_config: {failure_action: ''}}", []),
        ("{update_config: {failure_action: Rollback}}", [f'{UPDATE}.failure_action "Rollback"']),
        ("{rollback_config: {failure_action: stop}}", ['deploy.rollback_config.failure_action "stop"']),
    ],
)
def test_unknown_failure_actions(deploy: str, actions: list[str]) -> None:
    assert facts_for(service_with(f"deploy: {deploy}"))["derived.unknown_failure_actions"].value == actions


@pytest.mark.parametrize(
    ("deploy", "ratios"),
    [
        ("{update_config: {max_failure_ratio: 1}}", []),
        ("{update_config: {max_failure_ratio: 0}}", []),
        ("{update_config: {max_failure_ratio: 1.01}}", [f'{UPDATE}.max_failure_ratio "1.01"']),
        ("{rollback_config: {max_failure_ratio: -0.1}}", ['deploy.rollback_config.max_failure_ratio "-0.1"']),
    ],
)
def test_out_of_range_ratios(deploy: str, ratios: list[str]) -> None:
    assert facts_for(service_with(f"deploy: {deploy}"))["derived.out_of_range_ratios"].value == ratios


@pytest.mark.parametrize(
    ("deploy", "times"),
    [
        ("{update_config: {delay: 0s, monitor: 0s}}", []),
        ("{update_config: {delay: -1s, monitor: -1ms}}", [f'{UPDATE}.delay "-1s"', f'{UPDATE}.monitor "-1ms"']),
        ("{rollback_config: {monitor: -5s}}", ['deploy.rollback_config.monitor "-5s"']),
    ],
)
def test_negative_times(deploy: str, times: list[str]) -> None:
    assert facts_for(service_with(f"deploy: {deploy}"))["derived.negative_times"].value == times


def test_invalid_value_of_a_variable_is_shown() -> None:
    facts = facts_for(service_with("deploy: {update_config: {delay: '${DELAY}'}}"), environment={"DELAY": "-90s"})
    assert facts["derived.negative_times"].value == [f'{UPDATE}.delay "-1m30s"']


@pytest.mark.parametrize(
    ("text", "value"), [("deploy: {}", False), ("hostname: c", False), ("deploy: {update_config: {}}", True)]
)
def test_has_update_config(text: str, value: bool) -> None:
    assert facts_for(service_with(text))["derived.has_update_config"].value is value


@pytest.mark.parametrize(
    ("text", "value"), [("deploy: {}", False), ('restart: "no"', False), ("deploy: {restart_policy: {}}", True)]
)
def test_has_restart_policy(text: str, value: bool) -> None:
    assert facts_for(service_with(text))["derived.has_restart_policy"].value is value


@pytest.mark.parametrize(
    ("service", "ends"),
    [
        ("deploy: {}", False),
        ("restart: on-failure", False),
        ("restart: on-failure, command: bundle exec rake db:migrate", True),
        ("restart: on-failure, command: [python, manage.py, migrate]", True),
        ("restart: on-failure, command: sh -c 'python manage.py migrate && gunicorn app'", False),
        ('restart: on-failure, command: [sh, -c, "python manage.py migrate\\ngunicorn app"]', False),
        ('restart: on-failure, command: [sh, -c, "sleep 9\\npython manage.py migrate"]', True),
        ("command: bundle exec rake db:migrate", False),
        ("deploy: {restart_policy: {condition: on-failure}}", False),
        ("deploy: {restart_policy: {condition: none}}, ports: ['80:80']", True),
        ("deploy: {restart_policy: {condition: none}, mode: global}", True),
        ("deploy: {restart_policy: {condition: none}, mode: replicated-job}", False),
        ("restart: 'no'", False),
    ],
)
def test_ends_by_itself(service: str, ends: bool) -> None:
    assert facts_for(service_with(service))["derived.ends_by_itself"].value == ends


@pytest.mark.parametrize(
    ("image", "keys", "ends"),
    [
        ("flyway/flyway:10", "hostname: c", True),
        ("registry.example.com/hub/migrate/migrate", "command: up", True),
        ("flyway/flyway:10", "restart: on-failure", True),
        ("flyway/flyway:10", "entrypoint: [sh, -c, flyway migrate && sleep 1d]", False),
        ("flyway/flyway:10", "deploy: {mode: replicated-job}", False),
        ("flyway/plyway:10", "hostname: c", False),
    ],
)
def test_ends_by_itself_by_image(image: str, keys: str, ends: bool) -> None:
    fact = facts_for(f"services: {{a: {{image: '{image}', {keys}}}}}")["derived.ends_by_itself"]
    assert (fact.value, fact.location is not None) == (ends, ends or "restart" in keys)


def test_ends_by_itself_by_config() -> None:
    images = Images(claims={"team/seed": {"one_shot": True}, "flyway/flyway": {"one_shot": False}})
    service = "services: {a: {image: %s}}"
    assert facts_for(service % "team/seed", images=images)["derived.ends_by_itself"].value
    assert not facts_for(service % "flyway/flyway", images=images)["derived.ends_by_itself"].value


@pytest.mark.parametrize("value", [True, False])
def test_deploys_verified(value: bool) -> None:
    facts = facts_for(service_with("hostname: c"), cluster=Cluster(deploys_verified=value))
    assert facts["derived.deploys_verified"].value is value


@pytest.mark.parametrize(("service", "value"), [("hostname: c", False), ("deploy: {}", True)])
def test_is_for_swarm(service: str, value: bool) -> None:
    assert facts_for(service_with(service))["derived.is_for_swarm"].value is value


@pytest.mark.parametrize(
    ("deploy", "states"),
    [("{}", False), ("{update_config: {}}", True), ("{rollback_config: {order: stop-first}}", True)],
)
def test_states_a_policy(deploy: str, states: bool) -> None:
    fact = facts_for(service_with(f"deploy: {deploy}"))["derived.states_a_policy"]
    assert (fact.value, fact.location is not None) == (states, states)
