"""Last line of `check`: what was checked, what is printed and the exit code."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from rollout_lint.linter.evaluation import EvaluationStatus
from rollout_lint.printable import printable
from rollout_lint.report.common.groups import count_suppressed, group_findings, list_hidden, list_problems
from rollout_lint.report.common.skipped import describe_unchecked
from rollout_lint.report.common.style import plural
from rollout_lint.rules.model import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rollout_lint.linter.evaluation import CheckResult, Evaluation

_STATUS_WORDS = {
    EvaluationStatus.NOT_EVALUATED: "not evaluated",
    EvaluationStatus.TEMPLATE: "a template",
    EvaluationStatus.NOT_A_STACK: "not a stack",
}


def format_summary(result: CheckResult, exit_code: int) -> str:
    """Return the summary, which counts the errors and findings that the report prints."""
    evaluations = result.evaluations
    if not evaluations and result.since is not None and not result.skipped:
        return f"No recipe has changed since {printable(result.since)}: no file was checked. Exit {exit_code}."
    if not evaluations:
        return f"{describe_unchecked(result.skipped)} Exit {exit_code}."
    checked = [
        each
        for each in evaluations
        if each.services or each.status not in (EvaluationStatus.NOT_A_STACK, EvaluationStatus.TEMPLATE)
    ]
    parts = [
        plural(len(checked), "recipe"),
        plural(sum(len(each.variants) for each in checked), "variant"),
        plural(sum(len(each.services) for each in checked), "service"),
    ]
    by_status = Counter(each.status for each in evaluations)
    others = [f"{by_status[status]} {words}" for status, words in _STATUS_WORDS.items() if by_status[status]]
    skipped = f" {', '.join(others).capitalize()}." if others else ""
    return f"{', '.join(parts)}: {', '.join(_count_printed(evaluations))}.{skipped} Exit {exit_code}."


def count_findings(evaluations: Iterable[Evaluation]) -> str:
    """Return the number of printed findings, also by severity."""
    by_severity = Counter(group.finding.severity for each in evaluations for group in group_findings(each))
    counts = ", ".join(f"{by_severity[severity]} {severity}" for severity in Severity if by_severity[severity])
    return plural(by_severity.total(), "finding") + (f" ({counts})" if counts else "")


def _count_printed(evaluations: list[Evaluation]) -> Iterator[str]:
    if errors := sum(len(list_problems(each)) for each in evaluations):
        yield plural(errors, "error")
    yield count_findings(evaluations)
    if suppressed := count_suppressed(evaluations):
        yield f"{suppressed} suppressed"
    if hidden := list_hidden(evaluations):
        is_all_info = all(finding.severity is Severity.INFO for finding in hidden)
        yield f"{len(hidden)} {'info not shown (--severity info)' if is_all_info else 'not shown'}"
