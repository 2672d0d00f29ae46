"""A pattern to the recipes' folders that it names."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from rollout_lint.discovery.export import format_path, join_path
from rollout_lint.discovery.filesystem import glob_paths, is_folder, is_link, is_outside, resolve_links
from rollout_lint.discovery.recipes import find_base

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


ANY_DEPTH = "**"


class PatternError(Exception):
    """A pattern that cannot be followed; its text says why."""


def is_pattern(path: str) -> bool:
    """Whether it may name several folders."""
    return any(character in path for character in "*?[")


def recipe_folders(root: Path, pattern: str) -> Iterator[tuple[str, Path]]:
    """Name and folder of each recipe that `pattern` names below `root`, in order, each once.

    The name is what stands for the pattern's part from its first wildcard on. Hidden folders are named only by a
    pattern that begins with a dot. Raises PatternError where a symbolic link leads back to a folder above it.
    """
    fixed, wild = _split(pattern)
    seen: set[Path] = set()
    for names, folder in _Expansion(pattern).below(_Step(join_path(root, "/".join(fixed))), wild):
        if find_base(folder) is not None and (location := resolve_links(folder)) not in seen:
            seen.add(location)
            yield "/".join(names), folder


def _split(pattern: str) -> tuple[list[str], list[str]]:
    parts = [part for part in pattern.split("/") if part not in ("", ".")]
    first = next(index for index, part in enumerate(parts) if is_pattern(part))
    return parts[:first], parts[first:]


@dataclass(frozen=True, slots=True)
class _Step:
    """A folder on the way, the names that the wildcards have stood for, and the real folders that led here."""

    folder: Path
    names: tuple[str, ...] = ()
    above: tuple[Path, ...] = ()


class _Expansion:
    def __init__(self, pattern: str) -> None:
        self._pattern = pattern

    def below(self, step: _Step, parts: list[str]) -> Iterator[tuple[tuple[str, ...], Path]]:
        """The names and the folder of everything that the parts of the pattern name."""
        if not parts:
            yield step.names, step.folder
        elif parts[0] == ANY_DEPTH:
            yield from self._at_any_depth(step, parts[1:])
        else:
            for child in self._folders(step):
                if _names(parts[0], child.folder.name):
                    yield from self.below(child, parts[1:])

    def _at_any_depth(self, step: _Step, rest: list[str]) -> Iterator[tuple[tuple[str, ...], Path]]:
        """A recipe's own folders hold no further recipes, as where a tree is searched without a pattern."""
        if step.names or rest:
            yield from self.below(step, rest)
        if step.names and find_base(step.folder) is not None:
            return
        for child in self._folders(step):
            if not child.folder.name.startswith("."):
                yield from self._at_any_depth(child, rest)

    def _folders(self, step: _Step) -> Iterator[_Step]:
        """Those in a folder, in order, with links; one that cannot be listed has none."""
        above = (*step.above, resolve_links(step.folder))
        for child in filter(is_folder, glob_paths(step.folder, "*")):
            if is_link(child) and any(not is_outside(each, resolve_links(child)) for each in above):
                message = f"{self._pattern} goes round in a circle: {format_path(child)} is a link to a folder above it"
                raise PatternError(message)
            yield _Step(child, (*step.names, child.name), above)


def _names(part: str, name: str) -> bool:
    return fnmatchcase(name, part) and (part.startswith(".") or not name.startswith("."))
