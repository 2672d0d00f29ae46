"""`show`: print the effective update policies of recipes."""

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
from rollout_lint.report.show.rows import Detail

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
    detail: Detail = Detail.DIFFERENCES
    format: Format = Format.TEXT
    overlays: tuple[str, ...] = ()
    config_file: Path | None = None


def run(request: Request) -> ExitCode:
    """Print the policies and return the exit code."""
    loader = create_loader((), request.config_file)
    recipes = _find_recipes(request, loader)
    evaluations = [evaluate(recipe, load_context(loader, config_path(recipe))) for recipe in recipes]
    write(_format_report(evaluations, request))
    is_whole = all(each.status is EvaluationStatus.EVALUATED for each in evaluations)
    return ExitCode.OK if is_whole else ExitCode.ERROR


def find_recipe(request: Request, loader: ContextLoader) -> Recipe:
    """Return the recipe at the path, or of the files given with `-c`. Exit unless there is exactly one."""
    recipes = _find_recipes(request, loader)
    if len(recipes) > 1:
        exit_with_error(f"{request.path} contains {len(recipes)} recipes: name one")
    return recipes[0]


def _find_recipes(request: Request, loader: ContextLoader) -> list[Recipe]:
    """Return at least one recipe. Exit without any."""
    if request.given is not None:
        return [request.given.recipe()]
    path = request.path or "."
    found = RecipeFinder(request.overlays, (), loader).find([path])
    if not found.recipes:
        exit_with_error(f"{path} has no stack file that can be checked: {describe_skipped(found.skipped[0])}")
    return found.recipes


def _format_report(evaluations: list[Evaluation], request: Request) -> str:
    if request.format is Format.JSON:
        from rollout_lint.report.show.json_document import format_show_json

        return format_show_json(evaluations)
    from rollout_lint.report.common.style import style_for_stdout
    from rollout_lint.report.show.text import format_show_text

    return format_show_text(evaluations, style_for_stdout(), request.detail)
