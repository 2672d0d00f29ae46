"""`check --format concise`: one line per finding, for editors and grep."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rollout_lint.report.common.groups import group_findings, list_problems
from rollout_lint.report.common.paths import format_location
from rollout_lint.report.common.skipped import describe_skipped, list_unexpected
from rollout_lint.report.common.style import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rollout_lint.linter.evaluation import CheckResult, Evaluation


def format_check_concise(result: CheckResult, list_all: bool = False) -> str:
    """Return a line per problem and finding, such as `file:line:column: RL001 message`, then the skipped files.

    Files for docker compose only are left out, unless `list_all` is set.
    """
    lines = [line for evaluation in result.evaluations for line in _format_lines(evaluation)]
    skipped = result.skipped if list_all else list_unexpected(result.skipped)
    lines += [f"{printable(each.file)}: not checked: {printable(describe_skipped(each))}" for each in skipped]
    return "".join(f"{line}\n" for line in lines)


def _format_lines(evaluation: Evaluation) -> Iterator[str]:
    for problem in list_problems(evaluation):
        location = format_location(problem.file, problem.line, problem.column)
        yield f"{location}: not evaluated: {printable(problem.message)}"
    for group in group_findings(evaluation):
        span = group.finding.location
        location = format_location(group.path, span.line, span.column)
        yield f"{location}: {group.rule.id} {printable(group.message)}"
