"""A recipe: the variants in which someone deploys its files."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from rollout_lint.location import Problem


class LayerFile(NamedTuple):
    """A file of a variant: its path, and its name as the recipe's reports show it."""

    name: str
    path: Path


@dataclass(frozen=True, slots=True)
class Variant:
    """An ordered list of layers that someone deploys, with the values that its variables have."""

    name: str
    files: tuple[LayerFile, ...]
    environment: dict[str, str] = field(default_factory=dict)
    is_ci: bool = False
    """Whether a CI overlay makes it, so that it is not what the recipe's users deploy."""
    is_exact: bool = False
    """Whether `environment` is all that there is, so that Docker would miss a required variable that is not in it."""


@dataclass(slots=True)
class Recipe:
    """A folder with a stack file, or a stack file alone; `path` is how it was named."""

    name: str
    path: str
    variants: list[Variant] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def add(self, variant: Variant) -> None:
        """Add a variant under a name of its own; one of the same files is there already."""
        names = [layer.name for layer in variant.files]
        if any([layer.name for layer in each.files] == names for each in self.variants):
            return
        name = variant.name
        while any(each.name == name for each in self.variants):
            name += "+"
        self.variants.append(replace(variant, name=name))


def merge_recipes(recipes: Iterable[Recipe]) -> list[Recipe]:
    """The recipes, each once, with all the variants and problems that it was found with."""
    found: dict[tuple[str, str], Recipe] = {}
    for recipe in recipes:
        known = found.setdefault((recipe.name, recipe.path), recipe)
        if known is not recipe:
            known.problems += [problem for problem in recipe.problems if problem not in known.problems]
            for variant in recipe.variants:
                known.add(variant)
    return list(found.values())
