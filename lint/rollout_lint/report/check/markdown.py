"""`check --format markdown`: the summary of a CI job, or a comment on a merge request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rollout_lint.linter.evaluation import PLACES_OF_VARIABLES, EvaluationStatus
from rollout_lint.record import Record
from rollout_lint.report.check.report import CheckReport
from rollout_lint.report.check.summary import count_findings
from rollout_lint.report.common.groups import group_findings, list_problems
from rollout_lint.report.common.markdown import LimitedLines, escape_markdown, format_skipped_section
from rollout_lint.report.common.paths import format_deployed_by, format_location, named_path
from rollout_lint.report.common.style import plural
from rollout_lint.rules.model import Severity

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from rollout_lint.linter.evaluation import Evaluation
    from rollout_lint.location import Problem
    from rollout_lint.report.check.totals import CheckSummary
    from rollout_lint.report.common.groups import Group
    from rollout_lint.rules.model import Rule


class _Part(Record):
    """Lines of a recipe: problems, unknown variables, and findings with their severity."""

    problems: list[str]
    unknown: str | None
    findings: list[tuple[Severity, str]]


class MarkdownReport(CheckReport[_Part]):
    """The counts, the problems, unknown variables, the findings sorted by severity, and the skipped files."""

    def __init__(self) -> None:
        """Start without a line."""
        self._problems = LimitedLines()
        self._unknown = LimitedLines()
        self._findings = {severity: LimitedLines() for severity in Severity}

    def format_recipe(self, evaluation: Evaluation, failing: Collection[Severity]) -> _Part:
        """Return the lines of a recipe."""
        del failing
        return _Part(
            [_format_problem(problem) for problem in list_problems(evaluation)],
            _format_unknown_variables(evaluation) if evaluation.unknown_variables else None,
            [(group.finding.severity, _format_row(group)) for group in group_findings(evaluation)],
        )

    def add(self, part: _Part, rules: Sequence[Rule]) -> None:
        """Add the lines to their lists, as far as they fit."""
        del rules
        for problem in part.problems:
            self._problems.add(problem)
        if part.unknown is not None:
            self._unknown.add(part.unknown)
        for severity, row in part.findings:
            self._findings[severity].add(row)

    def stream(self, summary: CheckSummary) -> Iterator[str]:
        """Yield the report."""
        lines = ["## rollout-lint", "", _format_counts(summary)]
        if self._problems:
            lines += ["", "### Not evaluated", "", *self._problems.lines()]
        if self._unknown:
            lines += [
                *("", "### Unknown variables", "", f"Set these variables {PLACES_OF_VARIABLES}.", ""),
                *self._unknown.lines(),
            ]
        rows = LimitedLines()
        for severity in Severity:
            rows.add_all(self._findings[severity])
        if rows:
            head = ("| severity | rule | location | service | variants | message |", "|---|---|---|---|---|---|")
            lines += ["", "### Findings", "", *head, *rows.lines()]
        lines += format_skipped_section(summary.skipped)
        yield "\n".join(lines) + "\n"


def _format_counts(summary: CheckSummary) -> str:
    totals, skipped = summary.totals, summary.skipped
    not_stacks = totals.statuses[EvaluationStatus.NOT_A_STACK]
    failed = totals.recipes - totals.statuses[EvaluationStatus.EVALUATED] - not_stacks
    parts = [f"{plural(totals.recipes - not_stacks, 'recipe')}: {count_findings(totals.findings)}"]
    parts += [f"; {plural(failed, 'recipe')} not evaluated"] if failed else []
    parts += [f"; {not_stacks} not a stack"] if not_stacks else []
    parts += [f"; {plural(len(skipped), 'file')} not checked"] if skipped else []
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
