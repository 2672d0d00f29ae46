"""One entry of a manifest's `recipes`, and one of its overlays."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from rollout_lint.discovery.export import format_path, join_path
from rollout_lint.discovery.filesystem import exists
from rollout_lint.discovery.recipe import Recipe
from rollout_lint.fleet.manifest.patterns import is_pattern
from rollout_lint.fleet.manifest.schema import Mention, mentions, plain
from rollout_lint.fleet.model import Member
from rollout_lint.location import Problem
from rollout_lint.syntax.node import Mapping

if TYPE_CHECKING:
    from pathlib import Path

    from rollout_lint.syntax.node import Node


@dataclass(frozen=True, slots=True)
class Overlay:
    """What is looked for in each recipe: a name or a pattern, and whether only a CI deploys it."""

    pattern: str
    ci: bool = True


@dataclass(slots=True)
class Entry:
    """One entry of `recipes`, and where it stands; `absent` is the row of a recipe that cannot be found."""

    manifest: Path
    node: Mapping
    values: dict[str, Any]
    absent: Member | None = None

    @classmethod
    def of(cls, manifest: Path, node: Mapping) -> Entry:
        """The entry at a node."""
        return cls(manifest, node, plain(node))

    @property
    def path(self) -> str:
        """The folder, pattern or revision that it names."""
        return str(self.values.get("path", self.values.get("name")))

    @property
    def is_pattern(self) -> bool:
        """Whether it stands for all folders that its path fits; a folder that is called so is one."""
        return is_pattern(self.path) and not exists(join_path(self.manifest.parent, self.path))

    @property
    def name(self) -> str:
        """What it calls its recipe, or the last part of its path."""
        return str(self.values.get("name", PurePath(self.path).name))

    def refuse(self, message: str, problems: list[Problem]) -> None:
        """What is wrong with its path: a row of its own where it is one recipe, else a problem of the manifest."""
        problem = self.problem("path", message)
        if self.is_pattern:
            problems.append(problem)
        else:
            self.absent = absent_member(self.name, self.path, problem)

    def mentions(self, *keys: str) -> list[Mention]:
        """The texts under a key, or below it."""
        node: Node | None = self.node
        for key in keys:
            node = node.get(key) if isinstance(node, Mapping) else None
        return mentions(format_path(self.manifest), node)

    def problem(self, key: str, message: str) -> Problem:
        """What is wrong with the value of a key, or with the entry where it has no such key."""
        node: Node = self.node.get(key) or self.node.get("path") or self.node.get("name") or self.node
        return Problem(format_path(self.manifest), node.line, node.column, message)


def absent_member(name: str, path: str, problem: Problem) -> Member:
    """Return the row of a recipe that cannot be found."""
    return Member(Recipe(name, path, problems=[problem]), named=True)
