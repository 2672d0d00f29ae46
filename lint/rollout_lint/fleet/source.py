"""Name and revision of the fleet that a sweep reads."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from rollout_lint.discovery.filesystem import is_folder


@dataclass(frozen=True, slots=True)
class FleetSource:
    """Name of a fleet, and the commit of its files: None if they are not in a commit.

    `ref` is the name of the commit that the user gave with `--at`. Without it, files can have uncommitted changes.
    """

    name: str = ""
    commit: str | None = None
    ref: str | None = None


def find_fleet_source(path: Path, ref: str | None = None) -> FleetSource:
    """Return the source of the fleet at a path: its folder, or a file in that folder.

    Raises RevisionError if there is no commit with the name `ref`.
    """
    from rollout_lint.discovery.revision import find_head, open_revision

    absolute = Path(os.path.abspath(path))  # noqa: PTH100
    is_file_path = absolute.suffix in (".yml", ".yaml") and not is_folder(absolute)
    folder = absolute.parent if is_file_path else absolute
    commit = find_head(folder) if ref is None else open_revision(folder, ref).commit
    return FleetSource(folder.name or str(folder), commit, ref)
