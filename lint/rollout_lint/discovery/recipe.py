"""Recipes and their variants."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rollout_lint.record import Record

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from rollout_lint.location import Problem


class LayerFile(Record):
    """File of a variant, with its display name, its path, and its contents if they are not those on the disk."""

    name: str
    path: Path
    contents: bytes | None = None


class Variant(Record):
    """Ordered list of layers that are deployed together, with the values of their variables."""

    name: str
    files: tuple[LayerFile, ...]
    environment: Mapping[str, str] = {}
    is_ci: bool = False
    """True for a variant with a CI overlay, which users of the recipe do not deploy."""
    is_exact: bool = False
    """True if `environment` is complete, so that a missing required variable is an error."""
    deployed_by: str | None = None
    """File and line of the command that deploys these files, such as `Makefile:12`; None without such a command."""


class Recipe:
    """Folder with a stack file, or a single stack file; `path` is the path from the user."""

    __slots__ = ("name", "path", "problems", "variants")

    def __init__(
        self, name: str, path: str, variants: list[Variant] | None = None, problems: list[Problem] | None = None
    ) -> None:
        """Take the variants and problems that are known already."""
        self.name = name
        self.path = path
        self.variants = [] if variants is None else variants
        self.problems = [] if problems is None else problems

    def __eq__(self, other: object) -> bool:
        """Return True for a recipe with the same values."""
        return isinstance(other, Recipe) and all(getattr(self, key) == getattr(other, key) for key in self.__slots__)

    __hash__ = None  # type: ignore[assignment]

    @property
    def layers(self) -> set[LayerFile]:
        """Files of all variants."""
        return {layer for variant in self.variants for layer in variant.files}

    @property
    def paths(self) -> set[Path]:
        """Paths of the files of all variants."""
        return {layer.path for layer in self.layers}

    def add(self, variant: Variant) -> None:
        """Add a variant with a unique name; if one has the same files, only CI deploys them if one of both says so."""
        names = [layer.name for layer in variant.files]
        for number, each in enumerate(self.variants):
            if [layer.name for layer in each.files] == names:
                self.variants[number] = each._replace(is_ci=each.is_ci or variant.is_ci)
                return
        name = variant.name
        while any(each.name == name for each in self.variants):
            name += "+"
        self.variants.append(variant._replace(name=name))


def merge_recipes(recipes: Iterable[Recipe]) -> list[Recipe]:
    """Merge recipes with the same name and path, with all their variants and problems."""
    merged: dict[tuple[str, str], Recipe] = {}
    for recipe in recipes:
        first = merged.setdefault((recipe.name, recipe.path), recipe)
        if first is not recipe:
            first.problems += [problem for problem in recipe.problems if problem not in first.problems]
            for variant in recipe.variants:
                first.add(variant)
    return list(merged.values())
