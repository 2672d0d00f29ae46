"""What reading a recipe asks of its files, be they on disk or in a git revision.

A question about a path that no file can have (too long, a null byte, a link to itself) is answered, and fails nothing.
"""

from __future__ import annotations

import errno
import os
import re
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from rollout_lint.revision import RevisionPath

AnyPath: TypeAlias = "Path | RevisionPath"

_STARS = re.compile(r"\*{2,}")
_USUAL = 64 * 1024
"""Most files are smaller."""
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
"""How a file of UTF-16 begins."""


def is_file(path: AnyPath) -> bool:
    """Whether it is a regular file, or a link to one."""
    try:
        return path.is_file()
    except OSError:
        return False


def is_folder(path: AnyPath) -> bool:
    """Whether it is a folder, or a link to one."""
    try:
        return path.is_dir()
    except OSError:
        return False


def exists(path: AnyPath) -> bool:
    """Whether there is anything, at the end of a link too."""
    try:
        return path.exists()
    except OSError:
        return False


def is_link(path: AnyPath) -> bool:
    """Whether it is a link, wherever that leads."""
    try:
        return path.is_symlink()
    except OSError:
        return False


def real(path: AnyPath) -> AnyPath:
    """Where its links lead; itself where they lead in a circle."""
    try:
        return path.resolve()
    except (OSError, RuntimeError, ValueError):
        return path


def leads_out(path: AnyPath, tree: AnyPath) -> bool:
    """Whether it lies outside of a tree, whose own path is real, once links are followed."""
    try:
        return not _place(path.resolve()).is_relative_to(_place(tree))
    except (OSError, RuntimeError, ValueError):
        return False


def below(path: AnyPath, folder: AnyPath) -> str:
    """The path below a folder as both are written, with forward slashes; raises ValueError where it is not below."""
    return _place(path).relative_to(_place(folder)).as_posix()


def way(path: AnyPath, folder: AnyPath) -> str:
    """The path as seen from a folder, by where both lie on disk, with forward slashes."""
    return PurePath(os.path.relpath(_place(path), _place(folder))).as_posix()


def matching(folder: AnyPath, pattern: str) -> list[AnyPath]:
    """What below a folder has a name of this pattern, in order; `**` alone is any number of folders."""
    parts = (part if part == "**" else _STARS.sub("*", part) for part in PurePath(pattern).parts)
    try:
        return sorted(folder.glob("/".join(parts)))
    except OSError:
        return []


def names_in(folder: AnyPath) -> list[str] | None:
    """The names of what is in a folder, in order; None where it cannot be listed."""
    try:
        if not isinstance(folder, Path):
            return sorted(path.name for path in folder.iterdir())
        with os.scandir(folder) as entries:
            return sorted(entry.name for entry in entries)
    except (OSError, ValueError):
        return None


def subfolders(folder: AnyPath) -> list[AnyPath]:
    """The folders in a folder, in order, without links; none where it cannot be listed."""
    try:
        return [folder / name for name in sorted(_names_of_folders(folder))]
    except OSError:
        return []


def encoding_of(data: bytes) -> str:
    """UTF-16 where its byte order mark says so, else UTF-8, with a mark or without."""
    return "utf-16" if data.startswith(UTF_16) else "utf-8-sig"


def read(path: AnyPath, limit: int) -> bytes:
    """The first bytes of a file, no more than `limit`; raises OSError."""
    try:
        with path.open("rb") as stream:
            # A buffer as large as the limit would be made for each file.
            start = stream.read(min(limit, _USUAL))
            return start if len(start) < _USUAL else start + stream.read(limit - _USUAL)
    except ValueError as error:
        raise OSError(errno.EINVAL, "no file can be called so") from error


def _place(path: AnyPath) -> PurePath:
    return path if isinstance(path, Path) else path.place


def _names_of_folders(folder: AnyPath) -> list[str]:
    if not isinstance(folder, Path):
        return [path.name for path in folder.iterdir() if path.is_dir() and not path.is_symlink()]
    with os.scandir(folder) as entries:
        return [entry.name for entry in entries if entry.is_dir(follow_symlinks=False)]
