"""Commits of a git repository, found by name or date."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from pathlib import Path

from rollout_lint.discovery import git
from rollout_lint.discovery.export import MAX_BYTES, Export, RevisionError
from rollout_lint.discovery.filesystem import is_folder, read_bytes
from rollout_lint.discovery.revision_paths import get_commit, to_working_tree

_MIN_HASH_LENGTH = 7
_SHORT_HASH_LENGTH = 12
_HASH = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


def open_revision(folder: Path, ref: str) -> Revision:
    """Return the commit of `ref` in the repository of a folder, which need not exist in the working tree.

    Raises RevisionError if git, the repository or the commit is missing.
    """
    top = find_top(folder)
    return Revision(top, _commit(top, ref), ref)


def resolve_commit(folder: Path, ref: str) -> str | None:
    """Return the full hash of `ref` in the repository of a folder, or None if the commit is unknown.

    Fewer than seven hex digits are not a short hash, because they could belong to another repository.
    """
    try:
        commit = _commit(_existing(folder), ref)
    except RevisionError:
        return None
    is_too_short = len(ref) < _MIN_HASH_LENGTH and commit.startswith(ref.lower())
    return None if is_too_short else commit


def find_head(folder: Path) -> str | None:
    """Return the full hash of HEAD if that commit contains the existing folder; None without git or a repository."""
    try:
        commit = _commit(folder, "HEAD")
        _git(folder, "rev-parse", "--verify", f"{commit}:./")
    except RevisionError:
        return None
    return commit


def is_branch_or_head(folder: Path, ref: str) -> bool:
    """Return True if `ref` is a branch or HEAD, so that its commit changes over time."""
    name = _git(_existing(folder), "rev-parse", "--symbolic-full-name", ref)
    return name.strip() == b"HEAD" or name.startswith((b"refs/heads/", b"refs/remotes/"))


def find_git_error(folder: Path) -> str | None:
    """Return the error of git for a folder in a repository, or None without an error or a repository."""
    existing = _existing(folder)
    try:
        _git(existing, "rev-parse", "--git-dir")
    except RevisionError as error:
        return str(error) if any(os.path.lexists(each / ".git") for each in (existing, *existing.parents)) else None
    return None


def find_commit_before(folder: Path, moment: str) -> str | None:
    """Return the commit of the branch of HEAD at an ISO 8601 moment, or None if the history starts later.

    A date means the end of that day, and a time without a zone is in UTC. Only first parents are followed, because
    commits of a branch that was merged later could not be deployed at that moment. Raises RevisionError for another
    text, or if git or the repository is missing.
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


def find_commit_date(path: Path) -> str | None:
    """Return the committer date, in ISO 8601, of the commit that last changed a file, also of one in a revision.

    None without git or a repository, for a file that differs from HEAD, and if a shallow clone lacks that commit.
    """
    from rollout_lint.discovery.revision_files import RevisionFiles

    commit = get_commit(path)
    file = to_working_tree(Path(os.path.realpath(path)))
    try:
        revision = open_revision(file.parent, commit or "HEAD")
        if not RevisionFiles(revision).holds(file, read_bytes(path, MAX_BYTES + 1)):
            return None
        name = f":(top,literal){file.relative_to(revision.top).as_posix()}"
        changes = ("rev-list", "--max-count=1", "--format=%cI", revision.commit, "--", name)
        _, last, date = _git(revision.top, *changes).decode().split()
        is_shallow = _git(revision.top, "rev-parse", "--is-shallow-repository").strip() == b"true"
        # The oldest commit of a shallow clone seems to add every file.
        is_oldest = is_shallow and len(_git(revision.top, "rev-list", "--max-count=1", "--parents", last).split()) == 1
    except (RevisionError, OSError, ValueError):
        return None
    return None if is_oldest else date


@dataclass(frozen=True, slots=True, order=True)
class Revision:
    """Commit of the repository with its working tree at `top`: its full hash, and the name from the user."""

    top: Path
    commit: str
    ref: str = field(compare=False)

    @property
    def date(self) -> str:
        """Committer date in ISO 8601, in the zone of the committer."""
        return _git(self.top, "rev-list", "--max-count=1", "--format=%cI", self.commit).decode().split()[-1]

    @property
    def short(self) -> str:
        """Name of the revision, with a short hash instead of a full one."""
        return self.ref[:_SHORT_HASH_LENGTH] if _HASH.fullmatch(self.ref) else self.ref

    def export(self, folder: Path) -> Export:
        """Return an export of a path of the working tree, which need not exist there. No file is written yet.

        Raises RevisionError if the path is outside of the working tree.
        """
        return Export(self.top, self.commit, self.short, folder, _real_path(folder, self.top))


def find_top(folder: Path) -> Path:
    """Return the root of the working tree with a folder, which need not exist. Raises RevisionError."""
    return Path(os.fsdecode(_git(_existing(folder), "rev-parse", "--show-toplevel").removesuffix(b"\n")))


def _git(folder: Path, *arguments: str) -> bytes:
    try:
        return git.run(folder, *arguments)
    except git.GitError as error:
        raise RevisionError(str(error)) from error


def _commit(folder: Path, ref: str) -> str:
    """Return the full hash of a commit; an option, a range and a path in a tree are not commits."""
    if not ref or ref.startswith("-") or ":" in ref or not ref.isprintable():
        raise RevisionError(f"{ref!r} is not the name of a commit")
    try:
        found = git.run(folder, "rev-parse", "--verify", f"{ref}^{{commit}}").decode().strip()
    except git.GitError as error:
        raise RevisionError(_explain_missing_commit(folder, ref, str(error))) from error
    if not _HASH.fullmatch(found):
        raise RevisionError(f"{ref!r} is not the name of a commit")
    return found


def _explain_missing_commit(folder: Path, ref: str, message: str) -> str:
    if "eeded a single revision" not in message:
        return message
    if "ambiguous" in message:
        return f"{ref} is short for more than one commit"
    shallow = _git(folder, "rev-parse", "--is-shallow-repository").strip() == b"true"
    return f"there is no commit {ref}" + (" in this clone, which is shallow" if shallow else "")


def _existing(folder: Path) -> Path:
    """Return the closest existing folder at or above a path."""
    absolute = folder.absolute()
    return next(each for each in (absolute, *absolute.parents) if is_folder(each))


def _real_path(folder: Path, top: Path) -> Path:
    """Return a path of the working tree below the real path of its root; links in the working tree are kept."""
    absolute = Path(os.path.abspath(folder))  # noqa: PTH100
    for each in (absolute, *absolute.parents):
        if is_folder(each) and each.samefile(top):
            return top / absolute.relative_to(each)
    try:
        real = Path(os.path.realpath(absolute))
    except (OSError, ValueError):
        real = absolute
    if not real.is_relative_to(top):
        raise RevisionError(f"{folder} is outside the repository {top}")
    return real


def _seconds(moment: str) -> int:
    """Return the seconds since the epoch of an ISO 8601 date or date-time."""
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
