"""`check --format markdown`: the summary of a CI job, or a comment on a merge request."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from rollout_lint.linter.evaluation import PLACES_OF_VARIABLES, EvaluationStatus
from rollout_lint.report.common.groups import group_all_findings, list_problems
from rollout_lint.report.common.markdown import escape_markdown, format_skipped_section, limit_size
from rollout_lint.report.common.paths import format_deployed_by, format_location, named_path
from rollout_lint.report.common.style import plural
from rollout_lint.rules.model import Severity

if TYPE_CHECKING:
    from rollout_lint.linter.evaluation import CheckResult, Evaluation
    from rollout_lint.location import Problem
    from rollout_lint.report.common.groups import Group


def format_check_markdown(result: CheckResult) -> str:
    """Return the counts, the problems, unknown variables, the findings sorted by severity, and the skipped files."""
    evaluations = result.evaluations
    groups = group_all_findings(evaluations)
    problems = [_format_problem(problem) for each in evaluations for problem in list_problems(each)]
    lines = ["## rollout-lint", "", _format_counts(result, groups)]
    if problems:
        lines += ["", "### Not evaluated", "", *limit_size(problems)]
    unknown = [_format_unknown_variables(each) for each in evaluations if each.unknown_variables]
    if unknown:
        lines += [
            "",
            "### Unknown variables",
            "",
            f"Set these variables {PLACES_OF_VARIABLES}.",
            "",
            *limit_size(unknown),
        ]
    if groups:
        head = ("| severity | rule | location | service | variants | message |", "|---|---|---|---|---|---|")
        rows = [_format_row(group) for group in groups]
        lines += ["", "### Findings", "", *head, *limit_size(rows)]
    lines += format_skipped_section(result.skipped)
    return "\n".join(lines) + "\n"


def _format_counts(result: CheckResult, groups: list[Group]) -> str:
    evaluations = result.evaluations
    by_severity = Counter(group.finding.severity for group in groups)
    counted = ", ".join(f"{by_severity[severity]} {severity}" for severity in Severity if by_severity[severity])
    failed = sum(each.status not in (EvaluationStatus.EVALUATED, EvaluationStatus.NOT_A_STACK) for each in evaluations)
    not_stacks = sum(each.status == EvaluationStatus.NOT_A_STACK for each in evaluations)
    parts = [f"{plural(len(evaluations) - not_stacks, 'recipe')}: {plural(len(groups), 'finding')}"]
    parts += [f" ({counted})"] if counted else []
    parts += [f"; {plural(failed, 'recipe')} not evaluated"] if failed else []
    parts += [f"; {not_stacks} not a stack"] if not_stacks else []
    parts += [f"; {plural(len(result.skipped), 'file')} not checked"] if result.skipped else []
    return "".join(parts) + "."


def _format_problem(problem: Problem) -> str:
    location = format_location(problem.file, problem.line, problem.column)
    return f"- {escape_markdown(location)} {escape_markdown(problem.message)}"


def _format_unknown_variables(evaluation: Evaluation) -> str:
    names = ", ".join(evaluation.unknown_variables)
    return f"- {escape_markdown(named_path(evaluation))}: {escape_markdown(names)}"


def _format_row(group: Group) -> str:
    finding = group.finding
    cells = (
        finding.severity,
        f"{group.rule.id} {group.rule.name}",
        format_location(group.path, finding.location.line, finding.location.column),
        group.subject,
        ", ".join(f"{each.name}{format_deployed_by(each)}" for each in group.deployments),
        group.message,
    )
    return f"| {' | '.join(escape_markdown(cell) for cell in cells)} |"
