"""Facts and rules to findings. The one loop over rules is here."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from rollout_lint.facts import FACTS, filled_in, is_duration, is_size
from rollout_lint.rule import SEVERITIES, Rule, fill
from rollout_lint.stack.shorthand import Port, Volume
from rollout_lint.stack.units import show_seconds, show_size

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rollout_lint.facts import Fact
    from rollout_lint.place import Place
    from rollout_lint.rule import Conditions

THE_STACK = "the stack"
_WORTH_A_PRICE = ("high", "medium")


class Suppression(NamedTuple):
    """Why a finding is silenced: `by` is `comment`, `config` or `baseline`; `until` is the last day on which it is."""

    by: str
    reason: str
    place: Place | None = None
    until: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that held for a service of a variant, or for its stack, where `service` is None.

    `facts` are those that the rule's conditions name. `risk` is what it makes of its recipe (see Rule).
    `superseded_by` is the id of a rule that tells the same cause, no less gravely. `suppressed` is why somebody has
    silenced it.
    """

    rule: Rule
    severity: str
    risk: str | None
    assumes: str | None
    service: str | None
    variant: str
    message: str
    place: Place
    facts: dict[str, Fact]
    superseded_by: str | None = None
    suppressed: Suppression | None = None

    @property
    def counts(self) -> bool:
        """Whether it is told and counted: no other tells its cause, and nobody has silenced it."""
        return self.superseded_by is None and self.suppressed is None

    @property
    def is_silenced(self) -> bool:
        """Whether it would be told and counted if nobody had silenced it."""
        return self.superseded_by is None and self.suppressed is not None

    @property
    def wants_consent(self) -> bool:
        """Whether the repair costs something that an operator may well not want to pay for as little as is found."""
        return self.rule.trade is not None and self.severity not in _WORTH_A_PRICE

    @property
    def whose(self) -> str:
        """The service's name, or what stands for it where the finding is the stack's."""
        return THE_STACK if self.service is None else self.service


class Asked:
    """Rules by the text that a stated fact must have for them, so that most are not asked at all of most services."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        """Enter each rule under one of its conditions that names texts, where it has one on a stated fact."""
        self._always: list[tuple[int, Rule]] = []
        self._by_text: dict[str, dict[str, list[tuple[int, Rule]]]] = {}
        for number, rule in enumerate(rules):
            named = ((path, rule.when[path].texts) for path, _ in rule.asked if path in FACTS)
            path, texts = min(
                ((path, texts) for path, texts in named if texts),
                key=lambda each: filled_in(each[0]) in each[1],
                default=("", frozenset[str]()),
            )
            for text in texts:
                self._by_text.setdefault(path, {}).setdefault(text, []).append((number, rule))
            if not texts:
                self._always.append((number, rule))

    def of(self, facts: dict[str, Fact]) -> Iterator[Rule]:
        """The rules that may hold for these facts, in their order."""
        found = self._always.copy()
        for path, by_text in self._by_text.items():
            fact = facts.get(path)
            if fact is not None and isinstance(fact.value, str):
                found += by_text.get(fact.value, ())
        found.sort(key=_number)
        return (rule for _, rule in found)


def _number(entered: tuple[int, Rule]) -> int:
    return entered[0]


def find(
    rules: Iterable[Rule], variant: str, service: str | None, place: Place, facts: dict[str, Fact]
) -> Iterator[Finding]:
    """The findings of one service, or of the stack where it is None, rule by rule; `place` is where it stands.

    Of the stack only those rules are asked that need nothing else than what a stack has.
    """
    for rule in rules:
        if (service is not None or rule.when.keys() <= facts.keys()) and _all_hold(rule, facts):
            yield _finding(rule, variant, service, place, facts)


def _all_hold(rule: Rule, facts: dict[str, Fact]) -> bool:
    for path, holds in rule.asked:
        try:
            value = facts[path].value
        except KeyError:
            value = None
        if not holds(value):
            return False
    return True


def supersede(findings: list[Finding]) -> list[Finding]:
    """The findings of one service, each with the gravest that tells its cause already, if it is at least as grave.

    One that another makes void is superseded too, however grave, and is no risk.
    """
    by_gravity = sorted(findings, key=lambda finding: SEVERITIES.index(finding.severity))
    void = {rule: finding.rule.id for finding in findings for rule in finding.rule.voids}
    return [
        replace(finding, superseded_by=void[finding.rule.id], risk=None)
        if finding.rule.id in void
        else replace(finding, superseded_by=_superseder(finding, by_gravity))
        for finding in findings
    ]


def _superseder(finding: Finding, by_gravity: list[Finding]) -> str | None:
    at_least_as_grave = SEVERITIES[: SEVERITIES.index(finding.severity) + 1]
    for other in by_gravity:
        if other.severity in at_least_as_grave and finding.rule.id in other.rule.supersedes:
            return other.rule.id
    return None


def failing_condition(rule: Rule, facts: dict[str, Fact]) -> str | None:
    """The first fact for which the rule does not hold; None where it holds."""
    return _failing(rule.when, facts)


def _holds(conditions: Conditions, facts: dict[str, Fact]) -> bool:
    return _failing(conditions, facts) is None


def _failing(conditions: Conditions, facts: dict[str, Fact]) -> str | None:
    """The first condition that does not hold. What nothing states has the value null."""
    for path, condition in conditions.items():
        try:
            value = facts[path].value
        except KeyError:
            value = None
        if not condition.holds(value):
            return path
    return None


def _finding(rule: Rule, variant: str, service: str | None, place: Place, facts: dict[str, Fact]) -> Finding:
    grade = next((grade for grade in rule.grades if _holds(grade.when, facts)), None)

    def show(path: str) -> str:
        return show_fact(path, facts[path]) if path in facts else "nothing"

    whose = THE_STACK if service is None else service
    assumes = rule.assumes if grade is None else grade.assumes
    stated = [facts[path] for path in (rule.place_fact, *reversed(rule.when)) if path in facts]
    return Finding(
        rule=rule,
        severity=rule.severity if grade is None else grade.severity,
        risk=rule.risk if grade is None else grade.risk,
        assumes=fill(assumes, whose, show) if assumes else None,
        service=service,
        variant=variant,
        message=fill((grade and grade.message) or rule.message, whose, show),
        place=next((fact.place for fact in stated if fact.place), place),
        facts={path: facts[path] for path in rule.when if path in facts},
    )


def show_fact(path: str, fact: Fact) -> str:
    """A fact's value in a sentence."""
    if isinstance(fact.value, int | float) and (fact.default or not fact.written):
        if is_size(path):
            return show_size(fact.value)
        return show_seconds(fact.value) if is_duration(path) else f"{fact.value:g}"
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
