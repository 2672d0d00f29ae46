"""`check --format markdown`: the summary of a CI job, or a comment on a merge request."""

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
_MAX_BYTES = 512 * 1024
"""Maximum size of the page. GitHub drops a step summary of more than 1 MiB."""


def format_check_markdown(evaluations: list[Evaluation]) -> str:
    """Return the counts, the problems, and a table of the findings sorted by severity."""
    groups = group_all_findings(evaluations)
    problems = [_format_problem(each, problem) for each in evaluations for problem in list_problems(each)]
    lines = ["## rollout-lint", "", _format_counts(evaluations, groups)]
    if problems:
        lines += ["", "### Not evaluated", "", *_limit_size(problems)]
    if groups:
        head = ("| severity | rule | location | service | variants | message |", "|---|---|---|---|---|---|")
        lines += ["", "### Findings", "", *head, *_limit_size([_format_row(group) for group in groups])]
    return "\n".join(lines) + "\n"


def _format_counts(evaluations: list[Evaluation], groups: list[Group]) -> str:
    by_severity = Counter(group.finding.severity for group in groups)
    counted = ", ".join(f"{by_severity[severity]} {severity}" for severity in Severity if by_severity[severity])
    failed = sum(each.status not in (EvaluationStatus.EVALUATED, EvaluationStatus.NOT_A_STACK) for each in evaluations)
    not_stacks = sum(each.status == EvaluationStatus.NOT_A_STACK for each in evaluations)
    parts = [f"{plural(len(evaluations) - not_stacks, 'recipe')}: {plural(len(groups), 'finding')}"]
    parts += [f" ({counted})"] if counted else []
    parts += [f"; {plural(failed, 'recipe')} not evaluated"] if failed else []
    parts += [f"; {not_stacks} not a stack"] if not_stacks else []
    return "".join(parts) + "."


def _format_problem(evaluation: Evaluation, problem: Problem) -> str:
    location = format_location(recipe_path(evaluation, problem.file), problem.line, problem.column)
    return f"- {_escape(location)} {_escape(problem.message)}"


def _format_row(group: Group) -> str:
    finding = group.finding
    cells = (
        finding.severity,
        f"{group.rule.id} {group.rule.name}",
        format_location(group.path, finding.location.line, finding.location.column),
        finding.subject,
        ", ".join(group.variants),
        finding.message,
    )
    return f"| {' | '.join(_escape(cell) for cell in cells)} |"


def _limit_size(lines: list[str]) -> Iterator[str]:
    sizes = accumulate(len(line.encode("utf-8", "replace")) + 1 for line in lines)
    fitting = sum(size <= _MAX_BYTES // 2 for size in sizes)
    yield from lines[:fitting]
    if fitting < len(lines):
        yield f"\n{len(lines) - fitting} more are not shown."


def _escape(text: str) -> str:
    """Return text that Markdown shows as it is: no markup, link or image."""
    return _MARKUP.sub(r"\\\g<0>", printable(text))
