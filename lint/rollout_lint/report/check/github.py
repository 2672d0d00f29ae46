"""`check --format github`: workflow commands, which GitHub shows as annotations of the changed lines.

How values are written out is that of GitHub's own client (`actions/toolkit packages/core/src/command.ts`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rollout_lint.report.common.groups import group_all_findings, list_problems
from rollout_lint.report.common.paths import recipe_path, relative_path
from rollout_lint.report.common.style import printable

if TYPE_CHECKING:
    from pathlib import Path

    from rollout_lint.linter.evaluation import Evaluation
    from rollout_lint.location import Location, Problem
    from rollout_lint.report.common.groups import Group

_COMMANDS = {"high": "error", "medium": "warning", "low": "notice", "info": "notice"}


def format_check_github(evaluations: list[Evaluation], root: Path) -> str:
    """One command a line, what was not evaluated first, then the gravest: GitHub shows ten of a kind for a step.

    `root` is the folder of the repository, below which GitHub looks for the files.
    """
    problems = [_problem(each, problem, root) for each in evaluations for problem in list_problems(each)]
    return "".join(
        f"{line}\n" for line in (*problems, *(_finding(each, root) for each in group_all_findings(evaluations)))
    )


def _problem(evaluation: Evaluation, problem: Problem, root: Path) -> str:
    properties = {"file": relative_path(root, recipe_path(evaluation, problem.file))}
    if problem.line:
        properties |= {"line": str(problem.line), "col": str(problem.column)}
    return _command("error", {**properties, "title": "not evaluated"}, problem.message)


def _finding(group: Group, root: Path) -> str:
    finding = group.finding
    properties = {"file": relative_path(root, group.path), **_span(finding.location)}
    title = f"{group.rule.id} {group.rule.name}"
    return _command(_COMMANDS[finding.severity], {**properties, "title": title}, finding.message)


def _span(location: Location) -> dict[str, str]:
    """GitHub takes columns for a span on one line only, and counts the last one in."""
    lines = {"line": str(location.line), "endLine": str(location.end_line)}
    if location.end_line != location.line:
        return lines
    return {**lines, "col": str(location.column), "endColumn": str(max(location.end_column - 1, location.column))}


def _command(command: str, properties: dict[str, str], message: str) -> str:
    told = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{command} {told}::{_data(message)}"


def _data(text: str) -> str:
    return printable(text).replace("%", "%25")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
