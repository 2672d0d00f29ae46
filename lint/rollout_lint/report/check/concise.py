"""`check --format concise`: one line per error and finding, for editors and grep, and the summary."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rollout_lint.printable import printable
from rollout_lint.report.check.report import SectionReport, join_by_severity, join_lines
from rollout_lint.report.check.summary import format_summary
from rollout_lint.report.common.groups import group_findings, list_problems
from rollout_lint.report.common.paths import format_location
from rollout_lint.report.common.skipped import describe_skipped, list_unexpected
from rollout_lint.rules.model import Severity

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from rollout_lint.discovery.skipped import SkippedFile
    from rollout_lint.linter.evaluation import Evaluation
    from rollout_lint.location import Problem
    from rollout_lint.report.check.totals import CheckSummary
    from rollout_lint.report.common.groups import Group


_ERRORS = "errors"


class ConciseReport(SectionReport):
    """One line per error and finding, such as `file:line:column: high RL001 message`, from high to info.

    The skipped files and the summary follow. Files for docker compose only are left out, unless `list_all` is set.
    """

    def __init__(self, *, list_all: bool = False) -> None:
        """Start without a line."""
        super().__init__()
        self._list_all = list_all

    def format_recipe(self, evaluation: Evaluation, failing: Collection[Severity]) -> dict[str, str]:
        """Return the lines of a recipe by section."""
        del failing
        errors = join_lines(map(_format_error, list_problems(evaluation)))
        findings = ((each.finding.severity, _format_finding(each)) for each in group_findings(evaluation))
        return {**({_ERRORS: errors} if errors else {}), **join_by_severity(findings)}

    def stream(self, summary: CheckSummary) -> Iterator[str]:
        """Yield the report in pieces."""
        for section in (_ERRORS, *Severity):
            yield from self.read(section)
        skipped = summary.skipped if self._list_all else list_unexpected(summary.skipped)
        yield join_lines(
            f"{printable(each.file)}: not checked: {printable(describe_skipped(each))}" for each in skipped
        )
        yield f"{format_summary(summary)}\n"


def _format_skipped(file: SkippedFile) -> str:
    return f"{printable(file.file)}: not checked: {printable(describe_skipped(file))}"


def _format_error(problem: Problem) -> str:
    return f"{format_location(problem.file, problem.line, problem.column)}: error: {printable(problem.message)}"


def _format_finding(group: Group) -> str:
    finding = group.finding
    location = format_location(group.path, finding.location.line, finding.location.column)
    return f"{location}: {finding.severity} {group.rule.id} {printable(group.message)}"
