"""Rules applied to running services."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rollout_lint.live.service_facts import ONLY_IN_FILES, compute_facts, find_unknown_facts
from rollout_lint.live.update_limit import longest_update
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

_VARIANT = "live"


@dataclass(frozen=True, slots=True)
class UncheckedRule:
    """A rule that a live spec has too little information for, and the reason."""

    rule: Rule
    reason: str

    @property
    def is_about_files(self) -> bool:
        """True if the rule is about how files are written and merged, which no longer matters once a service runs."""
        return self.reason == ONLY_IN_FILES


@dataclass(frozen=True, slots=True)
class LintResult:
    """Result of linting a running service; `longest_update` are the seconds that an update can take."""

    service: LiveService
    facts: Mapping[str, Fact]
    findings: tuple[Finding, ...]
    unchecked: tuple[UncheckedRule, ...]
    longest_update: float


def lint_service(service: LiveService, rules: Iterable[Rule], cluster: Cluster, images: Images) -> LintResult:
    """Check the rules whose facts a running service has, and list the others as unchecked."""
    facts, unknown = compute_facts(service, cluster, images), find_unknown_facts(service)
    checked, unchecked = [], []
    for rule in rules:
        needed = [*rule.when, *(path for grade in rule.grades for path in grade.when)]
        reason = next((unknown[path] for path in needed if path in unknown), None)
        if reason is None:
            checked.append(rule)
        elif not _cannot_match(rule, facts, unknown):
            unchecked.append(UncheckedRule(rule, reason))
    location = Location(service.name, 0, 0, 0, 0)
    findings = supersede(list(check_rules(checked, _VARIANT, service.name, location, facts)))
    return LintResult(service, facts, tuple(findings), tuple(unchecked), longest_update(facts))


def _cannot_match(rule: Rule, facts: Mapping[str, Fact], unknown: Container[str]) -> bool:
    """Return True if the rule does not match, whatever the unknown facts are."""
    known = (path for path in rule.when if path not in unknown)
    return any(not rule.when[path].holds(facts[path].value if path in facts else None) for path in known)
