"""Baseline of `check`: report on it, and write it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rollout_lint.cli.console import print_error, print_problems
from rollout_lint.errors import ExitCode
from rollout_lint.linter.evaluation import EvaluationStatus
from rollout_lint.record import Record
from rollout_lint.report.common.groups import list_problems
from rollout_lint.report.common.style import plural

if TYPE_CHECKING:
    from pathlib import Path

    from rollout_lint.linter.baseline import Baseline, NewFindings
    from rollout_lint.linter.context import LintContext
    from rollout_lint.linter.evaluation import Evaluation
    from rollout_lint.location import Problem


class UnrecordedRecipe(Record):
    """Recipe for a new baseline: its findings, and why it was not evaluated."""

    findings: NewFindings
    problems: tuple[Problem, ...]
    has_superseded: bool


def collect_recipe(baseline: Baseline, evaluation: Evaluation, context: LintContext) -> UnrecordedRecipe:
    """Return what a new baseline needs of a recipe."""
    from rollout_lint.linter.baseline import collect_findings

    del context
    is_unread = evaluation.status in (EvaluationStatus.NOT_EVALUATED, EvaluationStatus.TEMPLATE)
    return UnrecordedRecipe(
        collect_findings(evaluation, baseline),
        tuple(list_problems(evaluation)) if is_unread else (),
        any(finding.superseded_by and finding.suppressed is None for finding in evaluation.findings),
    )


def report_obsolete_entries(count: int, file: Path) -> None:
    """Print how many entries of the baseline no longer occur."""
    if count:
        verb = "occurs" if count == 1 else "occur"
        print_error(f"{plural(count, 'finding')} of {file} no longer {verb}; update it with --write-baseline")


def record_baseline(previous: Baseline, recipes: list[UnrecordedRecipe]) -> ExitCode:
    """Write the findings to the baseline and return the exit code: 2 if a recipe was not evaluated."""
    from rollout_lint.linter.baseline import update_baseline, write_baseline

    baseline = update_baseline((each.findings for each in recipes), previous)
    notes = write_baseline(baseline)
    unread = [each for each in recipes if each.problems]
    print_problems(problem for each in unread for problem in each.problems)
    for note in notes:
        print_error(f"{baseline.path}: {note}")
    covered = ", with those that others cover" if any(each.has_superseded for each in recipes) else ""
    print_error(f"{plural(len(baseline.entries), 'finding')} in {baseline.path}{covered}")
    return ExitCode.ERROR if unread else ExitCode.OK
