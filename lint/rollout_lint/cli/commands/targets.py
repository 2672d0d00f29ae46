"""Recipes and contexts that a command line selects. An error in either ends the run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from rollout_lint.cli.commands.clock import today
from rollout_lint.cli.console import exit_with_error, exit_with_problems
from rollout_lint.discovery.exclude import Exclude, is_exclusion
from rollout_lint.discovery.recipe import merge_recipes
from rollout_lint.discovery.recipes import DEFAULT_OVERLAYS, STDIN, NoRecipeError, find_recipes
from rollout_lint.errors import ConfigError, RuleError
from rollout_lint.linter.config import folder_of
from rollout_lint.linter.context import ContextLoader, config_path
from rollout_lint.report.common.skipped import format_no_stack_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from rollout_lint.cli.commands.given_files import GivenFiles
    from rollout_lint.discovery.layout import Discovery
    from rollout_lint.discovery.recipe import Recipe
    from rollout_lint.discovery.skipped import SkippedFile
    from rollout_lint.linter.config import Config
    from rollout_lint.linter.context import LintContext
    from rollout_lint.rules.model import Rule


class Target(NamedTuple):
    """A recipe to check, with its context."""

    recipe: Recipe
    context: LintContext


class Found(NamedTuple):
    """Recipes of paths, each once, and the stack files that are not checked."""

    recipes: list[Recipe]
    skipped: tuple[SkippedFile, ...] = ()


def load_targets(
    paths: Iterable[str],
    overlays: tuple[str, ...],
    exclude: tuple[str, ...],
    rule_folders: Iterable[Path],
    given: GivenFiles | None = None,
) -> tuple[list[Target], tuple[SkippedFile, ...]]:
    """Return the recipes of the paths or the given files, with their contexts, and the files that are not checked."""
    loader = ContextLoader(tuple(rule_folders), today())
    found = RecipeFinder(overlays, exclude, loader).find(paths) if given is None else Found([given.recipe()])
    try:
        return [Target(recipe, loader.context(config_path(recipe))) for recipe in found.recipes], found.skipped
    except (ConfigError, RuleError) as error:
        exit_with_problems(error.problems)


def create_context_lookup(rule_folders: Iterable[Path]) -> Callable[[str], LintContext]:
    """Return a function from a path to its context, which raises ConfigError or RuleError."""
    loader = ContextLoader(tuple(rule_folders), today())
    return lambda path: loader.context(Path(path))


def load_context(path: Path, rule_folders: Iterable[Path]) -> LintContext:
    """Return the context of a path."""
    try:
        return ContextLoader(tuple(rule_folders), today()).context(path)
    except (ConfigError, RuleError) as error:
        exit_with_problems(error.problems)


def load_available_rules(rule_folders: Iterable[Path]) -> tuple[Rule, ...]:
    """Return all rules for the current folder, including disabled ones."""
    try:
        return ContextLoader(tuple(rule_folders)).rules(Path())
    except (ConfigError, RuleError) as error:
        exit_with_problems(error.problems)


class RecipeFinder:
    """Finds recipes by the overlays and exclusions of the command line, else of the nearest config."""

    def __init__(
        self, overlays: tuple[str, ...], exclude: tuple[str, ...], loader: ContextLoader | None = None
    ) -> None:
        """Validate the exclusions. Exit if one is invalid."""
        reject_invalid_exclusions(exclude)
        self._overlays = overlays
        self._exclude = exclude
        self._loader = loader or ContextLoader()

    def find(self, paths: Iterable[str]) -> Found:
        """Return the recipes of the paths. Exit at the first path without a stack file."""
        found = list(map(self._find_at, paths))
        recipes = merge_recipes(recipe for each in found for recipe in each.recipes)
        return Found(recipes, tuple(dict.fromkeys(file for each in found for file in each.skipped)))

    def _find_at(self, path: str) -> Discovery:
        try:
            return find_recipes(path, self.overlays(path), self.exclude(path))
        except NoRecipeError as error:
            if not error.exists:
                exit_with_error(str(error))
            exit_with_error(format_no_stack_file(error.path, error.other_files, error.is_excluding))

    def overlays(self, path: str) -> tuple[str, ...]:
        """Return the names and patterns of overlays to look for."""
        return self._overlays or self.configured_overlays(path)

    def configured_overlays(self, path: str) -> tuple[str, ...]:
        """Return the overlays of the config or the default ones, regardless of the command line."""
        configured = self._config(path).overlays
        return DEFAULT_OVERLAYS if configured is None else configured.value

    def exclude(self, path: str) -> Exclude:
        """Return the exclusions. Patterns of a config are relative to its folder."""
        if self._exclude:
            return Exclude(self._exclude)
        config = self._config(path)
        if config.exclude is None or config.folder is None:
            return Exclude()
        relative = folder_of(Path(path)).relative_to(config.folder)
        return Exclude(config.exclude.value, relative.as_posix())

    def _config(self, path: str) -> Config:
        try:
            return self._loader.config(Path() if path == STDIN else Path(path))
        except ConfigError as error:
            exit_with_problems(error.problems)


def reject_invalid_exclusions(patterns: Iterable[str]) -> None:
    """Exit if one of the patterns is not valid gitignore syntax."""
    for pattern in patterns:
        if not is_exclusion(pattern):
            exit_with_error(f"invalid --exclude {pattern!r}: must be a gitignore pattern")
