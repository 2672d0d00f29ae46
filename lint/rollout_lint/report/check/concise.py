"""`check --format concise`: one line per error and finding, for editors and grep, and the summary."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rollout_lint.printable import printable
from rollout_lint.report.check.summary import format_summary
from rollout_lint.report.common.groups import group_all_findings, list_problems
from rollout_lint.report.common.paths import format_location
from rollout_lint.report.common.skipped import describe_skipped, list_unexpected

if TYPE_CHECKING:
    from rollout_lint.linter.evaluation import CheckResult
    from rollout_lint.location import Problem
    from rollout_lint.report.common.groups import Group


def format_check_concise(result: CheckResult, exit_code: int, list_all: bool = False) -> str:
    """Return a line per error and finding, such as `file:line:column: high RL001 message`, from high to info.

    The skipped files and the summary follow. Files for docker compose only are left out, unless `list_all` is set.
    """
    skipped = result.skipped if list_all else list_unexpected(result.skipped)
    lines = [
        *(_format_error(problem) for each in result.evaluations for problem in list_problems(each)),
        *map(_format_finding, group_all_findings(result.evaluations)),
        *(f"{printable(each.file)}: not checked: {printable(describe_skipped(each))}" for each in skipped),
        format_summary(result, exit_code),
    ]
    return "".join(f"{line}\n" for line in lines)


def _format_error(problem: Problem) -> str:
    return f"{format_location(problem.file, problem.line, problem.column)}: error: {printable(problem.message)}"


def _format_finding(group: Group) -> str:
    finding = group.finding
    location = format_location(group.path, finding.location.line, finding.location.column)
    return f"{location}: {finding.severity} {group.rule.id} {printable(group.message)}"
