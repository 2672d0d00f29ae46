"""One finding in each variant where it holds, and each recipe of which something could not be evaluated."""

from __future__ import annotations

import os
import shlex
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from rollout_lint.linter.evaluation import EvaluationStatus
from rollout_lint.location import Problem
from rollout_lint.report.common.style import printable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rollout_lint.linter.evaluation import Evaluation
    from rollout_lint.location import Location
    from rollout_lint.rules.finding import Finding, Suppression
    from rollout_lint.rules.model import Rule

A_TEMPLATE = "a template, which something must fill before it is YAML"
NO_STACK = "not a stack, so it was passed over"


@dataclass(frozen=True, slots=True)
class Group:
    """Findings of one rule, service, place and severity in several variants, told once; there is at least one."""

    evaluation: Evaluation
    findings: tuple[Finding, ...]

    @property
    def finding(self) -> Finding:
        """The first, which stands for all."""
        return self.findings[0]

    @property
    def rule(self) -> Rule:
        """The rule that held."""
        return self.finding.rule

    @property
    def variants(self) -> tuple[str, ...]:
        """The names of the variants where it holds."""
        return tuple(finding.variant for finding in self.findings)

    @property
    def path(self) -> str:
        """The file where it stands, as the command line names it."""
        return path_of(self.evaluation, self.finding.location.file)


def groups_of(evaluation: Evaluation, suppressed: bool = False) -> list[Group]:
    """What is told of a recipe, the gravest first, then by place; where asked for, what is silenced too."""
    groups: dict[tuple[str, str | None, Location, str, Suppression | None], list[Finding]] = {}
    for finding in evaluation.findings:
        if finding.is_active or (suppressed and finding.superseded_by is None):
            key = (finding.rule.id, finding.service, finding.location, finding.severity, finding.suppressed)
            groups.setdefault(key, []).append(finding)
    ordered = sorted(groups.values(), key=lambda group: (group[0].severity.rank, group[0].location))
    return [Group(evaluation, tuple(findings)) for findings in ordered]


def worst_first(evaluations: Iterable[Evaluation]) -> list[Group]:
    """What is told of all recipes, the gravest first."""
    groups = [group for evaluation in evaluations for group in groups_of(evaluation)]
    return sorted(groups, key=lambda group: group.finding.severity.rank)


def problems_of(evaluation: Evaluation) -> list[Problem]:
    """Why a recipe was not evaluated, or not wholly: at least one where it was not."""
    if evaluation.problems:
        return evaluation.problems
    if evaluation.status == EvaluationStatus.TEMPLATE:
        return [_template(evaluation)]
    return [Problem("", 0, 0, "no file to evaluate")] if evaluation.status == EvaluationStatus.NOT_EVALUATED else []


def _template(evaluation: Evaluation) -> Problem:
    """The template stands where a parser gave up."""
    unread = (each.problems for each in evaluation.sources.values() if each.root is None)
    first = next((problems[0] for problems in unread if problems), Problem("", 0, 0, ""))
    return replace(first, message=A_TEMPLATE)


def path_of(evaluation: Evaluation, file: str) -> str:
    """A file of a recipe, or the recipe itself for "", as the command line names it."""
    path = evaluation.recipe.path
    if path in (".", "-"):
        return file or path
    return f"{path.rstrip('/')}/{file}" if file else path


def fix_command(evaluation: Evaluation, finding: Finding) -> str:
    """The command that repairs the recipe, as somebody would type it; safe to print."""
    path = evaluation.recipe.path
    options = ["--unsafe"] if finding.needs_unsafe else []
    named = ["--", path] if path.startswith("-") and path != "-" else [path]
    return printable(shlex.join(["rollout-lint", "fix", *options, *([] if path == "." else named)]))


def path_below(root: Path, path: str) -> str:
    """A path as seen from a folder, with forward slashes; an absolute one where it is not below it, `-` as it is."""
    if path == "-":
        return path
    absolute = PurePath(os.path.abspath(path))  # noqa: PTH100
    return (absolute.relative_to(root) if absolute.is_relative_to(root) else absolute).as_posix()


def shown_path(evaluation: Evaluation, file: str) -> str:
    """A file of a recipe as the reader can open it, safe to print."""
    return printable(path_of(evaluation, file))


def at(path: str, line: int, column: int) -> str:
    """`path:line:column`, safe to print; the path alone where the line is 0."""
    return f"{printable(path)}:{line}:{column}" if line else printable(path)
