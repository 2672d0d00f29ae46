"""Last line of `check`: what was checked, what is printed and the exit code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rollout_lint.linter.evaluation import EvaluationStatus
from rollout_lint.printable import printable
from rollout_lint.report.check.report import CheckReport
from rollout_lint.report.common.skipped import describe_unchecked
from rollout_lint.report.common.style import plural
from rollout_lint.rules.model import Severity

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Collection, Iterator, Sequence

    from rollout_lint.linter.evaluation import Evaluation
    from rollout_lint.report.check.totals import CheckSummary, Totals
    from rollout_lint.rules.model import Rule

_STATUS_WORDS = {
    EvaluationStatus.NOT_EVALUATED: "not evaluated",
    EvaluationStatus.TEMPLATE: "a template",
    EvaluationStatus.NOT_A_STACK: "not a stack",
}


class SummaryReport(CheckReport[None]):
    """Only the summary."""

    def format_recipe(self, evaluation: Evaluation, failing: Collection[Severity]) -> None:
        """Return nothing."""
        del evaluation, failing

    def add(self, part: None, rules: Sequence[Rule]) -> None:
        """Add nothing."""
        del part, rules

    def stream(self, summary: CheckSummary) -> Iterator[str]:
        """Yield the summary."""
        yield f"{format_summary(summary)}\n"


def format_summary(summary: CheckSummary) -> str:
    """Return the summary, which counts the errors and findings that the report prints."""
    totals, exit_code = summary.totals, summary.exit_code
    if not totals.recipes and summary.since is not None and not summary.skipped:
        return f"No recipe has changed since {printable(summary.since)}: no file was checked. Exit {exit_code}."
    if not totals.recipes:
        return f"{describe_unchecked(summary.skipped)} Exit {exit_code}."
    parts = [
        plural(totals.checked, "recipe"),
        plural(totals.variants, "variant"),
        plural(totals.checked_services, "service"),
    ]
    others = [
        f"{totals.statuses[status]} {words}" for status, words in _STATUS_WORDS.items() if totals.statuses[status]
    ]
    skipped = f" {', '.join(others).capitalize()}." if others else ""
    return f"{', '.join(parts)}: {', '.join(_count_printed(totals))}.{skipped} Exit {exit_code}."


def count_findings(by_severity: Counter[Severity]) -> str:
    """Return the number of findings, also by severity."""
    counts = ", ".join(f"{by_severity[severity]} {severity}" for severity in Severity if by_severity[severity])
    return plural(by_severity.total(), "finding") + (f" ({counts})" if counts else "")


def _count_printed(totals: Totals) -> Iterator[str]:
    if totals.errors:
        yield plural(totals.errors, "error")
    yield count_findings(totals.findings)
    if totals.suppressed:
        yield f"{totals.suppressed} suppressed"
    if hidden := totals.hidden.total():
        is_all_info = totals.hidden[Severity.INFO] == hidden
        yield f"{hidden} {'info not shown (--severity info)' if is_all_info else 'not shown'}"
