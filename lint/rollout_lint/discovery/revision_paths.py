"""Paths in the temporary folders of exported revisions, and normal paths, treated alike.

Every command imports this module, so the export itself is imported only for a revision.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from rollout_lint.discovery.export import Export

EXPORTS: dict[Path, Export] = {}
"""Exports by their temporary folder."""


@contextmanager
def close_new_exports() -> Iterator[None]:
    """Remove the files of all exports that are made in the context, for a process that does not end after them."""
    before = set(EXPORTS)
    try:
        yield
    finally:
        for folder in EXPORTS.keys() - before:
            EXPORTS[folder].close()


def join_path(folder: Path, name: str) -> Path:
    """Return the path of a name in a folder, and write its files in a revision. Raises RevisionError."""
    export = _export_of(folder)
    return folder / name if export is None else export.join_path(folder, name)


def format_path(path: Path) -> str:
    """Return a path for reports: as the user gave it, followed by `@` and the revision if it has one."""
    export = _export_of(path)
    return str(path) if export is None else export.format_path(path)


def to_working_tree(path: Path) -> Path:
    """Return the path in the working tree for a path of a revision, or any other path unchanged."""
    export = _export_of(path)
    return path if export is None else export.to_working_tree(path)


def get_ref(path: Path) -> str | None:
    """Return the name of the revision that a path belongs to."""
    export = _export_of(path)
    return None if export is None else export.ref


def get_commit(path: Path) -> str | None:
    """Return the commit that a path belongs to."""
    export = _export_of(path)
    return None if export is None else export.commit


def has_missing_contents(path: Path) -> bool:
    """Return True if the contents of a file are missing in the repository, as in a partial clone."""
    export = _export_of(path)
    return export is not None and bool(export.missing) and path.resolve() in export.missing


def _export_of(path: Path) -> Export | None:
    return next((EXPORTS[each] for each in path.parents if each in EXPORTS), None) if EXPORTS else None
