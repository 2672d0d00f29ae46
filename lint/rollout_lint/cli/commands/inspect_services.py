"""`inspect`: check running services against the rules and stack files."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from rollout_lint.api.clock import now
from rollout_lint.api.loaders import create_loader
from rollout_lint.api.show import ShowOptions, find_recipe
from rollout_lint.cli.choices import Format
from rollout_lint.cli.console import exit_with_error, print_problems, write
from rollout_lint.discovery.filesystem import read_bytes
from rollout_lint.discovery.recipes import STDIN
from rollout_lint.linter.context import config_path
from rollout_lint.linter.evaluate import evaluate
from rollout_lint.live.expectations import find_mismatches
from rollout_lint.live.inspection import InspectedService, Inspection, compare
from rollout_lint.live.lint import lint_service
from rollout_lint.live.model import ROLLED_BACK_STATES
from rollout_lint.live.parse import MAX_BYTES, read_services
from rollout_lint.report.common.groups import list_problems
from rollout_lint.rules.model import DEFAULT_FAIL_ON, severities_at_or_above
from rollout_lint.syntax.wording import quote

if TYPE_CHECKING:
    from rollout_lint.api.thresholds import SeverityThreshold
    from rollout_lint.errors import ExitCode
    from rollout_lint.linter.context import LintContext
    from rollout_lint.linter.evaluation import Evaluation, VariantEvaluation
    from rollout_lint.live.model import LiveService


@dataclass(frozen=True, slots=True)
class Request:
    """Options of `inspect`."""

    file: str = STDIN
    against: ShowOptions | None = None
    variant: str | None = None
    fail_on: SeverityThreshold | None = None
    labels: dict[str, str] = field(default_factory=dict)
    images: tuple[str, ...] = ()
    rule_folders: tuple[Path, ...] = ()
    config_file: Path | None = None
    format: Format = Format.TEXT


def run(request: Request) -> ExitCode:
    """Print the result and return the exit code."""
    if request.file == STDIN and request.against is not None and request.against.path == STDIN:
        exit_with_error("only one of FILE and --against can be standard input")
    services = _read_services(request.file)
    files, context = _load_files(request)
    linted = [lint_service(service, context.rules, context.cluster, context.images) for service in services]
    moment = now()
    if files is None:
        inspected, comparison = [InspectedService(each, moment) for each in linted], None
    else:
        inspected, comparison = compare(linted, moment, *files)
    rolled_back = {service.name for service in services if service.state in ROLLED_BACK_STATES}
    inspection = Inspection(
        services=tuple(inspected),
        comparison=comparison,
        mismatches=find_mismatches(services, request.labels, request.images, rolled_back),
        fail_on=severities_at_or_above(request.fail_on or context.fail_on or DEFAULT_FAIL_ON),
    )
    write(_format_report(inspection, request.format))
    return inspection.exit_code


def _read_services(file: str) -> list[LiveService]:
    try:
        if file == STDIN:
            return read_services(sys.stdin.buffer.read(MAX_BYTES + 1), "standard input")
        return read_services(read_bytes(Path(file), MAX_BYTES + 1, accepts_pipe=True), file)
    except (OSError, ValueError) as error:
        exit_with_error(f"{file} cannot be read: {getattr(error, 'strerror', None) or error}")


def _load_files(request: Request) -> tuple[tuple[Evaluation, VariantEvaluation] | None, LintContext]:
    """Return the evaluation and the variant to compare with, if any, and its context or that of the current folder.

    Errors in the files of other variants do not matter.
    """
    loader = create_loader(request.rule_folders, request.config_file)
    if request.against is None:
        if request.variant is not None:
            exit_with_error("--variant requires --against")
        return None, loader.context(Path())
    recipe = find_recipe(request.against, loader)
    context = loader.context(config_path(recipe))
    evaluation = evaluate(recipe, context)
    variant = _select_variant(evaluation, request.variant) if evaluation.variants else None
    if variant is None or recipe.problems or not variant.is_evaluated:
        print_problems(list_problems(evaluation))
        exit_with_error(f"cannot compare with {recipe.path}: {evaluation.status}")
    return (evaluation, variant), context


def _select_variant(evaluation: Evaluation, name: str | None) -> VariantEvaluation:
    selected = next((each for each in evaluation.variants if name in (None, each.variant.name)), None)
    if selected is None:
        names = ", ".join(each.variant.name for each in evaluation.variants)
        exit_with_error(f"unknown variant {quote(name)} of {evaluation.recipe.path}: must be one of {names}")
    return selected


def _format_report(inspection: Inspection, format_: Format) -> str:
    if format_ is Format.JSON:
        from rollout_lint.report.live.inspect_json import format_inspect_json

        return format_inspect_json(inspection)
    from rollout_lint.report.common.style import style_for_stdout
    from rollout_lint.report.live.inspect_text import format_inspect_text

    return format_inspect_text(inspection, style_for_stdout())
