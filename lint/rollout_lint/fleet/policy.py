"""What the files of each variant state of a service's rollout, and where."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from rollout_lint.facts.defaults import ROLLOUT_BLOCKS, ROLLOUT_KEYS
from rollout_lint.facts.format import format_fact, json_value

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from rollout_lint.facts.model import Fact
    from rollout_lint.linter.evaluation import VariantEvaluation

UPDATE_POLICY = tuple(f"deploy.update_config.{key}" for key in ROLLOUT_KEYS)
POLICY = (
    *(f"{block}.{key}" for block in ROLLOUT_BLOCKS for key in ROLLOUT_KEYS),
    "deploy.mode",
    "deploy.replicas",
    "deploy.placement.max_replicas_per_node",
    "deploy.resources.limits.memory",
    "deploy.resources.reservations.memory",
    "stop_grace_period",
)
"""What a reader of the table asks for first; none of it can hold a secret."""


class Stated(NamedTuple):
    """A value in a variant: as JSON has it, in a sentence, and where; without a file it is Swarm's default."""

    value: Any
    text: str
    file: str | None = None
    line: int | None = None
    column: int | None = None


def stated_policy(variants: Iterable[VariantEvaluation], service: str | None) -> dict[str, dict[str, Stated]]:
    """By path, then by variant, what the files state; of a variant after the first only what differs from that."""
    policy: dict[str, dict[str, Stated]] = {}
    first: Mapping[str, Fact] | None = None
    for variant in variants:
        facts = variant.services.get(service) if service is not None else None
        if facts is None:
            continue
        for path in POLICY:
            fact = facts.get(path)
            if fact is not None and _is_news(path, fact, first):
                policy.setdefault(path, {})[variant.variant.name] = _stated(path, fact)
        first = facts if first is None else first
    return policy


def changes(before: Mapping[str, Fact], after: Mapping[str, Fact]) -> list[str]:
    """Each value of the update policy that is another: `order was start-first and is stop-first`."""
    return [
        f"{path.rpartition('.')[2]} was {format_fact(path, before[path])} and is {format_fact(path, after[path])}"
        for path in UPDATE_POLICY
        if before[path].value != after[path].value
    ]


def _is_news(path: str, fact: Fact, first: Mapping[str, Fact] | None) -> bool:
    if first is None:
        return fact.location is not None
    return path not in first or first[path].value != fact.value


def _stated(path: str, fact: Fact) -> Stated:
    value, text = json_value(fact.value), format_fact(path, fact)
    if fact.location is None:
        return Stated(value, text)
    return Stated(value, text, fact.location.file, fact.location.line, fact.location.column)
