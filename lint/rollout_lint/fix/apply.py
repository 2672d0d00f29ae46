"""Atomic change of several files on disk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rollout_lint.discovery.atomic_write import write_atomically
from rollout_lint.discovery.filesystem import exists, read_bytes
from rollout_lint.syntax.parser import MAX_BYTES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rollout_lint.fix.model import Change


class WriteError(Exception):
    """Failure to write the changes, after which all files are as before."""


def write_changes(changes: Sequence[Change]) -> None:
    """Write all files, or none.

    Raises WriteError if a file changed since it was read, or cannot be written.
    """
    for change in changes:
        if _read(change) != change.before:
            raise WriteError(f"{change.name} changed after it was read")
    written: list[Change] = []
    try:
        for change in changes:
            write_atomically(change.path, change.after)
            written.append(change)
    except OSError as error:
        for change in written:
            _revert(change)
        raise WriteError(f"{changes[len(written)].name} cannot be written: {error.strerror}") from error


def _read(change: Change) -> bytes | None:
    try:
        return read_bytes(change.path, MAX_BYTES + 1) if exists(change.path) else None
    except OSError as error:
        raise WriteError(f"{change.name} cannot be read: {error.strerror}") from error


def _revert(change: Change) -> None:
    if change.before is None:
        change.path.unlink()
    else:
        write_atomically(change.path, change.before)
