"""Changes on disk: all of them, or none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rollout_lint.discovery.atomic_write import write_atomically
from rollout_lint.discovery.filesystem import exists

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rollout_lint.fix.model import Change


class StoreError(Exception):
    """Nothing was written; the text says why."""


def store(changes: Sequence[Change]) -> None:
    """Write every file, in place of what it was when it was read.

    Raises StoreError where somebody has changed one since, or where one cannot be written.
    """
    for change in changes:
        if _on_disk(change) != change.before:
            raise StoreError(f"{change.name} was changed in the meantime")
    written: list[Change] = []
    try:
        for change in changes:
            write_atomically(change.path, change.after)
            written.append(change)
    except OSError as error:
        for change in written:
            _take_back(change)
        raise StoreError(f"{changes[len(written)].name} cannot be written: {error.strerror}") from error


def _on_disk(change: Change) -> bytes | None:
    try:
        return change.path.read_bytes() if exists(change.path) else None
    except OSError as error:
        raise StoreError(f"{change.name} cannot be read: {error.strerror}") from error


def _take_back(change: Change) -> None:
    if change.before is None:
        change.path.unlink()
    else:
        write_atomically(change.path, change.before)
