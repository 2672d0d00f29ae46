"""`check`: the findings of recipes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rollout_lint.commands.lookup import known_by, recipes_of
from rollout_lint.evaluate import NOT_EVALUATED as STATUS_NOT_EVALUATED
from rollout_lint.evaluate import TEMPLATE, evaluate
from rollout_lint.options import Format, Severity
from rollout_lint.rule import SEVERITIES
from rollout_lint.terminal import FOUND, NOT_EVALUATED, width, write

if TYPE_CHECKING:
    from pathlib import Path

    from rollout_lint.evaluate import Evaluation


@dataclass(frozen=True, slots=True)
class Request:
    """What the command line asks for."""

    paths: tuple[str, ...]
    format: Format = Format.TEXT
    fail_on: Severity = Severity.MEDIUM
    overlays: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    rules: tuple[Path, ...] = ()


def run(request: Request) -> int:
    """Print what is asked for; the exit code."""
    known = known_by(request.rules)
    recipes = recipes_of(request.paths, request.overlays, request.exclude)
    evaluations = [evaluate(recipe, known(recipe.path)) for recipe in recipes]
    code = _exit_code(evaluations, request.fail_on)
    write(_report(evaluations, code, request.format))
    return code


def _report(evaluations: list[Evaluation], code: int, format_: Format) -> str:
    if format_ is Format.JSON:
        from rollout_lint.report.as_json import check_json

        return check_json(evaluations)
    from rollout_lint.report.check_text import check_text
    from rollout_lint.report.style import style_for_stdout

    return check_text(evaluations, code, style_for_stdout(), width())


def _exit_code(evaluations: list[Evaluation], fail_on: Severity) -> int:
    if any(each.status in (STATUS_NOT_EVALUATED, TEMPLATE) for each in evaluations):
        return NOT_EVALUATED
    if fail_on is Severity.NEVER:
        return 0
    failing = SEVERITIES[: SEVERITIES.index(fail_on.value) + 1]
    counted = (finding for each in evaluations for finding in each.findings if finding.counts)
    return FOUND if any(finding.severity in failing for finding in counted) else 0
