"""`check`: the findings of recipes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rollout_lint.cli.choices import SeverityThreshold
from rollout_lint.cli.commands.baseline import BaselineRequest, read_known, silence_known, write_known
from rollout_lint.cli.commands.outputs import Output, deliver
from rollout_lint.cli.commands.targets import targets_of
from rollout_lint.errors import ExitCode
from rollout_lint.linter.evaluate import evaluate
from rollout_lint.linter.evaluation import EvaluationStatus
from rollout_lint.rules.model import DEFAULT_FAIL_ON, Severity

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rollout_lint.linter.evaluation import Evaluation
    from rollout_lint.report.check.junit import FailingSeverities


class Request(NamedTuple):
    """What the command line asks for; without `fail_on` each recipe's config says it, else it is medium."""

    paths: tuple[str, ...]
    outputs: tuple[Output, ...] = (Output(),)
    fail_on: SeverityThreshold | None = None
    overlays: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    rules: tuple[Path, ...] = ()
    honours_ignores: bool = True
    baseline: BaselineRequest = BaselineRequest()


def run_plain(paths: Sequence[str]) -> ExitCode:
    """Check these paths, or this folder, with nothing else said."""
    return run(Request(paths=tuple(paths or ["."])))


def run(request: Request) -> ExitCode:
    """Write what is asked for; the exit code."""
    baseline = read_known(request.baseline)
    targets = targets_of(request.paths, request.overlays, request.exclude, request.rules)
    contexts = {recipe.path: context for recipe, context in targets}
    evaluations = [evaluate(recipe, context.with_suppressions(request.honours_ignores)) for recipe, context in targets]
    if baseline is not None and request.baseline.write:
        return write_known(baseline, evaluations)
    if baseline is not None:
        silence_known(baseline, evaluations, {path: each.rules for path, each in contexts.items()})

    def failing(evaluation: Evaluation) -> tuple[str, ...]:
        return severities_from(request.fail_on or contexts[evaluation.recipe.path].fail_on or DEFAULT_FAIL_ON)

    return deliver(evaluations, request.outputs, _exit_code(evaluations, failing), failing)


def severities_from(fail_on: str) -> tuple[Severity, ...]:
    """Return the severities that fail a run: those at or above the threshold."""
    if fail_on == SeverityThreshold.NEVER:
        return ()
    return tuple(severity for severity in Severity if severity.at_least(Severity(fail_on)))


def _exit_code(evaluations: list[Evaluation], failing: FailingSeverities) -> ExitCode:
    if any(each.status in (EvaluationStatus.NOT_EVALUATED, EvaluationStatus.TEMPLATE) for each in evaluations):
        return ExitCode.ERROR
    counted = ((each, finding) for each in evaluations for finding in each.findings if finding.is_active)
    return ExitCode.FINDINGS if any(finding.severity in failing(each) for each, finding in counted) else ExitCode.OK
