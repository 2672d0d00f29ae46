"""What reading a recipe asks of its files.

A question about a path that no file can have (too long, a null byte, a link to itself) is answered, and fails nothing.
"""

from __future__ import annotations

import errno
import os
import re
from pathlib import Path, PurePath

from rollout_lint.discovery.export import lacks_contents, to_working_tree

_STARS = re.compile(r"\*{2,}")
_USUAL = 64 * 1024
"""Most files are smaller."""
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
"""How a file of UTF-16 begins."""


def is_file(path: Path) -> bool:
    """Whether it is a regular file, or a link to one."""
    try:
        return path.is_file()
    except OSError:
        return False


def is_folder(path: Path) -> bool:
    """Whether it is a folder, or a link to one."""
    try:
        return path.is_dir()
    except OSError:
        return False


def exists(path: Path) -> bool:
    """Whether there is anything, at the end of a link too."""
    try:
        return path.exists()
    except OSError:
        return False


def is_link(path: Path) -> bool:
    """Whether it is a link, wherever that leads."""
    try:
        return path.is_symlink()
    except OSError:
        return False


def resolve_links(path: Path) -> Path:
    """Where its links lead; itself where they lead in a circle."""
    try:
        return path.resolve()
    except (OSError, RuntimeError, ValueError):
        return path


def is_outside(path: Path, tree: Path) -> bool:
    """Whether it lies outside of a tree, whose own path is real, once links are followed."""
    try:
        return not to_working_tree(path.resolve()).is_relative_to(to_working_tree(tree))
    except (OSError, RuntimeError, ValueError):
        return False


def relative_path(path: Path, folder: Path) -> str:
    """The path below a folder as both are written, with forward slashes; raises ValueError where it is not below."""
    return path.relative_to(folder).as_posix()


def path_from(path: Path, folder: Path) -> str:
    """The path as seen from a folder, by where both lie on disk, with forward slashes."""
    return PurePath(os.path.relpath(to_working_tree(path), to_working_tree(folder))).as_posix()


def glob_paths(folder: Path, pattern: str) -> list[Path]:
    """What below a folder has a name of this pattern, in order; `**` alone is any number of folders."""
    parts = (part if part == "**" else _STARS.sub("*", part) for part in PurePath(pattern).parts)
    try:
        return sorted(folder.glob("/".join(parts)))
    except OSError:
        return []


def list_names(folder: Path) -> list[str] | None:
    """The names of what is in a folder, in order; None where it cannot be listed."""
    try:
        with os.scandir(folder) as entries:
            return sorted(entry.name for entry in entries)
    except (OSError, ValueError):
        return None


def list_folders(folder: Path) -> list[Path]:
    """The folders in a folder, in order, without links; none where it cannot be listed."""
    try:
        with os.scandir(folder) as entries:
            return [
                folder / name for name in sorted(each.name for each in entries if each.is_dir(follow_symlinks=False))
            ]
    except OSError:
        return []


def detect_encoding(data: bytes) -> str:
    """UTF-16 where its byte order mark says so, else UTF-8, with a mark or without."""
    return "utf-16" if data.startswith(UTF_16) else "utf-8-sig"


def read_bytes(path: Path, limit: int) -> bytes:
    """The first bytes of a file, no more than `limit`; raises OSError."""
    if lacks_contents(path):
        raise OSError(errno.EIO, "the repository lacks its contents")
    try:
        with path.open("rb") as stream:
            # A buffer as large as the limit would be made for each file.
            start = stream.read(min(limit, _USUAL))
            return start if len(start) < _USUAL else start + stream.read(limit - _USUAL)
    except ValueError as error:
        raise OSError(errno.EINVAL, "no file can be called so") from error
