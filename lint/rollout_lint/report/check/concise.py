"""`check --format concise`: one line a finding, for editors and grep."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rollout_lint.report.common.groups import group_findings, list_problems
from rollout_lint.report.common.paths import format_location, recipe_path
from rollout_lint.report.common.style import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rollout_lint.linter.evaluation import Evaluation


def format_check_concise(evaluations: list[Evaluation]) -> str:
    """`file:line:column: RL001 message`, and `file:line:column: not evaluated: message` for a problem."""
    return "".join(f"{line}\n" for evaluation in evaluations for line in _lines(evaluation))


def _lines(evaluation: Evaluation) -> Iterator[str]:
    for problem in list_problems(evaluation):
        where = format_location(recipe_path(evaluation, problem.file), problem.line, problem.column)
        yield f"{where}: not evaluated: {printable(problem.message)}"
    for group in group_findings(evaluation):
        location = group.finding.location
        where = format_location(group.path, location.line, location.column)
        yield f"{where}: {group.rule.id} {printable(group.finding.message)}"
