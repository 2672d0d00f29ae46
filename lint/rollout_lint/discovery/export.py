"""Files of a git revision in a temporary folder, where other modules read them as normal files.

A file is written when a path to it or to a folder above it is used. Links never lead out of the temporary folder.
"""

from __future__ import annotations

import atexit
import os
from bisect import bisect_left
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import dropwhile
from pathlib import Path, PurePath, PurePosixPath
from typing import TYPE_CHECKING

from rollout_lint.discovery.revision_paths import EXPORTS

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_BYTES = 8 * 1024 * 1024
"""Maximum size of a file that is written with its contents. Larger files are never read."""

_MAX_TARGET_LENGTH = 4096

_NEVER_READ = frozenset((".gif", ".gz", ".jpeg", ".jpg", ".md", ".pdf", ".png", ".svg", ".webp", ".zip"))
"""Suffixes of files that are not written, because no stack, manifest or result has one."""


class RevisionError(Exception):
    """Revision that cannot be read, with the reason as its text."""


def _new_folder() -> Path:
    from tempfile import gettempdir

    return Path(gettempdir()).resolve() / f"rollout-lint-{os.urandom(8).hex()}"


@dataclass(slots=True, eq=False)
class Export:
    """Files of a commit of the repository with its working tree at `top`.

    `given_path` is the path from the user, `real_path` the same without links, `ref` the display name. The files are in
    the temporary folder `base`, which is created with the first file. No file is ever written to `outside`.
    """

    top: Path
    commit: str
    ref: str
    given_path: Path
    real_path: Path
    base: Path = field(default_factory=_new_folder)
    missing: set[Path] = field(default_factory=set)
    _requested: set[str] = field(default_factory=set)
    _written: set[str] = field(default_factory=set)
    _named_outside: dict[Path, PurePath] = field(default_factory=dict)
    _owner: int = field(default_factory=os.getpid)

    def __post_init__(self) -> None:
        """Register the export to find it by a path in it, and remove its files at exit."""
        EXPORTS[self.base] = self
        atexit.register(self.close)

    def close(self) -> None:
        """Remove the files, except in a forked process."""
        atexit.unregister(self.close)
        EXPORTS.pop(self.base, None)
        if self._owner == os.getpid():
            import shutil

            shutil.rmtree(self.base, ignore_errors=True)

    @property
    def root(self) -> Path:
        """Path in the export of the root of the working tree."""
        return self.base / (self.top.name or "root")

    @property
    def outside(self) -> Path:
        """Path for everything outside of the tree."""
        return self.base / f"{self.root.name}-outside"

    @property
    def path(self) -> Path:
        """Path in the export of the path from the user."""
        return self.root / self.real_path.relative_to(self.top)

    def join_path(self, folder: Path, name: str) -> Path:
        """Return the path of a name in a folder, and write its files. Raises RevisionError.

        The path does not exist if the name leads out of the tree.
        """
        path = PurePath(name)
        if path.is_relative_to(self.top):
            folder, path = self.root, path.relative_to(self.top)
        try:
            self._write(folder.resolve(), path)
            is_inside = self._stays_inside(folder, path)
        except (RuntimeError, ValueError):
            is_inside = False
        except OSError as error:
            raise RevisionError(f"{name} cannot be written to a temporary folder: {error.strerror}") from error
        if is_inside:
            return folder / path
        outside = self.outside / str(len(self._named_outside))
        self._named_outside[outside] = self._given(folder) / name
        return outside

    def format_path(self, path: Path) -> str:
        """Return a path as the user would write it, followed by `@` and the revision."""
        return f"{self._named_outside.get(path) or self._given(path)}@{self.ref}"

    def to_working_tree(self, path: Path) -> Path:
        """Return the path in the working tree."""
        return self.top / path.relative_to(self.root) if path.is_relative_to(self.root) else path

    @property
    def _tree(self) -> _Tree:
        return _read_tree(self.top, self.commit)

    def _given(self, path: Path) -> PurePath:
        base, given = self.path, PurePath(self.given_path)
        while not path.is_relative_to(base):
            base, given = base.parent, given / ".." if given.name in ("", "..") else given.parent
        return given / path.relative_to(base)

    def _stays_inside(self, folder: Path, path: PurePath) -> bool:
        current = folder.resolve()
        for part in path.parts:
            if not current.is_relative_to(self.root):
                return False
            current = current.parent if part == ".." else (current / part).resolve()
        return current.is_relative_to(self.root)

    def _write(self, folder: Path, path: PurePath) -> None:
        target = Path(os.path.normpath(folder / path))
        if not target.is_relative_to(self.root):
            return
        # The target of `..` after a name depends on links.
        follows_links = ".." in dropwhile(lambda part: part == "..", path.parts)
        self._write_below("." if follows_links else target.relative_to(self.root).as_posix())
        if self._written and ".." in path.parts and self._tree.has_folder(folder.relative_to(self.root).as_posix()):
            folder.mkdir(parents=True, exist_ok=True)

    def _write_below(self, path: str) -> None:
        from rollout_lint.discovery import git

        if "." in self._requested or path in self._requested:
            return
        self._requested.add(path)
        tree = self._tree
        names = [name for name in tree.find_below(path) if name not in self._written]
        if names and not self._written:
            self.base.mkdir(mode=0o700)
        self._written.update(names)
        objects = [tree.files[name] for name in names]
        links: dict[str, bytes] = {}
        for name, (_, is_link), data in zip(
            names, objects, git.read_blobs(self.top, [each for each, _ in objects], MAX_BYTES), strict=True
        ):
            if is_link and isinstance(data, bytes):
                links[name] = data
            else:
                self._write_file(self.root / name, data)
        for name, data in links.items():
            self._write_link(self.root / name, PurePosixPath(name).parent, data)

    def _write_file(self, path: Path, data: bytes | int | None) -> None:
        """Write a file; a file that is too large gets a size above the limit and no contents."""
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as stream:
            if isinstance(data, int):
                stream.truncate(MAX_BYTES + 1)
            else:
                stream.write(data or b"")
        if data is None:
            self.missing.add(path)

    def _write_link(self, path: Path, folder: PurePosixPath, target: bytes) -> None:
        """Write a link; a link that leads out of the tree becomes a broken link.

        A target that goes up at most to the root, and then down, cannot lead out. Every link on its way is written by
        this rule too, and is in a real folder.
        """
        target_path = PurePosixPath(os.fsdecode(target))
        steps = [part for part in target_path.parts if part != target_path.anchor]
        absolute = PurePath(os.path.normpath(self.top / folder / target_path))
        is_valid = bool(target) and b"\0" not in target and len(target) <= _MAX_TARGET_LENGTH
        path.parent.mkdir(parents=True, exist_ok=True)
        if is_valid and ".." not in dropwhile(lambda part: part == "..", steps) and absolute.is_relative_to(self.top):
            path.symlink_to(os.path.relpath(absolute, self.top / folder))
        else:
            path.symlink_to(self.outside)


@dataclass(frozen=True, slots=True)
class _Tree:
    """Files of a commit, sorted by path."""

    names: list[str]
    files: dict[str, tuple[str, bool]]

    def has_folder(self, path: str) -> bool:
        """Return True if the path is a folder with files."""
        start = bisect_left(self.names, f"{path}/")
        return path == "." or (start < len(self.names) and self.names[start].startswith(f"{path}/"))

    def find_below(self, path: str) -> Iterator[str]:
        """Yield the files at or below a path, or all files if a link is among them or above the path."""
        found = self.names
        if path != ".":
            start, end = bisect_left(self.names, f"{path}/"), bisect_left(self.names, f"{path}0")
            found = [path] * (path in self.files) + self.names[start:end]
            above = [each.as_posix() for each in PurePosixPath(path).parents if each.as_posix() in self.files]
            if any(self.files[name][1] for name in (*found, *above)):
                found = self.names
        yield from found


def read_files(top: Path, commit: str) -> dict[str, tuple[str, bool]]:
    """Return the files of a commit by path: the object, and True for a symbolic link. Raises RevisionError."""
    return _read_tree(top, commit).files


@lru_cache(maxsize=16)
def _read_tree(top: Path, commit: str) -> _Tree:
    from rollout_lint.discovery import git

    try:
        files = git.read_tree(top, commit)
    except git.GitError as error:
        raise RevisionError(str(error)) from error
    return _Tree(sorted(name for name in files if PurePosixPath(name).suffix.lower() not in _NEVER_READ), files)
