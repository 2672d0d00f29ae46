"""Files of a git revision in a temporary folder, where the rest of the program reads them as ordinary files.

A file is written once something names it or a folder above it. Symbolic links never lead out of the temporary folder.
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

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_BYTES = 8 * 1024 * 1024
"""Size of the largest file whose contents are written. No file of a greater size is read."""

_LONGEST_TARGET = 4096

_NEVER_READ = frozenset((".gif", ".gz", ".jpeg", ".jpg", ".md", ".pdf", ".png", ".svg", ".webp", ".zip"))
"""Suffixes of files that are not written, since no stack, manifest or result has one."""


class RevisionError(Exception):
    """A revision that cannot be read; the text gives the reason."""


def _new_folder() -> Path:
    from tempfile import gettempdir

    return Path(gettempdir()).resolve() / f"rollout-lint-{os.urandom(8).hex()}"


@dataclass(slots=True, eq=False)
class Export:
    """Files of the commit of a repository whose working tree is at `top`.

    `given` is the path that the user gave, `location` is its real path, `ref` is the name to show. The files are in the
    temporary folder `base`, which is made with the first file. Nothing is ever written to `outside`.
    """

    top: Path
    commit: str
    ref: str
    given: Path
    location: Path
    base: Path = field(default_factory=_new_folder)
    lacking: set[Path] = field(default_factory=set)
    _asked: set[str] = field(default_factory=set)
    _written: set[str] = field(default_factory=set)
    _named_outside: dict[Path, PurePath] = field(default_factory=dict)
    _owner: int = field(default_factory=os.getpid)

    def __post_init__(self) -> None:
        """Register the export, so that a path in it is recognized, and remove it at the end of the process."""
        _EXPORTS[self.base] = self
        atexit.register(self.close)

    def close(self) -> None:
        """Remove the files; a process that was forked leaves them to its parent."""
        atexit.unregister(self.close)
        _EXPORTS.pop(self.base, None)
        if self._owner == os.getpid():
            import shutil

            shutil.rmtree(self.base, ignore_errors=True)

    @property
    def root(self) -> Path:
        """The folder that stands for the root of the working tree, with the same name."""
        return self.base / (self.top.name or "root")

    @property
    def outside(self) -> Path:
        """The path that stands for everything outside of the tree."""
        return self.base / f"{self.root.name}-outside"

    @property
    def path(self) -> Path:
        """The path that stands for the one that the user gave."""
        return self.root / self.location.relative_to(self.top)

    def join(self, folder: Path, name: str) -> Path:
        """Return the path of a name in a folder, with its files written; raises RevisionError.

        The path does not exist if the name leads out of the tree.
        """
        location = PurePath(name)
        if location.is_relative_to(self.top):
            folder, location = self.root, location.relative_to(self.top)
        try:
            self._write(folder.resolve(), location)
            is_inside = self._stays_inside(folder, location)
        except (RuntimeError, ValueError):
            is_inside = False
        except OSError as error:
            raise RevisionError(f"{name} cannot be written to a temporary folder: {error.strerror}") from error
        if is_inside:
            return folder / location
        outside = self.outside / str(len(self._named_outside))
        self._named_outside[outside] = self._given(folder) / name
        return outside

    def shown(self, path: Path) -> str:
        """Return a path as the user would write it, with the revision."""
        return f"{self._named_outside.get(path) or self._given(path)}@{self.ref}"

    def on_disk(self, path: Path) -> Path:
        """Return where the path lies in the working tree."""
        return self.top / path.relative_to(self.root) if path.is_relative_to(self.root) else path

    @property
    def _tree(self) -> _Tree:
        return _read_tree(self.top, self.commit)

    def _given(self, path: Path) -> PurePath:
        base, given = self.path, PurePath(self.given)
        while not path.is_relative_to(base):
            base, given = base.parent, given / ".." if given.name in ("", "..") else given.parent
        return given / path.relative_to(base)

    def _stays_inside(self, folder: Path, location: PurePath) -> bool:
        here = folder.resolve()
        for part in location.parts:
            if not here.is_relative_to(self.root):
                return False
            here = here.parent if part == ".." else (here / part).resolve()
        return here.is_relative_to(self.root)

    def _write(self, folder: Path, location: PurePath) -> None:
        wanted = Path(os.path.normpath(folder / location))
        if not wanted.is_relative_to(self.root):
            return
        # Where `..` leads after a name depends on the links before it.
        follows_links = ".." in dropwhile(lambda part: part == "..", location.parts)
        self._write_below("." if follows_links else wanted.relative_to(self.root).as_posix())
        if self._written and ".." in location.parts and self._tree.has_folder(folder.relative_to(self.root).as_posix()):
            folder.mkdir(parents=True, exist_ok=True)

    def _write_below(self, wanted: str) -> None:
        from rollout_lint.discovery import git

        if "." in self._asked or wanted in self._asked:
            return
        self._asked.add(wanted)
        tree = self._tree
        names = [name for name in tree.below(wanted) if name not in self._written]
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
        """Write a file; one that is too large gets a size above the limit and no contents."""
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as stream:
            if isinstance(data, int):
                stream.truncate(MAX_BYTES + 1)
            else:
                stream.write(data or b"")
        if data is None:
            self.lacking.add(path)

    def _write_link(self, path: Path, folder: PurePosixPath, target: bytes) -> None:
        """Write a link that leads out of the tree as one to nothing.

        A target that first goes up, no further than to the root, and then down through names cannot lead out, since
        every link on its way is like that and lies in a real folder.
        """
        named = PurePosixPath(os.fsdecode(target))
        steps = [part for part in named.parts if part != named.anchor]
        location = PurePath(os.path.normpath(self.top / folder / named))
        is_clear = bool(target) and b"\0" not in target and len(target) <= _LONGEST_TARGET
        path.parent.mkdir(parents=True, exist_ok=True)
        if is_clear and ".." not in dropwhile(lambda part: part == "..", steps) and location.is_relative_to(self.top):
            path.symlink_to(os.path.relpath(location, self.top / folder))
        else:
            path.symlink_to(self.outside)


@dataclass(frozen=True, slots=True)
class _Tree:
    """Files of a commit, in the order of their paths."""

    names: list[str]
    files: dict[str, tuple[str, bool]]

    def has_folder(self, wanted: str) -> bool:
        """Return whether there is a folder with files at a path."""
        start = bisect_left(self.names, f"{wanted}/")
        return wanted == "." or (start < len(self.names) and self.names[start].startswith(f"{wanted}/"))

    def below(self, wanted: str) -> Iterator[str]:
        """Yield the files at or below a path; all files if a link is among them or above: it may lead anywhere."""
        found = self.names
        if wanted != ".":
            start, end = bisect_left(self.names, f"{wanted}/"), bisect_left(self.names, f"{wanted}0")
            found = [wanted] * (wanted in self.files) + self.names[start:end]
            above = [each.as_posix() for each in PurePosixPath(wanted).parents if each.as_posix() in self.files]
            if any(self.files[name][1] for name in (*found, *above)):
                found = self.names
        yield from found


@lru_cache(maxsize=16)
def _read_tree(top: Path, commit: str) -> _Tree:
    from rollout_lint.discovery import git

    try:
        files = git.read_tree(top, commit)
    except git.GitError as error:
        raise RevisionError(str(error)) from error
    return _Tree(sorted(name for name in files if PurePosixPath(name).suffix.lower() not in _NEVER_READ), files)


_EXPORTS: dict[Path, Export] = {}


def join_path(folder: Path, name: str) -> Path:
    """Return the path of a name in a folder. In a revision its files are written. Raises RevisionError."""
    export = _export_of(folder)
    return folder / name if export is None else export.join(folder, name)


def format_path(path: Path) -> str:
    """Return the text of a path for a report: as the user gave it, followed by `@` and the revision if it has one."""
    export = _export_of(path)
    return str(path) if export is None else export.shown(path)


def to_working_tree(path: Path) -> Path:
    """Return the path in the working tree that a path of a revision stands for; any other path as it is."""
    export = _export_of(path)
    return path if export is None else export.on_disk(path)


def get_ref(path: Path) -> str | None:
    """Return the name of the revision that a path belongs to."""
    export = _export_of(path)
    return None if export is None else export.ref


def get_commit(path: Path) -> str | None:
    """Return the commit that a path belongs to."""
    export = _export_of(path)
    return None if export is None else export.commit


def lacks_contents(path: Path) -> bool:
    """Return whether the repository lacks the contents of a file, as a partial clone does."""
    export = _export_of(path)
    return export is not None and bool(export.lacking) and path.resolve() in export.lacking


def _export_of(path: Path) -> Export | None:
    return next((_EXPORTS[each] for each in path.parents if each in _EXPORTS), None) if _EXPORTS else None
