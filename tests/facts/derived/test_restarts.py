"""Derived facts about limited restarts."""

from __future__ import annotations

import pytest

from tests.support import facts_for, service_with


def deploy(policy: str, *more: str) -> str:
    return service_with(f"deploy: {{{', '.join((f'restart_policy: {{{policy}}}', *more))}}}")


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        (deploy("max_attempts: 3"), 15),
        (deploy("max_attempts: 3, delay: 10s"), 30),
        (deploy("max_attempts: 3, delay: 0s"), 0),
        (deploy("max_attempts: 3", "mode: global"), 15),
        (deploy("max_attempts: 0"), None),
        (deploy("delay: 10s"), None),
        (deploy("max_attempts: 3, condition: none"), None),
        (deploy("max_attempts: 3", "replicas: 0"), None),
        (deploy("max_attempts: 3", "mode: replicated-job"), None),
        (service_with("restart: 'on-failure:3'"), 15),
        (service_with("restart: on-failure"), None),
        (service_with("restart: always"), None),
        (service_with("restart: 'on-failure:3', deploy: {restart_policy: {condition: any}}"), None),
    ],
)
def test_attempts_take(text: str, seconds: float | None) -> None:
    assert facts_for(text)["derived.attempts_take"].value == seconds


@pytest.mark.parametrize(
    ("policy", "value"),
    [
        ("max_attempts: 3, window: 15s", True),
        ("max_attempts: 3, window: 16s", False),
        ("max_attempts: 3, window: 0s", False),
        ("max_attempts: 3", False),
        ("window: 15s", False),
    ],
)
def test_never_gives_up(policy: str, value: bool) -> None:
    assert facts_for(deploy(policy))["derived.never_gives_up"].value is value


@pytest.mark.parametrize(
    ("update", "value"),
    [
        ("failure_action: rollback, monitor: 14s", True),
        ("failure_action: pause, monitor: 6s", True),
        ("failure_action: rollback, monitor: 15s", False),
        ("failure_action: rollback, monitor: 5s", False),
        ("failure_action: continue, monitor: 14s", False),
        ("monitor: 14s", False),
    ],
)
def test_gives_up_after_update(update: str, value: bool) -> None:
    text = deploy("max_attempts: 3", f"update_config: {{{update}}}")
    assert facts_for(text)["derived.gives_up_after_update"].value is value


def test_healthcheck_counts_failures_before_the_task_runs() -> None:
    text = service_with(
        "healthcheck: {test: a}, "
        "deploy: {restart_policy: {max_attempts: 3}, update_config: {failure_action: rollback, monitor: 14s}}"
    )
    assert facts_for(text)["derived.gives_up_after_update"].value is False
