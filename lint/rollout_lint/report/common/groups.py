"""Findings grouped over variants and services, and the problems of a recipe."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rollout_lint.linter.evaluation import EvaluationStatus
from rollout_lint.location import Problem
from rollout_lint.record import Record
from rollout_lint.report.common.paths import recipe_path

if TYPE_CHECKING:
    from collections.abc import Collection, Hashable, Iterable, Mapping

    from rollout_lint.discovery.recipe import Variant
    from rollout_lint.linter.evaluation import Evaluation
    from rollout_lint.rules.finding import Finding
    from rollout_lint.rules.model import Rule

NOT_A_STACK_MESSAGE = "skipped: not a stack"


class Group(Record):
    """Findings of one rule, location and severity in one or more variants and services, reported once."""

    evaluation: Evaluation
    findings: tuple[Finding, ...]
    superseded: Mapping[tuple[str | None, str | None], set[str]] = {}
    """Rules superseded in this evaluation, by the rule that supersedes them and the service."""

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
        return tuple(dict.fromkeys(finding.variant for finding in self.findings))

    @property
    def service_findings(self) -> tuple[Finding, ...]:
        """First finding of each service."""
        by_service: dict[str, Finding] = {}
        for finding in self.findings:
            by_service.setdefault(finding.subject, finding)
        return tuple(by_service.values())

    @property
    def services(self) -> tuple[str, ...]:
        """Names of the services that have the finding; none if the finding is about the stack."""
        return tuple(each.service for each in self.service_findings if each.service is not None)

    @property
    def subject(self) -> str:
        """Names of the services, of the resources, or `the stack`."""
        return ", ".join(each.subject for each in self.service_findings)

    @property
    def message(self) -> str:
        """Message of all findings. It names the services that share it, and has a part for each different text."""
        subjects: dict[tuple[str, ...], dict[str, None]] = {}
        for finding in self.findings:
            subjects.setdefault(finding.message_parts, {})[finding.subject] = None
        return "; ".join(_join_subjects(names).join(parts) for parts, names in subjects.items())

    @property
    def superseded_rules(self) -> set[str]:
        """Rules that this finding supersedes."""
        keys = {(self.rule.id, finding.service) for finding in self.findings}
        return {rule for key in keys for rule in self.superseded.get(key, ())}

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
    listed = (each for each in evaluation.findings if each.is_active or (suppressed and each.is_suppressed))
    superseded: dict[tuple[str | None, str | None], set[str]] = {}
    for each in evaluation.findings:
        superseded.setdefault((each.superseded_by, each.service), set()).add(each.rule.id)
    groups = [Group(evaluation, tuple(findings), superseded) for findings in merge_findings(listed)]
    return sorted(groups, key=lambda group: (group.finding.severity.rank, group.finding.location))


def merge_findings(findings: Iterable[Finding]) -> Iterable[list[Finding]]:
    """Return the findings that are one finding to a reader, such as those of all services that use an anchor.

    They have the same rule, location and severity. Suppressed or superseded findings are not merged with active ones,
    nor are those of different resources.
    """
    merged: dict[tuple[Hashable, ...], list[Finding]] = {}
    for each in findings:
        of_stack = each.subject if each.service is None else None
        key = (each.rule.id, each.location, each.severity, of_stack, each.suppressed, each.superseded_by)
        merged.setdefault(key, []).append(each)
    return merged.values()


def _join_subjects(names: Collection[str]) -> str:
    """Return the names as the subject of a verb in the singular."""
    listed = ", ".join(names)
    return listed if len(names) == 1 else f"each of {len(names)} services ({listed})"


def list_active_groups(evaluation: Evaluation) -> list[Group]:
    """Return the active findings, also those that the filter of the evaluation excludes."""
    return _group_all(evaluation)


def count_suppressed(evaluation: Evaluation) -> int:
    """Return the number of suppressed findings, counted as reports list findings."""
    if not any(finding.is_suppressed for finding in evaluation.findings):
        return 0
    return sum(group.finding.is_suppressed for group in group_findings(evaluation, suppressed=True))


def list_problems(evaluation: Evaluation) -> list[Problem]:
    """Return why a recipe was not or only partly evaluated, with files as the command line names them."""
    return [each._replace(file=recipe_path(evaluation, each.file)) for each in list_recipe_problems(evaluation)]


def list_recipe_problems(evaluation: Evaluation) -> list[Problem]:
    """Return why a recipe was not or only partly evaluated, with files as the recipe names them.

    A recipe that was not evaluated has at least one problem.
    """
    if evaluation.problems:
        return evaluation.problems
    return [Problem("", 0, 0, "no file to evaluate")] if evaluation.status == EvaluationStatus.NOT_EVALUATED else []
