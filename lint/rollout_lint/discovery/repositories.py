"""Repositories of many recipes, each looked up once: a process of git takes longer than the check of a recipe."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from rollout_lint.discovery.revision import find_git_error, find_top
from rollout_lint.discovery.tree import find_tree


@dataclass(slots=True)
class Repositories:
    """Repositories by their folder with `.git`, for as long as one command runs."""

    _tops: dict[Path, Path] = field(default_factory=dict)
    _errors: dict[Path, str | None] = field(default_factory=dict)

    def find_top(self, folder: Path) -> Path:
        """Return the root of the working tree with a folder, which need not exist. Raises RevisionError."""
        key = _key(folder)
        if key not in self._tops:
            self._tops[key] = find_top(folder)
        return self._tops[key]

    def find_error(self, folder: Path) -> str | None:
        """Return the error of git for a folder in a repository, or None without an error or a repository."""
        key = _key(folder)
        if key not in self._errors:
            self._errors[key] = find_git_error(folder)
        return self._errors[key]


def _key(folder: Path) -> Path:
    """Return the nearest folder with `.git`; git follows links before it looks for one."""
    tree, is_repository = find_tree(Path(os.path.realpath(folder), ".git"))
    return tree if is_repository else folder
