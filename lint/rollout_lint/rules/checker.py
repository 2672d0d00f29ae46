"""Loop that checks facts against the rules and yields findings."""

from __future__ import annotations

from itertools import groupby
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING

from rollout_lint.facts.defaults import default_value
from rollout_lint.facts.derived import RESOURCE_FACTS, STACK_FACTS, ServiceFacts
from rollout_lint.facts.format import format_fact
from rollout_lint.facts.stated import FACTS
from rollout_lint.facts.suppression import SUPPRESSION_FACTS
from rollout_lint.rules.condition import all_hold
from rollout_lint.rules.finding import THE_STACK, Finding
from rollout_lint.rules.model import SERVICE_PLACEHOLDER, fill_template
from rollout_lint.stack.unknown import Unknown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from rollout_lint.facts.model import Fact
    from rollout_lint.location import Location
    from rollout_lint.rules.model import Conditions, Grade, Rule


_FACTS_OF_OTHERS = (STACK_FACTS, RESOURCE_FACTS, SUPPRESSION_FACTS)
"""Facts that no service has."""


class RuleIndex:
    """Index of rules by the text that a stated fact must have, so that most rules are skipped for most services."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        """Index each rule by one condition that allows only certain texts, if it has one on a stated fact."""
        self._rules = tuple(rules)
        self._by_paths: dict[tuple[str, ...], list[Rule]] = {}
        self._always: list[tuple[int, Rule]] = []
        self._by_text: dict[str, dict[str, list[tuple[int, Rule]]]] = {}
        for number, rule in enumerate(self._rules):
            if all(any(path in facts for facts in _FACTS_OF_OTHERS) for path in rule.when):
                continue
            conditions = ((path, rule.when[path].texts) for path, _ in rule.tests if path in FACTS)
            path, texts = min(
                ((path, texts) for path, texts in conditions if texts),
                key=lambda each: default_value(each[0]) in each[1],
                default=("", frozenset[str]()),
            )
            for text in texts:
                self._by_text.setdefault(path, {}).setdefault(text, []).append((number, rule))
            if not texts:
                self._always.append((number, rule))

    def candidates(self, facts: Mapping[str, Fact]) -> Iterable[Rule]:
        """Return the rules that can match the facts of a service, in their order."""
        found = self._always.copy()
        for path, by_text in self._by_text.items():
            fact = facts.get(path)
            if fact is not None and isinstance(fact.value, str):
                found += by_text.get(fact.value, ())
        found.sort(key=itemgetter(0))
        return [rule for _, rule in found]

    def _applicable(self, facts: Mapping[str, Fact]) -> list[Rule]:
        """Return the rules that need only these facts, those of the stack or of a resource."""
        paths = tuple(facts)
        if paths not in self._by_paths:
            self._by_paths[paths] = [rule for rule in self._rules if rule.when.keys() <= facts.keys()]
        return self._by_paths[paths]

    def check(
        self,
        variant: str,
        service: str | None,
        location: Location,
        facts: Mapping[str, Fact],
        resource: str | None = None,
    ) -> Iterator[Finding]:
        """Yield the findings of the candidates."""
        rules = self._applicable(facts) if service is None else self.candidates(facts)
        return check_rules(rules, variant, service, location, facts, resource)


def check_rules(
    rules: Iterable[Rule],
    variant: str,
    service: str | None,
    location: Location,
    facts: Mapping[str, Fact],
    resource: str | None = None,
) -> Iterator[Finding]:
    """Yield the findings of the service at this location, or without a service those of the resource or the stack.

    The stack and its resources are checked only by rules that need no facts of a service.
    """
    found = facts.found if isinstance(facts, ServiceFacts) else facts
    for rule in rules:
        if (service is not None or rule.when.keys() <= facts.keys()) and _matches(rule, facts, found):
            yield _finding(rule, variant, service, resource, location, facts)


def _matches(rule: Rule, facts: Mapping[str, Fact], found: Mapping[str, Fact]) -> bool:
    for path, test in rule.tests:
        fact = found.get(path) or facts.get(path)
        value = None if fact is None else fact.value
        if value.__class__ is Unknown or not test(value):
            return False
    return True


def supersede(findings: list[Finding]) -> list[Finding]:
    """Return the findings of one service, each with the most severe finding of the same cause as its superseder.

    The severity of a superseder is at least that of the finding. A voided finding is superseded at any severity, and
    has no risk. A suppressed finding still voids others, because these are false. It supersedes none, because its
    reason was not given for them, and keeps its own superseder.
    """
    unsuppressed = (finding for finding in findings if finding.suppressed is None)
    worst_first = sorted(unsuppressed, key=lambda finding: finding.severity.rank)
    voided_by = {rule: finding.rule.id for finding in findings for rule in finding.rule.voids}

    def supersede_one(finding: Finding) -> Finding:
        if finding.rule.id in voided_by:
            return finding._replace(superseded_by=voided_by[finding.rule.id], risk=None)
        if finding.suppressed is not None:
            return finding
        superseder = _superseder(finding, worst_first)
        return finding if superseder == finding.superseded_by else finding._replace(superseded_by=superseder)

    return [supersede_one(finding) for finding in findings]


def supersede_unsuppressed(findings: list[Finding]) -> list[Finding]:
    """Return the findings of a recipe, superseded only by findings that are not suppressed.

    Those of one service or resource of a variant must be consecutive.
    """
    groups = groupby(findings, key=attrgetter("variant", "service", "resource"))
    return [finding for _, group in groups for finding in supersede(list(group))]


def _superseder(finding: Finding, worst_first: list[Finding]) -> str | None:
    for other in worst_first:
        if other.severity.at_least(finding.severity) and finding.rule.id in other.rule.supersedes:
            return other.rule.id
    return None


def failing_condition(rule: Rule, facts: Mapping[str, Fact]) -> str | None:
    """Return the first fact for which the rule does not match, None if it matches."""
    return next((path for path in rule.when if not _holds(rule.when, path, facts)), None)


def _holds(conditions: Conditions, path: str, facts: Mapping[str, Fact]) -> bool | None:
    fact = facts.get(path)
    return conditions[path].holds(None if fact is None else fact.value)


def _grade(rule: Rule, facts: Mapping[str, Fact]) -> Grade | None:
    """Return the first grade whose conditions hold, None without one.

    A grade whose conditions depend on an unknown value applies only if its severity is lower. So no unknown value makes
    a finding more severe.
    """
    possible: list[Grade | None] = []
    for grade in rule.grades:
        holds = all_hold(_holds(grade.when, path, facts) for path in grade.when)
        if holds is not False:
            possible.append(grade)
        if holds:
            break
    else:
        possible.append(None)
    return max(possible, key=lambda grade: (rule if grade is None else grade).severity.rank)


def _finding(
    rule: Rule,
    variant: str,
    service: str | None,
    resource: str | None,
    location: Location,
    facts: Mapping[str, Fact],
) -> Finding:
    grade = _grade(rule, facts)
    subject = service or resource or THE_STACK

    def format_path(path: str) -> str:
        return format_fact(path, facts[path]) if path in facts else "not set"

    message = (grade and grade.message) or rule.message
    assumes = rule.assumes if grade is None else grade.assumes
    located = [facts[path] for path in rule.location_facts if path in facts]
    return Finding(
        rule=rule,
        severity=rule.severity if grade is None else grade.severity,
        risk=rule.risk if grade is None else grade.risk,
        assumes=fill_template(assumes, subject, format_path) if assumes else None,
        service=service,
        variant=variant,
        message_parts=tuple(fill_template(each, subject, format_path) for each in message.split(SERVICE_PLACEHOLDER)),
        location=next((fact.location for fact in located if fact.location), location),
        facts={path: facts[path] for path in rule.when if path in facts},
        has_unsafe_fix=bool(rule.unsafe)
        and all_hold(_holds(rule.unsafe, path, facts) for path in rule.unsafe) is not False,
        resource=resource,
    )
