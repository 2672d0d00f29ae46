"""What a command line names: recipes, and what they are judged by; what is wrong with either ends the run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from rollout_lint.cli.commands.clock import today
from rollout_lint.cli.console import refuse, usage_error
from rollout_lint.discovery.exclude import Exclude, is_exclusion
from rollout_lint.discovery.recipe import merge_recipes
from rollout_lint.discovery.recipes import DEFAULT_OVERLAYS, STDIN, NoRecipeError, find_recipes
from rollout_lint.errors import ConfigError, RuleError
from rollout_lint.linter.config import folder_of
from rollout_lint.linter.context import ContextLoader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from rollout_lint.discovery.recipe import Recipe
    from rollout_lint.linter.config import Config
    from rollout_lint.linter.context import LintContext
    from rollout_lint.rules.model import Rule


class Target(NamedTuple):
    """A recipe to check, with its context."""

    recipe: Recipe
    context: LintContext


def targets_of(
    paths: Iterable[str], overlays: Iterable[str], exclude: Iterable[str], further: Iterable[Path]
) -> list[Target]:
    """Return the recipes of the paths, each once, with their configs and rules. Exit on any error in them."""
    loader = ContextLoader(tuple(further), today())
    recipes = merge_recipes(_recipes_of_each(paths, Walk(tuple(overlays), tuple(exclude), loader)))
    try:
        return [Target(recipe, loader.context(Path(recipe.path))) for recipe in recipes]
    except (ConfigError, RuleError) as error:
        refuse(error.problems)


def knowledge_of(further: Iterable[Path]) -> Callable[[str], LintContext]:
    """What a recipe at a path is judged by; raises ConfigError and RuleError for what is wrong with that."""
    knowledge = ContextLoader(tuple(further), today())
    return lambda path: knowledge.context(Path(path))


def known_by(further: Iterable[Path]) -> Callable[[str], LintContext]:
    """The same; what is wrong with it ends the run."""
    knowledge = knowledge_of(further)

    def known(path: str) -> LintContext:
        try:
            return knowledge(path)
        except (ConfigError, RuleError) as error:
            refuse(error.problems)

    return known


def rules_here(further: Iterable[Path]) -> tuple[Rule, ...]:
    """Those that there are for what is in this folder, also those that do not judge it."""
    try:
        return ContextLoader(tuple(further)).rules(Path())
    except (ConfigError, RuleError) as error:
        refuse(error.problems)


def recipes_of(paths: Iterable[str], overlays: Iterable[str], exclude: Iterable[str]) -> list[Recipe]:
    """The recipes of the paths, each once; the first path without any ends the run.

    Overlays and exclusions that are not given are those of the config.
    """
    return merge_recipes(_recipes_of_each(paths, Walk(tuple(overlays), tuple(exclude))))


def _recipes_of_each(paths: Iterable[str], walk: Walk) -> Iterator[Recipe]:
    for path in paths:
        try:
            yield from find_recipes(path, walk.overlays(path), walk.exclude(path))
        except NoRecipeError as error:
            usage_error(str(error))


class Walk:
    """What recipes are looked for by, for one run: what the command line says, else the config nearest to a path."""

    def __init__(
        self, overlays: tuple[str, ...], exclude: tuple[str, ...], loader: ContextLoader | None = None
    ) -> None:
        """An exclusion that is none ends the run."""
        for pattern in exclude:
            if not is_exclusion(pattern):
                usage_error(f"--exclude {pattern!r} is no pattern in gitignore's grammar")
        self._overlays = overlays
        self._exclude = exclude
        self._knowledge = loader or ContextLoader()

    def overlays(self, path: str) -> tuple[str, ...]:
        """The names and patterns to look for; none that are given stand in for Docker's own files."""
        return self._overlays or self.configured_overlays(path)

    def configured_overlays(self, path: str) -> tuple[str, ...]:
        """Those of the config, whatever the command line says; the usual ones where it says nothing."""
        stated = self._config(path).overlays
        return DEFAULT_OVERLAYS if stated is None else stated.value

    def exclude(self, path: str) -> Exclude:
        """A config's patterns are held against paths below its own folder."""
        if self._exclude:
            return Exclude(self._exclude)
        config = self._config(path)
        if config.exclude is None or config.folder is None:
            return Exclude()
        walked = folder_of(Path(path)).relative_to(config.folder)
        return Exclude(config.exclude.value, walked.as_posix())

    def _config(self, path: str) -> Config:
        try:
            return self._knowledge.config(Path() if path == STDIN else Path(path))
        except ConfigError as error:
            refuse(error.problems)
