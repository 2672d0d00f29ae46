"""Recipes and contexts that options select."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from rollout_lint.discovery.env_sample import ENV_SAMPLES
from rollout_lint.discovery.exclude import Exclude, is_exclusion
from rollout_lint.discovery.filesystem import is_folder
from rollout_lint.discovery.layout import Discovery
from rollout_lint.discovery.recipe import merge_recipes
from rollout_lint.discovery.recipes import DEFAULT_OVERLAYS, STDIN, NoRecipeError, find_recipes
from rollout_lint.discovery.stack_file import is_yaml
from rollout_lint.errors import OptionError
from rollout_lint.linter.config_paths import folder_of
from rollout_lint.linter.context import ContextLoader, config_path
from rollout_lint.record import Record
from rollout_lint.report.common.skipped import format_no_stack_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from rollout_lint.api.given_files import GivenFiles
    from rollout_lint.discovery.deployments import DeclaredStack
    from rollout_lint.discovery.recipe import Recipe
    from rollout_lint.discovery.skipped import SkippedFile
    from rollout_lint.linter.config import Config
    from rollout_lint.linter.context import LintContext


class Target(Record):
    """A recipe to check, with its context."""

    recipe: Recipe
    context: LintContext


class Found(Record):
    """Recipes of paths, each once, and the stack files that are not checked."""

    recipes: list[Recipe]
    skipped: tuple[SkippedFile, ...] = ()


class StdinFile(Record):
    """File whose contents are standard input, or those of a caller; it need not exist."""

    name: str
    contents: bytes


class Selection(Record):
    """Selection of recipes: paths, or the files given with `-c`.

    Paths that are `changed` select what a check of the whole tree would check of them. `stdin_file` is the file whose
    contents are given.
    """

    paths: tuple[str, ...]
    overlays: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    given: GivenFiles | None = None
    changed: bool = False
    stdin_file: StdinFile | None = None


def find_selected(selection: Selection, loader: ContextLoader) -> Found:
    """Return the recipes of a selection, and the files that are not checked. Raises OptionError and ConfigError."""
    if selection.given is not None:
        return Found([selection.given.recipe()])
    finder = RecipeFinder(selection.overlays, selection.exclude, loader)
    return finder.find(selection.paths, selection.changed, selection.stdin_file)


def load_targets(selection: Selection, loader: ContextLoader) -> tuple[list[Target], tuple[SkippedFile, ...]]:
    """Return the recipes of a selection with their contexts, and the files that are not checked.

    Raises OptionError, ConfigError and RuleError.
    """
    found = find_selected(selection, loader)
    return [Target(recipe, loader.context(config_path(recipe))) for recipe in found.recipes], found.skipped


class RecipeFinder:
    """Finder of recipes by given overlays and exclusions, else by those of the nearest config."""

    def __init__(
        self, overlays: tuple[str, ...], exclude: tuple[str, ...], loader: ContextLoader | None = None
    ) -> None:
        """Validate the exclusions. Raises OptionError if one is invalid."""
        reject_invalid_exclusions(exclude)
        self._overlays = overlays
        self._exclude = exclude
        self._loader = loader or ContextLoader()

    def find(self, paths: Iterable[str], changed: bool = False, stdin_file: StdinFile | None = None) -> Found:
        """Return the recipes of the paths. Raises OptionError for a path without stack file, unless `changed`."""
        find = self._find_changed if changed else self._find_at
        found = [self._search(*stdin_file)] if stdin_file is not None else list(map(find, paths))
        recipes = merge_recipes(recipe for each in found for recipe in each.recipes)
        return Found(recipes, tuple(dict.fromkeys(file for each in found for file in each.skipped)))

    def _find_at(self, path: str) -> Discovery:
        try:
            if path != STDIN and not is_folder(Path(path)) and os.path.lexists(path):
                return self._search(path)
            return find_recipes(path, self.overlays(path), self.exclude(path), self.stacks(path))
        except NoRecipeError as error:
            if not error.exists:
                raise OptionError(str(error)) from error
            message = format_no_stack_file(error.path, error.other_files, error.is_excluding)
            raise OptionError(message) from error

    def _find_changed(self, path: str) -> Discovery:
        """Return what a check of the whole tree would check of a file; the file may be gone."""
        file = Path(path)
        if is_folder(file):
            return self._find_at(path)
        is_excluded = self._exclusion(path)(os.path.abspath(path))  # noqa: PTH100
        if is_excluded or not (is_yaml(file.name) or file.name in ENV_SAMPLES):
            return Discovery([], [])
        return self._search(path, changed=True)

    def _search(self, file: str, contents: bytes | None = None, changed: bool = False) -> Discovery:
        from rollout_lint.discovery.file_search import FileSearch

        search = FileSearch(Path(file), self.overlays(file), self.stacks(file), contents, self._exclusion(file))
        return search.find(changed)

    def _exclusion(self, path: str) -> Callable[[str], bool]:
        """Return a test if a given pattern, or one of the config of a path, matches an absolute path."""
        config = self._config(path)
        folder = Path.cwd() if self._exclude or config.folder is None else config.folder
        patterns = self._exclude or (config.exclude.value if config.exclude is not None else ())
        matches = Exclude(patterns).file_matcher()
        prefix = f"{folder}/"
        return lambda each: each.startswith(prefix) and matches(each.removeprefix(prefix))

    def stacks(self, path: str) -> tuple[DeclaredStack, ...]:
        """Return the stacks that the config declares."""
        return self._config(path).stacks

    def overlays(self, path: str) -> tuple[str, ...]:
        """Return the names and patterns of overlays to look for."""
        return self._overlays or self.configured_overlays(path)

    def configured_overlays(self, path: str) -> tuple[str, ...]:
        """Return the overlays of the config or the default ones, regardless of the given ones."""
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
        return self._loader.config(Path() if path == STDIN else Path(path))


def reject_invalid_exclusions(patterns: Iterable[str]) -> None:
    """Raise OptionError if one of the patterns is not valid gitignore syntax."""
    for pattern in patterns:
        if not is_exclusion(pattern):
            raise OptionError(f"invalid --exclude {pattern!r}: must be a gitignore pattern")
