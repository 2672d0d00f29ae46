"""Commands and images that run once, or of which only one process may run."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rollout_lint.facts.derived.registry import derived
from rollout_lint.pattern import compile_lazily
from rollout_lint.stack.unknown import is_unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rollout_lint.facts.derived.registry import Derivation, ServiceFacts
    from rollout_lint.location import Location
    from rollout_lint.stack.model import Service, Setting

_RUNS_ONCE = compile_lazily(
    r"\b(?:db:(?:migrate|prepare|setup|seed)|artisan migrate|manage(?:\.py)? (?:migrate|collectstatic|loaddata)"
    r"|alembic upgrade|prisma migrate deploy|doctrine:migrations:migrate|(?:flyway|goose) (?:\S+ )*(?:migrate|up)"
    r"|createsuperuser|mc (?:cp|mb|mirror))\b(?!.*(?:&&|;|\||\n))",
    re.DOTALL,
)
"""Commands that end with success. After an operator of a shell, such as `&&`, or a new line, a server may follow."""

_SINGLETON = compile_lazily(
    r"\b(?:celery (?:\S+ )*beat|rqscheduler|supercronic|crond? -f|schedule:work|airflow scheduler)\b|(?<!\S)--cron\b"
)
"""Schedulers: two processes run each job twice."""


def runs_once(service: Service) -> bool:
    """Return True if the command of a service, or its entrypoint, is known to end."""
    return _find(service, _RUNS_ONCE) is not None


def image_runs_once(facts: ServiceFacts) -> bool:
    """Return True if the image is known to do its work and end. Another entrypoint may do something else."""
    image = facts.get("image")
    data = None if image is None or facts.service.lists.get("entrypoint") else facts.images.find(image.value)
    return data is not None and data.one_shot


@derived("string", "null", words={"is any string": "the service is a scheduler that must run only once"})
def singleton(facts: ServiceFacts) -> Derivation:
    """Scheduler that must run only once, such as `celery beat`, by the command or by a known image; else null.

    `rules/images.yaml` lists such images.
    """
    command = _find(facts.service, _SINGLETON)
    if command is not None:
        return command
    image = facts.get("image")
    data = None if image is None else facts.images.find(image.value)
    if data is None or not data.singleton:
        return None, None
    return data.name, facts.location("image")


def _find(service: Service, pattern: re.Pattern[str]) -> tuple[str, Location] | None:
    for path in ("command", "entrypoint"):
        words = list(_known_words(service.lists.get(path, [])))
        match = pattern.search(" ".join(word for word, _ in words))
        if match is not None:
            return match[0], words[0][1]
    return None


def _known_words(items: list[Setting]) -> Iterator[tuple[str, Location]]:
    """Yield the words of a command with their locations; a text is one item, which has a list of words."""
    for item in items:
        if not is_unknown(item.value):
            words = [item.value] if isinstance(item.value, str) else item.value
            yield from ((word, item.location) for word in words)
