"""Derived facts about commands."""

from __future__ import annotations

import pytest

from tests.support import facts_for, service_with


@pytest.mark.parametrize(
    ("service", "scheduler"),
    [
        ("command: celery -A app beat -l info", "celery -A app beat"),
        ("command: [celery, -A, app, beat]", "celery -A app beat"),
        ("entrypoint: celery, command: worker", None),
        ("command: odoo --cron", "--cron"),
        ("command: odoo --cronjobs", None),
        ("command: php artisan schedule:work", "schedule:work"),
        ("command: crond -f", "crond -f"),
        ("command: '$COMMAND'", None),
        ("hostname: beat", None),
    ],
)
def test_singleton(service: str, scheduler: str | None) -> None:
    fact = facts_for(service_with(service))["derived.singleton"]
    assert (fact.value, fact.location is not None) == (scheduler, scheduler is not None)


def test_singleton_of_a_known_image() -> None:
    assert facts_for("services: {a: {image: 'mcuadros/ofelia:0.3'}}")["derived.singleton"].value == "Ofelia"
