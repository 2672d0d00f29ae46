"""Atomic change of several files on disk."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from rollout_lint.discovery.atomic_write import stage_write, write_atomically

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rollout_lint.discovery.atomic_write import StagedWrite
    from rollout_lint.fix.model import Change


class WriteError(Exception):
    """Failure to write the changes. Its text says which files have their new contents."""


def write_changes(changes: Sequence[Change]) -> list[tuple[str, str]]:
    """Write all files, or none. Return the name of a file and a note for each thing that it could not keep.

    Raises WriteError if a file changed since it was read, or cannot be written.
    """
    staged: list[tuple[Change, StagedWrite]] = []
    written: list[Change] = []
    try:
        with ExitStack() as stack:
            for change in changes:
                with _reports_failure(change):
                    staged.append((change, stack.enter_context(stage_write(change.path, change.after))))
            for change, each in staged:
                with _reports_failure(change):
                    each.require(change.before)
            for change, each in staged:
                with _reports_failure(change):
                    each.commit(change.before)
                written.append(change)
    except BaseException as error:
        left = [change.name for change in written if not _revert(change)]
        if not isinstance(error, WriteError):
            raise
        raise WriteError(f"{error}; {_describe_state(left)}") from error
    return [(change.name, note) for change, each in staged for note in each.notes]


@contextmanager
def _reports_failure(change: Change) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise WriteError(f"{change.name} cannot be written: {error.strerror}") from error


def _describe_state(left: list[str]) -> str:
    if not left:
        return "no file of this recipe was changed"
    return f"{' and '.join(left)} cannot be restored, so the new contents stay"


def _revert(change: Change) -> bool:
    """Restore the contents of a file that was written, unless it changed again. Return True if that succeeds."""
    try:
        if change.before is None:
            change.path.unlink()
        else:
            write_atomically(change.path, change.before, expected=change.after)
    except OSError:
        return False
    return True
