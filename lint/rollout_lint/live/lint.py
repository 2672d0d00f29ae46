"""The rules, held against what is running."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rollout_lint.live.service_facts import OF_FILES, facts_of_live, unknown_facts
from rollout_lint.location import Location
from rollout_lint.rules.checker import check_rules, supersede

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping

    from rollout_lint.facts.cluster import Cluster
    from rollout_lint.facts.images import Images
    from rollout_lint.facts.model import Fact
    from rollout_lint.live.model import LiveService
    from rollout_lint.rules.finding import Finding
    from rollout_lint.rules.model import Rule

LIVE = "live"
"""What stands for a variant where the spec is not of files."""


@dataclass(frozen=True, slots=True)
class NotAsked:
    """A rule that cannot be held against a live spec, and why."""

    rule: Rule
    because: str

    @property
    def is_of_files(self) -> bool:
        """Whether the rule is about how files are written and merged, which is over once a service is there."""
        return self.because == OF_FILES


@dataclass(frozen=True, slots=True)
class Judged:
    """What the rules say of a live service."""

    service: LiveService
    facts: Mapping[str, Fact]
    findings: tuple[Finding, ...]
    not_asked: tuple[NotAsked, ...]


def judge(service: LiveService, rules: Iterable[Rule], cluster: Cluster, images: Images) -> Judged:
    """Hold those rules against a live service whose facts it has; the others are not asked, and said to be so."""
    facts, unknown = facts_of_live(service, cluster, images), unknown_facts(service)
    asked, not_asked = [], []
    for rule in rules:
        needs = [*rule.when, *(path for grade in rule.grades for path in grade.when)]
        why = next((unknown[path] for path in needs if path in unknown), None)
        if why is None:
            asked.append(rule)
        elif not _surely_fails(rule, facts, unknown):
            not_asked.append(NotAsked(rule, why))
    location = Location(service.name, 0, 0, 0, 0)
    findings = supersede(list(check_rules(asked, LIVE, service.name, location, facts)))
    return Judged(service, facts, tuple(findings), tuple(not_asked))


def _surely_fails(rule: Rule, facts: Mapping[str, Fact], unknown: Container[str]) -> bool:
    """Whether the rule does not hold whatever the unknown facts are."""
    known = (path for path in rule.when if path not in unknown)
    return any(not rule.when[path].holds(facts[path].value if path in facts else None) for path in known)
