"""A git revision, read as the working tree is read, without a checkout of it."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from errno import EISDIR, ENOENT, ENOTDIR
from fnmatch import fnmatchcase
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Literal

from rollout_lint import git
from rollout_lint.git_tree import tree_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

    from rollout_lint.git_tree import Tree

_SHORTEST_ABBREVIATION = 7
_SHOWN_HASH = 12
_HASH = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_MAGIC = frozenset("*?[")


class RevisionError(Exception):
    """A revision that cannot be read; its text says why."""


def open_revision(folder: Path, ref: str) -> Revision:
    """The commit that `ref` names, in the repository that holds a folder; the folder need not exist today.

    Raises RevisionError where there is no git, no repository, or no such commit with its tree in this clone.
    """
    existing = _existing(folder)
    top = Path(os.fsdecode(_git(existing, "rev-parse", "--show-toplevel").removesuffix(b"\n")))
    commit = _commit(top, ref)
    when = _git(top, "rev-list", "--max-count=1", "--format=%cI", commit).decode().split()[-1]
    _tree(top, commit)
    return Revision(top, commit, ref, when)


def resolves(folder: Path, ref: str) -> str | None:
    """The full hash of the commit that `ref` names in the repository that holds a folder, None where it names none.

    Fewer than seven hex digits are no abbreviated hash: they may well be another repository's.
    """
    try:
        commit = _commit(_existing(folder), ref)
    except RevisionError:
        return None
    abbreviated = len(ref) < _SHORTEST_ABBREVIATION and commit.startswith(ref.lower())
    return None if abbreviated else commit


def moves(folder: Path, ref: str) -> bool:
    """Whether `ref`, which names a commit there, is a branch or HEAD, and so names others as time goes by."""
    name = _git(_existing(folder), "rev-parse", "--symbolic-full-name", ref)
    return name.strip() == b"HEAD" or name.startswith((b"refs/heads/", b"refs/remotes/"))


def refusal(folder: Path) -> str | None:
    """Why git says nothing of a folder that lies in a repository; None where it does, and where there is none."""
    existing = _existing(folder)
    try:
        _git(existing, "rev-parse", "--git-dir")
    except RevisionError as error:
        return str(error) if any(os.path.lexists(each / ".git") for each in (existing, *existing.parents)) else None
    return None


def newest_before(folder: Path, moment: str) -> str | None:
    """The commit that HEAD's branch was at, at an ISO 8601 moment; None where its history does not go back that far.

    A date is the end of that day, and a time without a zone is taken, in UTC. Only first parents are followed, since a
    commit of a branch that was merged later was nothing that could be deployed from here then. A shallow clone's
    history ends where it was cut. Raises RevisionError where there is no git or no repository, or for another text.
    """
    existing = _existing(folder)
    latest = _seconds(moment)
    _git(existing, "rev-parse", "--git-dir")
    try:
        head = _commit(existing, "HEAD")
    except RevisionError:
        return None
    history = _git(existing, "rev-list", "--first-parent", "--timestamp", head).split()
    commits = zip(history[::2], history[1::2], strict=True)
    return next((commit.decode() for committed, commit in commits if int(committed) <= latest), None)


@dataclass(frozen=True, slots=True, order=True)
class Revision:
    """A commit of the repository whose working tree is at `top`: its full hash, how it was named, its committer date.

    The date is ISO 8601, in the committer's own zone.
    """

    top: Path
    commit: str
    ref: str = field(compare=False)
    date: str = field(compare=False)

    def path(self, folder: Path) -> RevisionPath:
        """The same place in this revision as a path of the working tree, which need not exist there today.

        Raises RevisionError for one that lies outside of the working tree.
        """
        return RevisionPath(self, _place_of(folder, self.top), PurePath(folder))

    @property
    def short(self) -> str:
        """How the revision was named; a full hash is cut."""
        return self.ref[:_SHOWN_HASH] if _HASH.fullmatch(self.ref) else self.ref


@dataclass(frozen=True, slots=True, order=True)
class RevisionPath:
    """A path in a revision, with the part of `pathlib.Path` that reading a recipe needs.

    `place` is where it would lie on disk. It has no `__fspath__`, so that nothing opens that by mistake. Links are
    followed within the revision's tree, and a submodule is absent from it. Methods raise what those of Path raise.
    """

    revision: Revision
    place: PurePath
    shown: PurePath = field(compare=False)

    def __str__(self) -> str:
        """The path as it was named, and the revision."""
        return f"{self.shown}@{self.revision.short}"

    def __truediv__(self, other: str | PurePath) -> RevisionPath:
        """The path below this one; an absolute one replaces it."""
        return RevisionPath(self.revision, self.place / other, self.shown / other)

    def as_posix(self) -> str:
        """The text of it, with forward slashes."""
        return f"{self.shown.as_posix()}@{self.revision.short}"

    @property
    def name(self) -> str:
        """The last part."""
        return self.place.name

    @property
    def parent(self) -> RevisionPath:
        """The folder of it; that of the tree's root lies outside the tree."""
        shown = self.shown / ".." if self.shown.name in ("", "..") else self.shown.parent
        return RevisionPath(self.revision, self.place.parent, shown)

    @property
    def parents(self) -> tuple[RevisionPath, ...]:
        """The folders above it, the nearest first, up to the tree's root."""
        above: list[RevisionPath] = []
        here = self
        while here.place != self.revision.top and here.place.is_relative_to(self.revision.top):
            here = here.parent
            above.append(here)
        return tuple(above)

    def relative_to(self, other: RevisionPath) -> PurePath:
        """The path from another one of the same revision; raises ValueError where it does not lie below that."""
        if self.revision != other.revision:
            raise ValueError(f"{self} is not of the same revision as {other}")
        return self.place.relative_to(other.place)

    def is_relative_to(self, other: object) -> bool:
        """Whether it lies at or below another path of the same revision, as both are written."""
        same = isinstance(other, RevisionPath) and self.revision == other.revision
        return same and self.place.is_relative_to(other.place)  # type: ignore[attr-defined]

    def resolve(self) -> RevisionPath:
        """Where its links lead; in a circle, to the root of all paths, which is in no tree."""
        place, _ = self._tree.follow(self.place)
        return RevisionPath(self.revision, place, place)

    def exists(self) -> bool:
        """Whether there is a file or a folder, once links are followed."""
        return self.is_file() or self.is_dir()

    def is_file(self) -> bool:
        """Whether there is a file, once links are followed."""
        return self._tree.key(self.place) in self._tree.blobs

    def is_dir(self) -> bool:
        """Whether there is a folder, once links are followed."""
        return self._tree.key(self.place) in self._tree.folders

    def is_symlink(self) -> bool:
        """Whether this very path is a link."""
        key = self._tree.key(self.place.parent)
        return key is not None and _below(key, self.place.name) in self._tree.links

    def iterdir(self) -> Iterator[RevisionPath]:
        """What is in the folder."""
        for name in self._names():
            yield self / name

    def glob(self, pattern: str) -> Iterator[RevisionPath]:
        """What below it has a name of this pattern; each part of `a/*.yml` is held against one name."""
        found = [self]
        for part in PurePath(pattern).parts:
            found = [path for folder in found for path in folder._matching(part)]
        yield from found

    def open(self, mode: Literal["rb"] = "rb") -> Content:
        """The contents of a file, which are read from the repository once `read` asks for them."""
        del mode
        key = self._tree.key(self.place)
        if key in self._tree.folders:
            raise IsADirectoryError(EISDIR, os.strerror(EISDIR), str(self))
        if key not in self._tree.blobs:
            raise FileNotFoundError(ENOENT, os.strerror(ENOENT), str(self))
        return Content(self.revision.top, self._tree.blobs[key])

    def read_bytes(self) -> bytes:
        """All of a file; `open` and `read` where it may be too large."""
        with self.open() as stream:
            return stream.read()

    @property
    def _tree(self) -> Tree:
        return _tree(self.revision.top, self.revision.commit)

    def _names(self) -> list[str]:
        key = self._tree.key(self.place)
        if key in self._tree.folders:
            return self._tree.folders[key]
        if self.is_file():
            raise NotADirectoryError(ENOTDIR, os.strerror(ENOTDIR), str(self))
        raise FileNotFoundError(ENOENT, os.strerror(ENOENT), str(self))

    def _matching(self, part: str) -> list[RevisionPath]:
        if not self.is_dir():
            return []
        if part == "**":
            below = [path for path in self.iterdir() if path.is_dir() and not path.is_symlink()]
            return [self, *(path for folder in below for path in folder._matching(part))]
        if _MAGIC.isdisjoint(part):
            return [self / part] if (self / part).exists() else []
        return [self / name for name in self._names() if fnmatchcase(name, part)]


class Content:
    """A blob, read from its start on; each `read` asks the repository for no more than it returns."""

    def __init__(self, top: Path, blob: str) -> None:
        """Nothing is read yet."""
        self._top = top
        self._blob = blob
        self._at = 0

    def __enter__(self) -> Content:
        """There is nothing to open."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """There is nothing to close."""

    def read(self, size: int = -1) -> bytes:
        """The next bytes, all that are left without a size; raises OSError."""
        end = None if size < 0 else self._at + size
        data = git.read_blob(self._top, self._blob, end)[self._at :]
        self._at += len(data)
        return data


def _below(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name


def _git(folder: Path, *arguments: str) -> bytes:
    try:
        return git.run(folder, *arguments)
    except git.GitError as error:
        raise RevisionError(str(error)) from error


def _tree(top: Path, commit: str) -> Tree:
    try:
        return tree_of(top, commit)
    except git.GitError as error:
        raise RevisionError(str(error)) from error


def _commit(folder: Path, ref: str) -> str:
    """The full hash; an option, a range and a path in a tree name no commit."""
    if not ref or ref.startswith("-") or ":" in ref or not ref.isprintable():
        raise RevisionError(f"{ref!r} is not the name of a commit")
    try:
        found = git.run(folder, "rev-parse", "--verify", f"{ref}^{{commit}}").decode().strip()
    except git.GitError as error:
        raise RevisionError(_why_not(folder, ref, str(error))) from error
    if not _HASH.fullmatch(found):
        raise RevisionError(f"{ref!r} is not the name of a commit")
    return found


def _why_not(folder: Path, ref: str, words: str) -> str:
    if "eeded a single revision" not in words:
        return words
    if "ambiguous" in words:
        return f"{ref} is short for more than one commit"
    shallow = _git(folder, "rev-parse", "--is-shallow-repository").strip() == b"true"
    return f"there is no commit {ref}" + (" in this clone, which is shallow" if shallow else "")


def _existing(folder: Path) -> Path:
    """The nearest folder, upwards, that exists today."""
    absolute = folder.absolute()
    return next(each for each in (absolute, *absolute.parents) if _is_folder(each))


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:
        return False


def _place_of(folder: Path, top: Path) -> PurePath:
    """A path of the working tree by the root's real path; a link in it that exists today is kept as one."""
    absolute = Path(os.path.abspath(folder))  # noqa: PTH100
    for each in (absolute, *absolute.parents):
        if _is_folder(each) and each.samefile(top):
            return top / absolute.relative_to(each)
    try:
        real = Path(os.path.realpath(absolute))
    except (OSError, ValueError):
        real = absolute
    if not real.is_relative_to(top):
        raise RevisionError(f"{folder} lies outside the repository {top}")
    return real


def _seconds(moment: str) -> int:
    """Seconds since the epoch of an ISO 8601 date or date-time."""
    try:
        parsed = datetime.fromisoformat(moment)
        if _is_date(moment):
            parsed = datetime.combine(parsed, time(23, 59, 59))
        return int((parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).timestamp() // 1)
    except (ValueError, OverflowError) as error:
        raise RevisionError(f"{moment!r} is not an ISO 8601 date") from error


def _is_date(moment: str) -> bool:
    try:
        date.fromisoformat(moment)
    except ValueError:
        return False
    return True
