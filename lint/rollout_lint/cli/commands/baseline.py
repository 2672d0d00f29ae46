"""Baseline of `check`: load, apply and write."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from rollout_lint.cli.console import exit_with_error, exit_with_problems, print_error, print_problems
from rollout_lint.discovery.filesystem import exists
from rollout_lint.discovery.tree import is_found_outside
from rollout_lint.errors import ExitCode, FleetError
from rollout_lint.linter.evaluation import EvaluationStatus
from rollout_lint.linter.suppression.apply import BASELINE
from rollout_lint.report.common.groups import list_problems
from rollout_lint.report.common.style import plural

if TYPE_CHECKING:
    from rollout_lint.linter.baseline import Baseline
    from rollout_lint.linter.evaluation import Evaluation
    from rollout_lint.rules.model import Rule


class BaselineRequest(NamedTuple):
    """Options about the baseline. `uses_default` is True if the default file applies if it exists."""

    file: Path | None = None
    write: bool = False
    is_disabled: bool = False
    uses_default: bool = True


def load_baseline(request: BaselineRequest) -> Baseline | None:
    """Return the named baseline, else the one of the current folder. Exit if it is invalid."""
    if request.is_disabled and (request.write or request.file is not None):
        exit_with_error("--no-baseline cannot be combined with --baseline or --write-baseline")
    path = request.file or Path(BASELINE)
    is_new = request.write and not exists(path)
    is_implicit = not request.write and request.file is None
    if is_implicit and (request.is_disabled or not request.uses_default or not exists(path)):
        return None
    from rollout_lint.linter.baseline import Baseline, read_baseline

    if request.file is None and is_found_outside(path):
        exit_with_error(f"{path} is a link to a file outside the given folder, not read; name it with --baseline")
    try:
        return Baseline(path) if is_new else read_baseline(path)
    except FleetError as error:
        exit_with_problems(error.problems)


def suppress_baseline_findings(
    baseline: Baseline, evaluations: list[Evaluation], rules: dict[str, tuple[Rule, ...]]
) -> None:
    """Suppress the findings of the baseline, and print how many of its entries no longer occur."""
    from rollout_lint.linter.baseline import apply_baseline

    count = apply_baseline(baseline, evaluations, rules)
    if count:
        verb = "occurs" if count == 1 else "occur"
        print_error(f"{plural(count, 'finding')} of {baseline.path} no longer {verb}; update it with --write-baseline")


def record_baseline(previous: Baseline, evaluations: list[Evaluation]) -> ExitCode:
    """Write the findings to the baseline and return the exit code: 2 if a recipe was not evaluated."""
    from rollout_lint.linter.baseline import update_baseline, write_baseline

    baseline = update_baseline(evaluations, previous)
    try:
        notes = write_baseline(baseline)
    except FleetError as error:
        exit_with_problems(error.problems)
    unread = [
        each for each in evaluations if each.status in (EvaluationStatus.NOT_EVALUATED, EvaluationStatus.TEMPLATE)
    ]
    print_problems(problem for each in unread for problem in list_problems(each))
    for note in notes:
        print_error(f"{baseline.path}: {note}")
    print_error(f"{plural(len(baseline.entries), 'finding')} in {baseline.path}{_describe_superseded(evaluations)}")
    return ExitCode.ERROR if unread else ExitCode.OK


def _describe_superseded(evaluations: list[Evaluation]) -> str:
    """Return that superseded findings are counted, which `check` does not list, if there are any."""
    findings = (finding for each in evaluations for finding in each.findings)
    has_superseded = any(finding.superseded_by and finding.suppressed is None for finding in findings)
    return ", with those that others cover" if has_superseded else ""
