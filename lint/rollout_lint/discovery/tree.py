"""Folders of a tree with their files, and the tree that a file belongs to."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from rollout_lint.discovery.exclude import Exclude
from rollout_lint.discovery.filesystem import is_file, is_folder, is_link, is_outside, relative_path, resolve_links
from rollout_lint.record import Record

if TYPE_CHECKING:
    from collections.abc import Iterator

REPOSITORY = ".git"

_NEVER_WALKED = frozenset(
    (REPOSITORY, ".hg", ".svn", ".nox", ".terraform", ".tox", ".venv", "__pycache__", "node_modules", "site-packages")
)
"""Folders of version control, and of software that others wrote."""


class Folder(Record):
    """Folder with the sorted names of what is in it, apart from folders; links to folders are among the names.

    `error` is the reason why the folder cannot be listed, or "".
    """

    path: Path
    names: tuple[str, ...]
    folders: tuple[str, ...] = ()
    error: str = ""


def list_folder(path: Path, *, was_listed: bool = False) -> Folder:
    """Return a folder. One that cannot be listed is empty with an error, and any other path is empty without one.

    `was_listed` is True for a folder that was in the list of the folder above it.
    """
    names: list[str] = []
    folders: list[str] = []
    try:
        with os.scandir(path) as entries:
            for entry in entries:
                (folders if entry.is_dir(follow_symlinks=False) else names).append(entry.name)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        return Folder(path, (), error=reason if was_listed or is_folder(path) else "")
    return Folder(path, tuple(sorted(names)), tuple(sorted(folders)))


def walk_tree(root: Path, exclude: Exclude | None = None) -> Iterator[Folder]:
    """Yield the folder and those below it, sorted, each before the folders in it.

    Links to folders are not followed. What is excluded is skipped, and so are folders of version control and of
    dependencies.
    """
    exclude = exclude or Exclude()
    is_excluded, is_excluded_file = exclude.matcher(), exclude.file_matcher()
    waiting = [root]
    while waiting:
        path = waiting.pop()
        folder = list_folder(path, was_listed=path is not root)
        if exclude:
            names = (name for name in folder.names if not is_excluded_file(relative_path(folder.path / name, root)))
            folder = folder._replace(names=tuple(names))
        yield folder
        below = (folder.path / name for name in reversed(folder.folders) if name not in _NEVER_WALKED)
        waiting += (each for each in below if not is_excluded(relative_path(each, root)))


def find_tree(path: Path) -> tuple[Path, bool]:
    """Return the tree of a file with an absolute path, and True if it is a repository.

    Outside of a repository, it is the current folder if the file is below it, else the folder of the file.
    """
    folder = path.parent
    for each in (folder, *folder.parents):
        if os.path.lexists(each / REPOSITORY):
            return each, True
    try:
        current = Path.cwd()
    except OSError:
        return folder, False
    return (current if folder.is_relative_to(current) else folder), False


def is_found_outside(path: Path) -> bool:
    """Return True for a file that is found by its name and is a link out of its tree, so that no user named it."""
    return is_link(path) and is_file(path) and is_outside(path, resolve_links(find_tree(_absolute(path))[0]))


def is_named_outside(path: Path, document: Path) -> bool:
    """Return True if a document in a repository names a file outside of it.

    Otherwise, a pull request could print files of a CI machine. Outside of a repository, the user wrote the document.
    """
    tree, is_repository = find_tree(_absolute(document))
    return is_repository and is_outside(path, resolve_links(tree))


def _absolute(path: Path) -> Path:
    try:
        return path.absolute()
    except OSError:
        return path
