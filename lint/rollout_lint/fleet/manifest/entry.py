"""Entry of a manifest's `recipes`, and of its `overlays`."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from rollout_lint.discovery.filesystem import exists
from rollout_lint.discovery.recipe import Recipe
from rollout_lint.discovery.revision_paths import format_path, join_path
from rollout_lint.fleet.manifest.patterns import is_pattern
from rollout_lint.fleet.manifest.schema import FileReference, collect_file_references, to_plain_values
from rollout_lint.fleet.model import Member
from rollout_lint.location import Problem
from rollout_lint.syntax.node import Mapping

if TYPE_CHECKING:
    from pathlib import Path

    from rollout_lint.syntax.node import Node


@dataclass(frozen=True, slots=True)
class Overlay:
    """Name or pattern of an overlay in each recipe.

    `is_ci` is True if only CI deploys it, `is_named` if the command line names it.
    """

    pattern: str
    is_ci: bool = True
    is_named: bool = False


@dataclass(slots=True)
class ManifestEntry:
    """Entry of `recipes`. `missing` is set if it names a single recipe that does not exist."""

    manifest: Path
    node: Mapping
    values: dict[str, Any] = field(init=False)
    missing: Member | None = None

    def __post_init__(self) -> None:
        """Read the values of the node."""
        self.values = to_plain_values(self.node)

    @property
    def path(self) -> str:
        """Folder, pattern or revision."""
        return str(self.values.get("path", self.values.get("name")))

    @property
    def is_pattern(self) -> bool:
        """True if the path is a pattern and not the name of a folder."""
        return is_pattern(self.path) and not exists(join_path(self.manifest.parent, self.path))

    @property
    def name(self) -> str:
        """Name of the recipe, by default the last part of the path."""
        return str(self.values.get("name", PurePath(self.path).name))

    def report_path_error(self, message: str, problems: list[Problem]) -> None:
        """Add an error in the path to `problems` if the path is a pattern, else make it the row of the recipe."""
        problem = self.make_problem("path", message)
        if self.is_pattern:
            problems.append(problem)
        else:
            self.missing = make_missing_member(self.name, self.path, problem)

    def collect_file_references(self, *keys: str) -> list[FileReference]:
        """Return the file names at these nested keys."""
        node: Node | None = self.node
        for key in keys:
            node = node.get(key) if isinstance(node, Mapping) else None
        return collect_file_references(format_path(self.manifest), node)

    def make_problem(self, key: str, message: str) -> Problem:
        """Return a problem with the location of a key's value, or of the entry if the key is not set."""
        node: Node = self.node.get(key) or self.node.get("path") or self.node.get("name") or self.node
        return Problem(format_path(self.manifest), node.line, node.column, message)


def make_missing_member(name: str, path: str, problem: Problem) -> Member:
    """Return the row of a recipe that does not exist."""
    return Member(Recipe(name, path, problems=[problem]), is_listed=True)
