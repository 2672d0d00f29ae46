"""`show`: print the effective policy of the services of a recipe."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rollout_lint.cli.choices import Format
from rollout_lint.cli.commands.loaders import create_loader, load_context
from rollout_lint.cli.commands.targets import RecipeFinder
from rollout_lint.cli.console import exit_with_error, write
from rollout_lint.errors import ExitCode
from rollout_lint.linter.context import config_path
from rollout_lint.linter.evaluate import evaluate
from rollout_lint.linter.evaluation import EvaluationStatus
from rollout_lint.report.common.skipped import describe_skipped

if TYPE_CHECKING:
    from pathlib import Path

    from rollout_lint.cli.commands.given_files import GivenFiles
    from rollout_lint.discovery.recipe import Recipe
    from rollout_lint.linter.context import ContextLoader
    from rollout_lint.linter.evaluation import Evaluation


@dataclass(frozen=True, slots=True)
class Request:
    """Options of `show`, and of the files that `inspect` compares with."""

    path: str | None = None
    given: GivenFiles | None = None
    all_facts: bool = False
    format: Format = Format.TEXT
    overlays: tuple[str, ...] = ()
    config_file: Path | None = None


def run(request: Request) -> ExitCode:
    """Print the policies and return the exit code."""
    loader = create_loader((), request.config_file)
    recipe = find_recipe(request, loader)
    evaluation = evaluate(recipe, load_context(loader, config_path(recipe)))
    write(_format_report(evaluation, request))
    return ExitCode.OK if evaluation.status == EvaluationStatus.EVALUATED else ExitCode.ERROR


def find_recipe(request: Request, loader: ContextLoader) -> Recipe:
    """Return the recipe at the path, or of the files given with `-c`. Exit unless there is exactly one."""
    if request.given is not None:
        return request.given.recipe()
    path = request.path or "."
    recipes, skipped = RecipeFinder(request.overlays, (), loader).find([path])
    if len(recipes) > 1:
        exit_with_error(f"{path} contains {len(recipes)} recipes: name one")
    if not recipes:
        exit_with_error(f"{path} has no stack file that can be checked: {describe_skipped(skipped[0])}")
    return recipes[0]


def _format_report(evaluation: Evaluation, request: Request) -> str:
    if request.format is Format.JSON:
        from rollout_lint.report.show.json_document import format_show_json

        return format_show_json(evaluation)
    from rollout_lint.report.common.style import style_for_stdout
    from rollout_lint.report.show.text import format_show_text

    return format_show_text(evaluation, style_for_stdout(), request.all_facts)
