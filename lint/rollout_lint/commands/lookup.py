"""What a command line names: recipes, and what they are judged by; what is wrong with either ends the run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rollout_lint.collect import DEFAULT_OVERLAYS, NoRecipeError, recipes_at
from rollout_lint.commands.today import today
from rollout_lint.config import ConfigError
from rollout_lint.knowledge import Knowledge
from rollout_lint.rule_files import RuleError
from rollout_lint.terminal import refuse, usage_error

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from rollout_lint.collect import Recipe
    from rollout_lint.evaluate import Known
    from rollout_lint.rule import Rule


def knowledge_of(further: Iterable[Path]) -> Callable[[str], Known]:
    """What a recipe at a path is judged by; raises ConfigError and RuleError for what is wrong with that."""
    knowledge = Knowledge(tuple(further), today())
    return lambda path: knowledge.of(Path(path))


def known_by(further: Iterable[Path]) -> Callable[[str], Known]:
    """The same; what is wrong with it ends the run."""
    knowledge = knowledge_of(further)

    def known(path: str) -> Known:
        try:
            return knowledge(path)
        except (ConfigError, RuleError) as error:
            refuse(error.problems)

    return known


def rules_here(further: Iterable[Path]) -> tuple[Rule, ...]:
    """Those that judge what is in this folder."""
    return known_by(further)(".").rules


def recipes_of(paths: Iterable[str], overlays: Iterable[str], exclude: Iterable[str]) -> Iterator[Recipe]:
    """The recipes of the paths, each once; the first path without any ends the run."""
    seen: set[tuple[str, str, int]] = set()
    for path in paths:
        try:
            for recipe in recipes_at(path, tuple(overlays) or DEFAULT_OVERLAYS, tuple(exclude)):
                key = (recipe.name, recipe.path, len(recipe.variants))
                if key not in seen:
                    seen.add(key)
                    yield recipe
        except NoRecipeError as error:
            usage_error(str(error))
