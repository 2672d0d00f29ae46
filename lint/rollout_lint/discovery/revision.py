"""Commits of a git repository: what a name or a moment stands for."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from pathlib import Path

from rollout_lint.discovery import git
from rollout_lint.discovery.export import Export, RevisionError

_SHORTEST_ABBREVIATION = 7
_SHOWN_HASH = 12
_HASH = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


def open_revision(folder: Path, ref: str, known: Revision | None = None) -> Revision:
    """The commit that `ref` names, in the repository that holds a folder; the folder need not exist today.

    Raises RevisionError where there is no git, no repository, or no such commit in this clone. `known` is the revision
    of `ref` in a repository that may be the same one.
    """
    top = _top(folder)
    return known if known is not None and known.top == top else Revision(top, _commit(top, ref), ref)


def resolve_commit(folder: Path, ref: str) -> str | None:
    """The full hash of the commit that `ref` names in the repository that holds a folder, None where it names none.

    Fewer than seven hex digits are no abbreviated hash: they may well be another repository's.
    """
    try:
        commit = _commit(_existing(folder), ref)
    except RevisionError:
        return None
    abbreviated = len(ref) < _SHORTEST_ABBREVIATION and commit.startswith(ref.lower())
    return None if abbreviated else commit


def is_branch_or_head(folder: Path, ref: str) -> bool:
    """Whether `ref`, which names a commit there, is a branch or HEAD, and so names others as time goes by."""
    name = _git(_existing(folder), "rev-parse", "--symbolic-full-name", ref)
    return name.strip() == b"HEAD" or name.startswith((b"refs/heads/", b"refs/remotes/"))


def find_git_error(folder: Path) -> str | None:
    """Why git says nothing of a folder that lies in a repository; None where it does, and where there is none."""
    existing = _existing(folder)
    try:
        _git(existing, "rev-parse", "--git-dir")
    except RevisionError as error:
        return str(error) if any(os.path.lexists(each / ".git") for each in (existing, *existing.parents)) else None
    return None


def find_commit_before(folder: Path, moment: str) -> str | None:
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
    """A commit of the repository whose working tree is at `top`: its full hash and the name that the user gave."""

    top: Path
    commit: str
    ref: str = field(compare=False)

    @property
    def date(self) -> str:
        """The committer date in ISO 8601, in the committer's own zone."""
        return _git(self.top, "rev-list", "--max-count=1", "--format=%cI", self.commit).decode().split()[-1]

    @property
    def short(self) -> str:
        """The name of the revision; a full hash is cut."""
        return self.ref[:_SHOWN_HASH] if _HASH.fullmatch(self.ref) else self.ref

    def export(self, folder: Path) -> Export:
        """Return an export with the path of the working tree, which need not exist there today; nothing is written yet.

        Raises RevisionError if the path lies outside of the working tree.
        """
        return Export(self.top, self.commit, self.short, folder, _place_of(folder, self.top))


def _top(folder: Path) -> Path:
    return Path(os.fsdecode(_git(_existing(folder), "rev-parse", "--show-toplevel").removesuffix(b"\n")))


def _git(folder: Path, *arguments: str) -> bytes:
    try:
        return git.run(folder, *arguments)
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


def _place_of(folder: Path, top: Path) -> Path:
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
