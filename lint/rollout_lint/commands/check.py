"""`check`: the findings of recipes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rollout_lint.commands.baseline import BaselineRequest, read_known, silence_known, write_known
from rollout_lint.commands.lookup import targets_of
from rollout_lint.commands.outputs import Output, deliver
from rollout_lint.errors import ExitCode
from rollout_lint.evaluate import NOT_EVALUATED, TEMPLATE, evaluate
from rollout_lint.rule import DEFAULT_FAIL_ON, SEVERITIES
from rollout_lint.words import Severity

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rollout_lint.evaluate import Evaluation
    from rollout_lint.report.junit_xml import Failing


class Request(NamedTuple):
    """What the command line asks for; without `fail_on` each recipe's config says it, else it is medium."""

    paths: tuple[str, ...]
    outputs: tuple[Output, ...] = (Output(),)
    fail_on: Severity | None = None
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
    known = {recipe.path: by for recipe, by in targets}
    evaluations = [evaluate(recipe, by.honouring(request.honours_ignores)) for recipe, by in targets]
    if baseline is not None and request.baseline.write:
        return write_known(baseline, evaluations)
    if baseline is not None:
        silence_known(baseline, evaluations, {path: each.rules for path, each in known.items()})

    def failing(evaluation: Evaluation) -> tuple[str, ...]:
        return severities_from(request.fail_on or known[evaluation.recipe.path].fail_on or DEFAULT_FAIL_ON)

    return deliver(evaluations, request.outputs, _exit_code(evaluations, failing), failing)


def severities_from(fail_on: str) -> tuple[str, ...]:
    """The severities that fail a run: this one and those above it."""
    return () if fail_on == Severity.NEVER else SEVERITIES[: SEVERITIES.index(fail_on) + 1]


def _exit_code(evaluations: list[Evaluation], failing: Failing) -> ExitCode:
    if any(each.status in (NOT_EVALUATED, TEMPLATE) for each in evaluations):
        return ExitCode.ERROR
    counted = ((each, finding) for each in evaluations for finding in each.findings if finding.counts)
    return ExitCode.FINDINGS if any(finding.severity in failing(each) for each, finding in counted) else ExitCode.OK
