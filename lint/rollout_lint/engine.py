"""Facts and rules to findings. The one loop over rules is here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rollout_lint.rule import Rule, fill
from rollout_lint.stack.shorthand import Port, Volume

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rollout_lint.facts import Fact
    from rollout_lint.place import Place
    from rollout_lint.rule import Conditions


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that held for a service of a variant.

    `facts` are those that the rule's conditions name. `risk` is what it makes of its recipe (see Rule).
    """

    rule: Rule
    severity: str
    risk: str | None
    assumes: str | None
    service: str
    variant: str
    message: str
    place: Place
    facts: dict[str, Fact]


def find(
    rules: Iterable[Rule], variant: str, service: str, service_place: Place, facts: dict[str, Fact]
) -> Iterator[Finding]:
    """The findings of one service, rule by rule."""
    for rule in rules:
        if _holds(rule.when, facts):
            yield _finding(rule, variant, service, service_place, facts)


def failing_condition(rule: Rule, facts: dict[str, Fact]) -> str | None:
    """The first fact for which the rule does not hold; None where it holds."""
    return next((path for path in rule.when if not _passes(rule.when, path, facts)), None)


def _holds(conditions: Conditions, facts: dict[str, Fact]) -> bool:
    return all(_passes(conditions, path, facts) for path in conditions)


def _passes(conditions: Conditions, path: str, facts: dict[str, Fact]) -> bool:
    """What nothing states has the value null."""
    fact = facts.get(path)
    return conditions[path].holds(None if fact is None else fact.value)


def _finding(rule: Rule, variant: str, service: str, service_place: Place, facts: dict[str, Fact]) -> Finding:
    grade = next((grade for grade in rule.grades if _holds(grade.when, facts)), None)

    def show(path: str) -> str:
        return show_fact(facts[path]) if path in facts else "nothing"

    assumes = rule.assumes if grade is None else grade.assumes
    stated = [facts[path] for path in (rule.place_fact, *reversed(rule.when)) if path in facts]
    return Finding(
        rule=rule,
        severity=rule.severity if grade is None else grade.severity,
        risk=rule.risk if grade is None else grade.risk,
        assumes=fill(assumes, service, show) if assumes else None,
        service=service,
        variant=variant,
        message=fill(rule.message, service, show),
        place=next((fact.place for fact in stated if fact.place), service_place),
        facts={path: facts[path] for path in rule.when if path in facts},
    )


def show_fact(fact: Fact) -> str:
    """A fact's value in a sentence."""
    if isinstance(fact.value, list):
        return ", ".join(str(item) for item in fact.value)
    return fact.written if fact.written and not fact.default else str(fact.value)


def as_json(value: object) -> object:
    """A fact's value as JSON has it."""
    if isinstance(value, list):
        return [as_json(item) for item in value]
    if isinstance(value, Port):
        return {
            "target": value.target, "published": value.published, "mode": value.mode, "protocol": value.protocol
        }  # fmt: skip
    if isinstance(value, Volume):
        return {
            "type": value.type,
            "source": value.source,
            "target": value.target,
            "read_only": value.read_only,
        }
    return value
