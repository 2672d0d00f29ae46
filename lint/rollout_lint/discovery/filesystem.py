"""File system access for recipes.

The functions accept paths that no file can have (too long, a null byte, a link to itself), and treat them as missing.
They use os.path, because a search asks about each file several times, and pathlib takes longer (bench/README.md).
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from rollout_lint.discovery.revision_paths import has_missing_contents, to_working_tree
from rollout_lint.pattern import compile_lazily

if TYPE_CHECKING:
    from collections.abc import Iterator

_STARS = compile_lazily(r"\*{2,}")
_PART = 64 * 1024
"""Most bytes of one read; most files are smaller."""


def is_file(path: Path) -> bool:
    """Return True for a regular file, or a link to one."""
    return os.path.isfile(path)  # noqa: PTH113


def is_folder(path: Path) -> bool:
    """Return True for a folder, or a link to one."""
    return os.path.isdir(path)  # noqa: PTH112


def exists(path: Path) -> bool:
    """Return True if the path, or the target of the link, exists."""
    return os.path.exists(path)  # noqa: PTH110


def is_link(path: Path) -> bool:
    """Return True for a link, also a broken one."""
    return os.path.islink(path)  # noqa: PTH114


def resolve_links(path: Path) -> Path:
    """Return the path with links resolved, or the path itself if its links form a loop."""
    try:
        return path.resolve()
    except (OSError, RuntimeError, ValueError):
        return path


def is_outside(path: Path, tree: Path) -> bool:
    """Return True if the path, with links resolved, is outside of a tree; the path of the tree has no links."""
    try:
        if _is_inside_without_links(path, tree):
            # Most paths are. To resolve one takes five times as long.
            return False
        return not to_working_tree(path.resolve()).is_relative_to(to_working_tree(tree))
    except (OSError, RuntimeError, ValueError):
        return False


def _is_inside_without_links(path: Path, tree: Path) -> bool:
    if ".." in path.parts:
        return False
    above, root = os.path.abspath(path), str(tree)  # noqa: PTH100
    while len(above) > len(root) and not os.path.islink(above):  # noqa: PTH114
        above = os.path.dirname(above)  # noqa: PTH120
    return above == root


def relative_path(path: Path, folder: Path) -> str:
    """Return the path relative to a folder, with forward slashes. Raises ValueError if it is not below the folder."""
    return path.relative_to(folder).as_posix()


def path_from(path: Path, folder: Path) -> str:
    """Return the path from a folder in the working tree, with `..` if necessary and forward slashes."""
    return PurePath(os.path.relpath(to_working_tree(path), to_working_tree(folder))).as_posix()


def glob_paths(folder: Path, pattern: str) -> list[Path]:
    """Return the sorted paths below a folder that match a pattern; `**` matches any number of folders."""
    parts = (part if part == "**" else _STARS.sub("*", part) for part in PurePath(pattern).parts)
    try:
        return sorted(folder.glob("/".join(parts)))
    except OSError:
        return []


def list_names(folder: Path) -> list[str] | None:
    """Return the sorted names in a folder, or None if it cannot be listed."""
    try:
        with os.scandir(folder) as entries:
            return sorted(entry.name for entry in entries)
    except (OSError, ValueError):
        return None


def list_folders(folder: Path) -> list[Path]:
    """Return the sorted folders in a folder, without links; an empty list if it cannot be listed."""
    try:
        with os.scandir(folder) as entries:
            return [
                folder / name for name in sorted(each.name for each in entries if each.is_dir(follow_symlinks=False))
            ]
    except OSError:
        return []


def read_bytes(path: Path, limit: int, *, accepts_pipe: bool = False) -> bytes:
    """Return the first bytes of a regular file, at most `limit`. Raises OSError.

    Every input is read by this function. A pipe or device could block forever or never end; `accepts_pipe` is for a
    path that the user gives on the command line, such as `<(docker service inspect ...)`.
    """
    if has_missing_contents(path):
        raise OSError(errno.EIO, "its contents are missing in this clone")
    try:
        mode = os.stat(path).st_mode  # noqa: PTH116
        # To read a folder fails by itself.
        if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode) or (accepts_pipe and stat.S_ISFIFO(mode))):
            raise OSError(errno.EINVAL, "not a regular file")
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    except ValueError as error:
        raise OSError(errno.EINVAL, "invalid file name") from error
    try:
        # A file object makes three more system calls per file.
        return b"".join(_read_parts(descriptor, limit))
    finally:
        os.close(descriptor)


def _read_parts(descriptor: int, limit: int) -> Iterator[bytes]:
    """Yield the bytes up to the limit. A single read would allocate a buffer of the size of the limit."""
    while limit > 0 and (part := os.read(descriptor, min(limit, _PART))):
        yield part
        limit -= len(part)
