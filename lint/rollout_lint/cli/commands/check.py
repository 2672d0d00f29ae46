"""`check`: lint recipes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rollout_lint.cli.choices import SeverityThreshold
from rollout_lint.cli.commands.baseline import (
    BaselineRequest,
    load_baseline,
    record_baseline,
    suppress_baseline_findings,
)
from rollout_lint.cli.commands.outputs import Output, Report, write_reports
from rollout_lint.cli.commands.targets import Selection, load_targets
from rollout_lint.errors import ExitCode
from rollout_lint.linter.evaluate import evaluate
from rollout_lint.linter.evaluation import CheckResult, EvaluationStatus
from rollout_lint.rules.model import DEFAULT_FAIL_ON, Severity

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rollout_lint.cli.commands.given_files import GivenFiles
    from rollout_lint.cli.commands.path_lists import StdinFile
    from rollout_lint.linter.evaluation import Evaluation
    from rollout_lint.report.check.junit import FailingSeverities


class Request(NamedTuple):
    """Options of `check`. Without `fail_on`, the config of each recipe sets the threshold.

    With `given`, these files are checked and not the paths. `changed` and `stdin_file` are those of Selection.
    """

    paths: tuple[str, ...]
    outputs: tuple[Output, ...] = (Output(),)
    fail_on: SeverityThreshold | None = None
    overlays: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    rule_folders: tuple[Path, ...] = ()
    applies_ignores: bool = True
    baseline: BaselineRequest = BaselineRequest()
    list_skipped: bool = False
    given: GivenFiles | None = None
    changed: bool = False
    stdin_file: StdinFile | None = None

    @property
    def selection(self) -> Selection:
        """What to check."""
        return Selection(self.paths, self.overlays, self.exclude, self.given, self.changed, self.stdin_file)


def run_plain(paths: Sequence[str], changed: bool = False) -> ExitCode:
    """Check the paths, or the current folder, with default options."""
    return run(Request(paths=tuple(paths or ["."]), changed=changed))


def run(request: Request) -> ExitCode:
    """Check the recipes, write the reports and return the exit code."""
    baseline = load_baseline(request.baseline)
    targets, skipped = load_targets(request.selection, request.rule_folders)
    contexts = {recipe.path: context for recipe, context in targets}
    evaluations = [evaluate(recipe, context.with_suppressions(request.applies_ignores)) for recipe, context in targets]
    if baseline is not None and request.baseline.write:
        return record_baseline(baseline, evaluations)
    if baseline is not None:
        suppress_baseline_findings(baseline, evaluations, {path: context.rules for path, context in contexts.items()})

    def failing_severities(evaluation: Evaluation) -> tuple[Severity, ...]:
        return severities_at_or_above(request.fail_on or contexts[evaluation.recipe.path].fail_on or DEFAULT_FAIL_ON)

    result = CheckResult(evaluations, skipped)
    code = _exit_code(evaluations, failing_severities)
    return write_reports(Report(result, code, failing_severities, request.list_skipped), request.outputs)


def severities_at_or_above(threshold: str) -> tuple[Severity, ...]:
    """Return the severities that fail a run with this threshold."""
    if threshold == SeverityThreshold.NEVER:
        return ()
    return tuple(severity for severity in Severity if severity.at_least(Severity(threshold)))


def _exit_code(evaluations: list[Evaluation], failing_severities: FailingSeverities) -> ExitCode:
    if any(each.status in (EvaluationStatus.NOT_EVALUATED, EvaluationStatus.TEMPLATE) for each in evaluations):
        return ExitCode.ERROR
    for evaluation in evaluations:
        severities = failing_severities(evaluation)
        if any(finding.is_active and finding.severity in severities for finding in evaluation.findings):
            return ExitCode.FINDINGS
    return ExitCode.OK
