"""Recipe folders that a pattern matches."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from rollout_lint.discovery.filesystem import glob_paths, is_folder, is_link, is_outside, resolve_links
from rollout_lint.discovery.recipes import has_stack_file
from rollout_lint.discovery.revision_paths import format_path, join_path

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


ANY_DEPTH = "**"


class PatternError(Exception):
    """Pattern that leads into a loop of symbolic links."""


def is_pattern(path: str) -> bool:
    """Return True if a path has a wildcard."""
    return any(character in path for character in "*?[")


def find_recipe_folders(root: Path, pattern: str) -> Iterator[tuple[str, Path]]:
    """Yield name and folder of each recipe that `pattern` matches below `root`, in order, each folder once.

    The name is the part of the path from the first wildcard on. A hidden folder matches only a part that begins with a
    dot. Raises PatternError if a symbolic link leads to a folder above it.
    """
    parts = [part for part in pattern.split("/") if part not in ("", ".")]
    first = next(index for index, part in enumerate(parts) if is_pattern(part))
    found: set[Path] = set()
    for match in _Expansion(pattern).expand(_Match(join_path(root, "/".join(parts[:first]))), parts[first:]):
        if has_stack_file(match.folder) and (location := resolve_links(match.folder)) not in found:
            found.add(location)
            yield "/".join(match.names), match.folder


@dataclass(frozen=True, slots=True)
class _Match:
    """Folder that matches the first parts of a pattern, the names for its wildcards, and the real folders above."""

    folder: Path
    names: tuple[str, ...] = ()
    above: tuple[Path, ...] = ()


class _Expansion:
    def __init__(self, pattern: str) -> None:
        self._pattern = pattern

    def expand(self, match: _Match, parts: list[str]) -> Iterator[_Match]:
        """Yield the folders that the remaining parts of the pattern match."""
        if not parts:
            yield match
        elif parts[0] == ANY_DEPTH:
            yield from self._expand_any_depth(match, parts[1:])
        else:
            for child in self._children(match):
                name = child.folder.name
                if fnmatchcase(name, parts[0]) and (parts[0].startswith(".") or not name.startswith(".")):
                    yield from self.expand(child, parts[1:])

    def _expand_any_depth(self, match: _Match, rest: list[str]) -> Iterator[_Match]:
        """Yield folders at any depth, but none inside of a recipe, as in a search without a pattern."""
        if match.names or rest:
            yield from self.expand(match, rest)
        if match.names and has_stack_file(match.folder):
            return
        for child in self._children(match):
            if not child.folder.name.startswith("."):
                yield from self._expand_any_depth(child, rest)

    def _children(self, match: _Match) -> Iterator[_Match]:
        """Yield the folders in a folder, in order, also links; an unreadable folder is empty."""
        above = (*match.above, resolve_links(match.folder))
        for child in filter(is_folder, glob_paths(match.folder, "*")):
            if is_link(child) and any(not is_outside(each, resolve_links(child)) for each in above):
                link = format_path(child)
                raise PatternError(f"{self._pattern} leads into a loop: {link} is a link to a folder above it")
            yield _Match(child, (*match.names, child.name), above)
