"""`show`: effective values of recipes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rollout_lint.api.loaders import create_loader
from rollout_lint.api.selection import RecipeFinder
from rollout_lint.errors import ExitCode, OptionError
from rollout_lint.linter.context import config_path
from rollout_lint.linter.evaluate import evaluate
from rollout_lint.linter.evaluation import EvaluationStatus
from rollout_lint.record import Record
from rollout_lint.report.common.skipped import describe_skipped

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from rollout_lint.api.given_files import GivenFiles
    from rollout_lint.discovery.recipe import Recipe
    from rollout_lint.linter.context import ContextLoader
    from rollout_lint.linter.evaluation import Evaluation


class ShowOptions(Record):
    """Options of `show`, and of the files that `inspect` compares with."""

    path: str | None = None
    given: GivenFiles | None = None
    overlays: tuple[str, ...] = ()
    config_file: Path | None = None


def evaluate_recipes(options: ShowOptions) -> list[Evaluation]:
    """Return at least one evaluation. Raises OptionError, ConfigError and RuleError."""
    loader = create_loader((), options.config_file)
    recipes = _find_recipes(options, loader)
    return [evaluate(recipe, loader.context(config_path(recipe))) for recipe in recipes]


def exit_code_of(evaluations: Iterable[Evaluation]) -> ExitCode:
    """Return the exit code of `show`."""
    is_whole = all(each.status is EvaluationStatus.EVALUATED for each in evaluations)
    return ExitCode.OK if is_whole else ExitCode.ERROR


def find_recipe(options: ShowOptions, loader: ContextLoader) -> Recipe:
    """Return the recipe at the path, or of the files given with `-c`. Raises OptionError unless it is one."""
    recipes = _find_recipes(options, loader)
    if len(recipes) > 1:
        raise OptionError(f"{options.path} contains {len(recipes)} recipes: name one")
    return recipes[0]


def _find_recipes(options: ShowOptions, loader: ContextLoader) -> list[Recipe]:
    """Return at least one recipe. Raises OptionError without any."""
    if options.given is not None:
        return [options.given.recipe()]
    path = options.path or "."
    found = RecipeFinder(options.overlays, (), loader).find([path])
    if not found.recipes:
        raise OptionError(f"{path} has no stack file that can be checked: {describe_skipped(found.skipped[0])}")
    return found.recipes
