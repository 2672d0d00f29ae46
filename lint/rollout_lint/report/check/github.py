"""`check --format github`: workflow commands, which GitHub shows as annotations of the changed lines.

Values are escaped as in GitHub's own client (`actions/toolkit packages/core/src/command.ts`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rollout_lint.printable import printable
from rollout_lint.report.check.report import SectionReport, join_by_severity, join_lines
from rollout_lint.report.common.fixes import describe_finding
from rollout_lint.report.common.groups import group_findings, list_problems
from rollout_lint.report.common.paths import relative_path
from rollout_lint.report.common.skipped import describe_skipped, list_unexpected
from rollout_lint.rules.model import Severity

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from rollout_lint.discovery.skipped import SkippedFile
    from rollout_lint.linter.evaluation import Evaluation
    from rollout_lint.location import Location, Problem
    from rollout_lint.report.check.totals import CheckSummary
    from rollout_lint.report.common.groups import Group

_COMMANDS = {"high": "error", "medium": "warning", "low": "notice", "info": "notice"}


_PROBLEMS = "problems"


class GithubReport(SectionReport):
    """One workflow command per line: problems, findings from high to info, then the skipped files.

    The order matters because GitHub shows only ten annotations of a kind per step. `root` is the folder of the
    repository, because GitHub resolves paths from there. Files for docker compose only are left out.
    """

    def __init__(self, root: Path) -> None:
        """Start without a line."""
        super().__init__()
        self._root = root

    def format_recipe(self, evaluation: Evaluation, failing: Collection[Severity]) -> dict[str, str]:
        """Return the lines of a recipe by section."""
        del failing
        problems = join_lines(_format_problem(each, self._root) for each in list_problems(evaluation))
        findings = ((each.finding.severity, _format_finding(each, self._root)) for each in group_findings(evaluation))
        return {**({_PROBLEMS: problems} if problems else {}), **join_by_severity(findings)}

    def stream(self, summary: CheckSummary) -> Iterator[str]:
        """Yield the report in pieces."""
        for section in (_PROBLEMS, *Severity):
            yield from self.read(section)
        yield join_lines(_format_skipped(each, self._root) for each in list_unexpected(summary.skipped))


def _format_problem(problem: Problem, root: Path) -> str:
    properties = {"file": relative_path(root, problem.file)}
    if problem.line:
        properties |= {"line": str(problem.line), "col": str(problem.column)}
    return _format_command("error", {**properties, "title": "not evaluated"}, problem.message)


def _format_finding(group: Group, root: Path) -> str:
    finding = group.finding
    properties = {"file": relative_path(root, group.path), **_format_span(finding.location)}
    title = f"{group.rule.id} {group.rule.name}"
    return _format_command(_COMMANDS[finding.severity], {**properties, "title": title}, describe_finding(group))


def _format_skipped(file: SkippedFile, root: Path) -> str:
    properties = {"file": relative_path(root, file.file), "title": "not checked"}
    return _format_command("notice", properties, describe_skipped(file))


def _format_span(location: Location) -> dict[str, str]:
    """Return the lines of a span, and its columns if it is on one line, because GitHub ignores others.

    GitHub includes the last column.
    """
    lines = {"line": str(location.line), "endLine": str(location.end_line)}
    if location.end_line != location.line:
        return lines
    return {**lines, "col": str(location.column), "endColumn": str(max(location.end_column - 1, location.column))}


def _format_command(command: str, properties: dict[str, str], message: str) -> str:
    parameters = ",".join(f"{key}={_escape_property(value)}" for key, value in properties.items())
    return f"::{command} {parameters}::{_escape_message(message)}"


def _escape_message(text: str) -> str:
    return printable(text).replace("%", "%25")


def _escape_property(text: str) -> str:
    return _escape_message(text).replace(":", "%3A").replace(",", "%2C")
