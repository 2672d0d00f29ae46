"""`check`: the findings of recipes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rollout_lint.commands.lookup import known_by, recipes_of
from rollout_lint.evaluate import NOT_EVALUATED as STATUS_NOT_EVALUATED
from rollout_lint.evaluate import TEMPLATE, evaluate
from rollout_lint.options import Format, Severity
from rollout_lint.rule import DEFAULT_FAIL_ON, SEVERITIES
from rollout_lint.terminal import FOUND, NOT_EVALUATED, width, write

if TYPE_CHECKING:
    from pathlib import Path

    from rollout_lint.evaluate import Evaluation


@dataclass(frozen=True, slots=True)
class Request:
    """What the command line asks for; without `fail_on` each recipe's config says it, else it is medium."""

    paths: tuple[str, ...]
    format: Format = Format.TEXT
    fail_on: Severity | None = None
    overlays: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    rules: tuple[Path, ...] = ()


def run(request: Request) -> int:
    """Print what is asked for; the exit code."""
    known = known_by(request.rules)
    recipes = recipes_of(request.paths, request.overlays, request.exclude)
    evaluations = [evaluate(recipe, known(recipe.path)) for recipe in recipes]
    fail_on = [request.fail_on or known(each.recipe.path).fail_on or DEFAULT_FAIL_ON for each in evaluations]
    code = _exit_code(evaluations, fail_on)
    write(_report(evaluations, code, request.format))
    return code


def _report(evaluations: list[Evaluation], code: int, format_: Format) -> str:
    if format_ is Format.JSON:
        from rollout_lint.report.as_json import check_json

        return check_json(evaluations)
    from rollout_lint.report.check_text import check_text
    from rollout_lint.report.style import style_for_stdout

    return check_text(evaluations, code, style_for_stdout(), width())


def _exit_code(evaluations: list[Evaluation], fail_on: list[str]) -> int:
    """`fail_on` is each one's own."""
    if any(each.status in (STATUS_NOT_EVALUATED, TEMPLATE) for each in evaluations):
        return NOT_EVALUATED
    return FOUND if any(map(_fails, evaluations, fail_on)) else 0


def _fails(evaluation: Evaluation, fail_on: str) -> bool:
    failing = () if fail_on == Severity.NEVER else SEVERITIES[: SEVERITIES.index(fail_on) + 1]
    return any(finding.counts and finding.severity in failing for finding in evaluation.findings)
