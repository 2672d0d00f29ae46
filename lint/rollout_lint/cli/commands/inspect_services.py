"""`inspect`: what runs, held against the rules and against the files."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from rollout_lint.cli.choices import Format, SeverityThreshold
from rollout_lint.cli.commands import show
from rollout_lint.cli.commands.check import severities_from
from rollout_lint.cli.commands.clock import now
from rollout_lint.cli.commands.targets import known_by
from rollout_lint.cli.console import refuse, usage_error, warn, write
from rollout_lint.discovery.filesystem import read_bytes
from rollout_lint.discovery.recipes import STDIN
from rollout_lint.errors import ExitCode, FleetError
from rollout_lint.linter.evaluate import evaluate
from rollout_lint.linter.evaluation import EvaluationStatus
from rollout_lint.live.describe import ROLLED_BACK_STATES
from rollout_lint.live.expectations import mismatches
from rollout_lint.live.inspection import Inspected, Inspection, compare
from rollout_lint.live.lint import judge
from rollout_lint.live.parse import MAX_BYTES, read_services
from rollout_lint.rules.model import DEFAULT_FAIL_ON

if TYPE_CHECKING:
    from rollout_lint.linter.context import LintContext
    from rollout_lint.linter.evaluation import Evaluation, VariantEvaluation
    from rollout_lint.live.model import LiveService


@dataclass(frozen=True, slots=True)
class Request:
    """What the command line asks for."""

    file: str = STDIN
    against: show.Request | None = None
    variant: str | None = None
    fail_on: SeverityThreshold | None = None
    labels: dict[str, str] = field(default_factory=dict)
    images: tuple[str, ...] = ()
    rules: tuple[Path, ...] = ()
    format: Format = Format.TEXT


def run(request: Request) -> ExitCode:
    """Print what is asked for; the exit code."""
    if request.file == STDIN and request.against is not None and request.against.path == STDIN:
        usage_error("only one of the two can be read from standard input")
    services = _read(request.file)
    evaluation, known = _compared_with(request)
    judged = [judge(service, known.rules, known.cluster, known.images) for service in services]
    if evaluation is None:
        inspected, against = [Inspected(each) for each in judged], None
    else:
        inspected, against = compare(judged, evaluation, _variant(evaluation, request.variant))
    rolled_back = {service.name for service in services if service.state in ROLLED_BACK_STATES}
    inspection = Inspection(
        services=tuple(inspected),
        against=against,
        mismatches=mismatches(services, request.labels, request.images, rolled_back),
        now=now(),
        fail_on=severities_from(request.fail_on or known.fail_on or DEFAULT_FAIL_ON),
    )
    write(_report(inspection, request.format))
    return inspection.exit_code


def _read(file: str) -> list[LiveService]:
    """Of a file, or of standard input; what is none ends the run."""
    try:
        if file == STDIN:
            return read_services(sys.stdin.buffer.read(MAX_BYTES + 1), "standard input")
        return read_services(read_bytes(Path(file), MAX_BYTES + 1), file)
    except FleetError as error:
        refuse(error.problems)
    except (OSError, ValueError) as error:
        usage_error(f"{file} cannot be read: {getattr(error, 'strerror', None) or error}")


def _compared_with(request: Request) -> tuple[Evaluation | None, LintContext]:
    """The files to compare with, and what counts for them; for this folder where there are none."""
    if request.against is None:
        if request.variant is not None:
            usage_error("--variant goes with --against")
        return None, known_by(request.rules)(".")
    recipe = show.recipe_of(request.against)
    known = known_by(request.rules)(recipe.path)
    evaluation = evaluate(recipe, known)
    if evaluation.status != EvaluationStatus.EVALUATED:
        warn(evaluation.problems)
        usage_error(f"{recipe.path} is {evaluation.status}: nothing can be compared with it")
    return evaluation, known


def _variant(evaluation: Evaluation, name: str | None) -> VariantEvaluation:
    if name is None:
        return evaluation.variants[0]
    found = next((each for each in evaluation.variants if each.variant.name == name), None)
    if found is None:
        there = ", ".join(each.variant.name for each in evaluation.variants)
        usage_error(f"there is no variant {name}; there is {there}")
    return found


def _report(inspection: Inspection, format_: Format) -> str:
    if format_ is Format.JSON:
        from rollout_lint.report.live.inspect_json import format_inspect_json

        return format_inspect_json(inspection)
    from rollout_lint.report.common.style import style_for_stdout
    from rollout_lint.report.live.inspect_text import format_inspect_text

    return format_inspect_text(inspection, style_for_stdout())
