"""`check --format markdown`: the summary of a job, or a comment."""

from __future__ import annotations

import re
from collections import Counter
from itertools import accumulate
from typing import TYPE_CHECKING

from rollout_lint.linter.evaluation import EvaluationStatus
from rollout_lint.report.common.groups import group_all_findings, list_problems
from rollout_lint.report.common.paths import format_location, recipe_path
from rollout_lint.report.common.style import plural, printable
from rollout_lint.rules.model import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rollout_lint.linter.evaluation import Evaluation
    from rollout_lint.location import Problem
    from rollout_lint.report.common.groups import Group

_MARKUP = re.compile(r"[\\|<>`*\[\]~&]|(?<![0-9A-Za-z])_|_(?![0-9A-Za-z])|:(?=//)|(?<=www)\.")
_MOST = 512 * 1024
"""How many bytes are told in all: GitHub takes 1 MiB for the summary of a step, and nothing of one that has more."""


def format_check_markdown(evaluations: list[Evaluation]) -> str:
    """The counts; a table of the findings, the worst first; what was not evaluated."""
    groups = group_all_findings(evaluations)
    problems = [_format_problem(each, problem) for each in evaluations for problem in list_problems(each)]
    lines = ["## rollout-lint", "", _counts(evaluations, groups)]
    if problems:
        lines += ["", "### Not evaluated", "", *_as_many_as_fit(problems)]
    if groups:
        head = ("| severity | rule | where | service | variants | what happens |", "|---|---|---|---|---|---|")
        lines += ["", "### Findings", "", *head, *_as_many_as_fit([_row(group) for group in groups])]
    return "\n".join(lines) + "\n"


def _counts(evaluations: list[Evaluation], groups: list[Group]) -> str:
    by_severity = Counter(group.finding.severity for group in groups)
    counted = ", ".join(f"{by_severity[severity]} {severity}" for severity in Severity if by_severity[severity])
    unread = sum(each.status not in (EvaluationStatus.EVALUATED, EvaluationStatus.NOT_A_STACK) for each in evaluations)
    passed_over = sum(each.status == EvaluationStatus.NOT_A_STACK for each in evaluations)
    parts = [f"{plural(len(evaluations) - passed_over, 'recipe')}: {plural(len(groups), 'finding')}"]
    parts += [f" ({counted})"] if counted else []
    parts += [f"; {plural(unread, 'recipe')} not evaluated"] if unread else []
    parts += [f"; {passed_over} not a stack"] if passed_over else []
    return "".join(parts) + "."


def _format_problem(evaluation: Evaluation, problem: Problem) -> str:
    location = format_location(recipe_path(evaluation, problem.file), problem.line, problem.column)
    return f"- {_escape(location)} {_escape(problem.message)}"


def _row(group: Group) -> str:
    finding = group.finding
    where = format_location(group.path, finding.location.line, finding.location.column)
    cells = (
        finding.severity,
        f"{group.rule.id} {group.rule.name}",
        where,
        finding.subject,
        ", ".join(group.variants),
        finding.message,
    )
    return f"| {' | '.join(_escape(cell) for cell in cells)} |"


def _as_many_as_fit(lines: list[str]) -> Iterator[str]:
    sizes = accumulate(len(line.encode("utf-8", "replace")) + 1 for line in lines)
    fitting = sum(size <= _MOST // 2 for size in sizes)
    yield from lines[:fitting]
    if fitting < len(lines):
        yield f"\n{len(lines) - fitting} more are left out here."


def _escape(text: str) -> str:
    """What a reader sees is the text: no markup, no link, no picture."""
    return _MARKUP.sub(r"\\\g<0>", printable(text))
