"""Findings grouped over variants, and the problems of a recipe."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rollout_lint.linter.evaluation import EvaluationStatus
from rollout_lint.location import Problem
from rollout_lint.report.common.paths import recipe_path

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rollout_lint.discovery.recipe import Variant
    from rollout_lint.linter.evaluation import Evaluation
    from rollout_lint.location import Location
    from rollout_lint.rules.finding import Finding, Suppression
    from rollout_lint.rules.model import Rule

NOT_A_STACK_MESSAGE = "skipped: not a stack"


@dataclass(frozen=True, slots=True)
class Group:
    """Findings of one rule, service, location and severity in one or more variants, reported once."""

    evaluation: Evaluation
    findings: tuple[Finding, ...]

    @property
    def finding(self) -> Finding:
        """First finding, which represents all."""
        return self.findings[0]

    @property
    def rule(self) -> Rule:
        """Rule of the findings."""
        return self.finding.rule

    @property
    def variants(self) -> tuple[str, ...]:
        """Names of the variants that have the finding."""
        return tuple(finding.variant for finding in self.findings)

    @property
    def deployments(self) -> list[Variant]:
        """Variants that have the finding, in the order of the recipe."""
        return [each.variant for each in self.evaluation.variants if each.variant.name in self.variants]

    @property
    def path(self) -> str:
        """File of the finding, as the command line names it."""
        return recipe_path(self.evaluation, self.finding.location.file)


def group_findings(evaluation: Evaluation, suppressed: bool = False) -> list[Group]:
    """Return the findings of a recipe to print, sorted by severity and location.

    With `suppressed`, suppressed findings are included. Superseded findings never are.
    """
    groups = _group_all(evaluation, suppressed)
    return [group for group in groups if evaluation.filter.includes(group.finding)]


def _group_all(evaluation: Evaluation, suppressed: bool = False) -> list[Group]:
    """Return also the findings that the filter of the evaluation excludes."""
    groups: dict[tuple[str, str | None, Location, str, Suppression | None], list[Finding]] = {}
    for finding in evaluation.findings:
        if finding.is_active or (suppressed and finding.superseded_by is None):
            key = (finding.rule.id, finding.service, finding.location, finding.severity, finding.suppressed)
            groups.setdefault(key, []).append(finding)
    ordered = sorted(groups.values(), key=lambda group: (group[0].severity.rank, group[0].location))
    return [Group(evaluation, tuple(findings)) for findings in ordered]


def list_hidden(evaluations: Iterable[Evaluation]) -> list[Finding]:
    """Return the active findings that reports do not print, each once for all variants."""
    groups = (group for evaluation in evaluations for group in _group_all(evaluation))
    return [group.finding for group in groups if not group.evaluation.filter.includes(group.finding)]


def group_all_findings(evaluations: Iterable[Evaluation]) -> list[Group]:
    """Return the findings of all recipes to report, sorted by severity."""
    groups = [group for evaluation in evaluations for group in group_findings(evaluation)]
    return sorted(groups, key=lambda group: group.finding.severity.rank)


def count_suppressed(evaluations: Iterable[Evaluation]) -> int:
    """Return the number of suppressed findings, counted as reports list findings: once for all variants."""
    groups = (group for evaluation in evaluations for group in group_findings(evaluation, suppressed=True))
    return sum(group.finding.is_suppressed for group in groups)


def list_problems(evaluation: Evaluation) -> list[Problem]:
    """Return why a recipe was not or only partly evaluated, with files as the command line names them."""
    return [replace(each, file=recipe_path(evaluation, each.file)) for each in list_recipe_problems(evaluation)]


def list_recipe_problems(evaluation: Evaluation) -> list[Problem]:
    """Return why a recipe was not or only partly evaluated, with files as the recipe names them.

    A recipe that was not evaluated has at least one problem.
    """
    if evaluation.problems:
        return evaluation.problems
    return [Problem("", 0, 0, "no file to evaluate")] if evaluation.status == EvaluationStatus.NOT_EVALUATED else []
