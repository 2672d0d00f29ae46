"""`show`: print the effective update policies of recipes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rollout_lint.api.show import evaluate_recipes, exit_code_of
from rollout_lint.cli.choices import Format
from rollout_lint.cli.console import write
from rollout_lint.record import Record
from rollout_lint.report.show.rows import Detail

if TYPE_CHECKING:
    from rollout_lint.api.show import ShowOptions
    from rollout_lint.errors import ExitCode
    from rollout_lint.linter.evaluation import Evaluation


class Request(Record):
    """Options of `show`."""

    options: ShowOptions
    detail: Detail = Detail.DIFFERENCES
    format: Format = Format.TEXT


def run(request: Request) -> ExitCode:
    """Print the policies and return the exit code."""
    evaluations = evaluate_recipes(request.options)
    write(_format_report(evaluations, request))
    return exit_code_of(evaluations)


def _format_report(evaluations: list[Evaluation], request: Request) -> str:
    if request.format is Format.JSON:
        from rollout_lint.report.show.json_document import format_show_json

        return format_show_json(evaluations)
    from rollout_lint.report.common.style import style_for_stdout
    from rollout_lint.report.show.text import format_show_text

    return format_show_text(evaluations, style_for_stdout(), request.detail)
