"""Files of a revision, compared with the present ones."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from rollout_lint.discovery import git
from rollout_lint.discovery.export import MAX_BYTES, RevisionError, read_files
from rollout_lint.discovery.filesystem import is_file, read_bytes
from rollout_lint.discovery.revision_paths import get_commit, to_working_tree

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rollout_lint.discovery.revision import Revision


@dataclass(eq=False)
class RevisionFiles:
    """Files of a revision, by paths of the working tree or of another revision."""

    revision: Revision
    _positions: dict[Path, str | None] = field(default_factory=dict)

    def has(self, path: Path) -> bool:
        """Return True if the revision has the file."""
        return self._object(path) is not None

    def read(self, paths: Sequence[Path]) -> list[bytes | None]:
        """Return the contents of files that the revision has; None for one that is too large or missing in a clone."""
        names = [self._object(path) or "" for path in paths]
        blobs = git.read_blobs(self.revision.top, names, MAX_BYTES)
        return [data if isinstance(data, bytes) else None for data in blobs]

    def holds(self, path: Path, data: bytes) -> bool:
        """Return True if the file has this data in the revision, or would after git converts the line ends."""
        name = self._object(path)
        return name is not None and name in (git.hash_blob(each, name) for each in (data, data.replace(b"\r\n", b"\n")))

    def differs(self, before: Path, now: Path, *, is_secret: bool) -> bool | None:
        """Return True if a file differs from another one of the revision; None if git does not know both.

        A secret is never opened: that of the working tree is the one in the index.
        """
        earlier, position = self._object(before), self._position(now)
        if earlier is None or position is None:
            return None
        commit = get_commit(now)
        if commit is not None:
            return _differ(earlier, read_files(self.revision.top, commit).get(position, ("", False)))
        if is_secret:
            return _differ(earlier, (self._index.get(position, ""), False))
        if (position not in self._tree and position not in self._index) or not is_file(now):
            return None
        try:
            data = read_bytes(now, MAX_BYTES + 1)
        except OSError:
            return None
        return not self.holds(before, data)

    def list_removed(self, folder: Path) -> Iterator[str]:
        """Yield the names of the files directly in a folder that the revision has, and that are gone."""
        position = self._position(folder)
        names = [] if position is None else self._names_by_folder.get(PurePosixPath(position), [])
        yield from (name for name in names if not os.path.lexists(folder / name))

    @cached_property
    def _tree(self) -> dict[str, tuple[str, bool]]:
        return read_files(self.revision.top, self.revision.commit)

    @cached_property
    def _names_by_folder(self) -> dict[PurePosixPath, list[str]]:
        names: dict[PurePosixPath, list[str]] = {}
        for path in map(PurePosixPath, self._tree):
            names.setdefault(path.parent, []).append(path.name)
        return names

    @cached_property
    def _index(self) -> dict[str, str]:
        try:
            return git.read_index(self.revision.top)
        except git.GitError as error:
            raise RevisionError(str(error)) from error

    def _object(self, path: Path) -> str | None:
        """Return the object of a file in the revision, None for a link or without it."""
        name, is_link = self._tree.get(self._position(path) or "", ("", True))
        return None if is_link else name

    def _position(self, path: Path) -> str | None:
        """Return the path below the root of the repository, with the links of the working tree followed."""
        if path not in self._positions:
            real = to_working_tree(Path(os.path.realpath(path)))
            top = self.revision.top
            self._positions[path] = real.relative_to(top).as_posix() if real.is_relative_to(top) else None
        return self._positions[path]


def _differ(name: str, other: tuple[str, bool]) -> bool | None:
    """Return True for different objects; None if the other is missing or a link."""
    other_name, is_link = other
    return None if is_link or not other_name else name != other_name
