"""`check --format text`: errors, findings from high to info, files that are not checked, and the summary."""

from __future__ import annotations

import textwrap
from dataclasses import replace
from typing import TYPE_CHECKING

from rollout_lint.linter.evaluation import PLACES_OF_VARIABLES
from rollout_lint.printable import printable
from rollout_lint.report.check.finding_text import format_finding
from rollout_lint.report.check.summary import format_summary
from rollout_lint.report.common.correction import describe_correction
from rollout_lint.report.common.groups import group_all_findings, list_recipe_problems
from rollout_lint.report.common.notes import MIN_WIDTH, wrap_note
from rollout_lint.report.common.paths import format_location, format_problem, named_path, recipe_path
from rollout_lint.report.common.skipped import format_skipped
from rollout_lint.report.common.style import plural
from rollout_lint.rules.model import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rollout_lint.linter.evaluation import CheckResult, Evaluation
    from rollout_lint.location import Problem
    from rollout_lint.report.common.groups import Group
    from rollout_lint.report.common.style import Style

_SCREEN = 40
"""Lines of a screen. High findings that need more are listed first."""


def format_check_text(result: CheckResult, exit_code: int, style: Style, width: int, list_skipped: bool = False) -> str:
    """Return the whole report for a terminal with `width` columns. With `list_skipped`, it names every skipped file."""
    evaluations, groups = result.evaluations, group_all_findings(result.evaluations)
    errors = [
        line
        for each in evaluations
        for problem in list_recipe_problems(each)
        for line in _format_error(problem, each, style)
    ]
    findings = [format_finding(group, style, width) for group in groups]
    blocks = [
        errors,
        _list_high_findings(groups, findings, style, width),
        *findings,
        _format_unknown_variables(evaluations, width),
        format_skipped(result.skipped, style, list_skipped),
        [*_format_hint(groups), *textwrap.wrap(format_summary(result, exit_code), max(width, MIN_WIDTH))],
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def _format_error(problem: Problem, evaluation: Evaluation, style: Style) -> Iterator[str]:
    """Yield an error, and its fix if a command makes it."""
    yield format_problem(replace(problem, file=recipe_path(evaluation, problem.file)), style)
    command = evaluation.error_fix_commands.get(problem.file)
    if command is not None and problem.correction is not None:
        yield f"  = {style('fix:', 'green')} {describe_correction(problem.correction)}  ({command})"


def _list_high_findings(groups: list[Group], blocks: list[list[str]], style: Style, width: int) -> list[str]:
    """Return a line for each high finding if their blocks are longer than a screen, else no lines."""
    high = [group for group in groups if group.finding.severity is Severity.HIGH]
    if sum(len(block) + 1 for block in blocks[: len(high)]) <= _SCREEN:
        return []
    lines = [f"{plural(len(high), 'high finding')}, described below:"]
    for group in high:
        span = group.finding.location
        location = format_location(group.path, span.line, span.column)
        line = f"{location}: {group.rule.id} {group.rule.name} ({printable(group.subject)})"
        first, *rest = wrap_note(line, width, "  ")
        lines += [first.replace(location, style(location, "bold"), 1), *rest]
    return lines


def _format_unknown_variables(evaluations: list[Evaluation], width: int) -> list[str]:
    """Return the variables that limited the checks, recipes with the same variables on one line."""
    recipes: dict[tuple[str, ...], list[str]] = {}
    for each in evaluations:
        if each.unknown_variables:
            recipes.setdefault(tuple(each.unknown_variables), []).append(named_path(each))
    lines = [f"Unknown variables (set them {PLACES_OF_VARIABLES}):"] if recipes else []
    for names, (first, *others) in recipes.items():
        more = f" and {plural(len(others), 'other recipe')}" if others else ""
        lines += wrap_note(printable(f"{first}{more}: {', '.join(names)}"), width, "  ")
    return lines


def _format_hint(groups: list[Group]) -> list[str]:
    """Return the command that describes a rule, if the report has a finding of a packaged rule."""
    rule = next((group.rule for group in groups if group.rule.is_packaged), None)
    return [f"hint: rollout-lint explain {rule.id} describes the rule"] if rule is not None else []
