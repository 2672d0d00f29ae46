"""Files that are deployed together, as commands in the tree and the config say."""

from __future__ import annotations

import os
import posixpath
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from rollout_lint.discovery.exclude import Exclude
from rollout_lint.discovery.filesystem import glob_paths, is_file, is_outside, read_bytes, relative_path, resolve_links
from rollout_lint.discovery.revision_paths import format_path, to_working_tree
from rollout_lint.discovery.script_kind import script_kind
from rollout_lint.discovery.stack_file import BASE_NAMES
from rollout_lint.discovery.variants import is_pattern
from rollout_lint.record import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from rollout_lint.discovery.deploy_commands import DeployCommand
    from rollout_lint.discovery.tree import Folder
    from rollout_lint.location import Location


MAX_SCRIPT_BYTES = 1024 * 1024


class DeclaredStack(Record):
    """Entry of `stacks` in a config or a manifest in `folder`, which is absolute.

    `files` are merged in this order. A single pattern means that each file that it matches is a stack.
    """

    files: tuple[str, ...]
    folder: Path
    location: Location
    name: str | None = None

    def find_error(self, is_forbidden: Callable[[Path], bool]) -> str | None:
        """Return why the entry is invalid, or None. `is_forbidden` returns True for a file that it must not name."""
        if any(map(is_pattern, self.files)):
            if len(self.files) > 1:
                return "a pattern cannot be merged with other files: give it an entry of its own"
            if self.name is not None:
                return "a pattern means several stacks, which cannot all have this name"
            if not self._matching_files():
                return f"no file matches {self.files[0]}"
        named = self._matching_files() if is_pattern(self.files[0]) else self.files
        outside = (file for file in named if is_forbidden(self.folder / file))
        return next((f"{file} is outside the repository, not read; name it with -c" for file in outside), None)

    def deployments(self, tree: Path) -> Iterator[Deployment]:
        """Yield the deployments with a file in a tree, with paths that begin with that of the tree."""
        lists = [(file,) for file in self._matching_files()] if is_pattern(self.files[0]) else [self.files]
        top = os.path.abspath(to_working_tree(tree))  # noqa: PTH100
        for files in lists:
            paths = [os.path.relpath(os.path.join(self.folder, file), top) for file in files]  # noqa: PTH118
            if not all(path.startswith("..") for path in paths):
                yield Deployment(tuple(tree / path for path in paths), self.name)

    def _matching_files(self) -> list[str]:
        return [str(path) for path in glob_paths(self.folder, self.files[0]) if is_file(path)]


class Deployment(Record):
    """Files that are deployed together, in order.

    `name` is the name of the recipe if the config gives one. `deployed_by` is the file and line of the command; it is
    None for the config.
    """

    files: tuple[Path, ...]
    name: str | None = None
    deployed_by: str | None = None

    @property
    def owner(self) -> Path:
        """File whose recipe the files are a variant of: the first one with the name of a base, else the first one."""
        return next((file for file in self.files if file.name in BASE_NAMES), self.files[0])


def find_deployments(
    folders: Sequence[Folder],
    tree: Path,
    display: Callable[[Path], str] = format_path,
    exclude: Exclude | None = None,
) -> list[Deployment]:
    """Return what the deploy commands in files of the folders deploy, each list of files once.

    Scripts are read as text and never run. A command with a file that is excluded or outside of the tree is ignored.
    """
    is_excluded = (exclude or Exclude()).file_matcher()
    resolved_tree = resolve_links(tree)

    def is_within(path: Path) -> bool:
        return is_file(path) and not is_outside(path, resolved_tree)

    found: dict[tuple[Path, ...], Deployment] = {}
    for folder in folders:
        prefix = f"{relative_path(folder.path, tree)}/".removeprefix("./")
        for name in folder.names:
            if script_kind(f"{prefix}{name}") is not None:
                for each in _deployments_in(folder.path / name, tree, is_within, display):
                    if not any(is_excluded(relative_path(file, tree)) for file in each.files):
                        found.setdefault(each.files, each)
    return list(found.values())


def _deployments_in(
    script: Path, tree: Path, is_within: Callable[[Path], bool], display: Callable[[Path], str]
) -> Iterator[Deployment]:
    try:
        data = read_bytes(script, MAX_SCRIPT_BYTES + 1) if is_within(script) else b""
    except OSError:
        return
    if len(data) > MAX_SCRIPT_BYTES or b"stack" not in data:
        return
    # Most trees have no such script, and compiling the grammar of shells takes longer than a small check.
    from rollout_lint.discovery.deploy_commands import find_deploy_commands

    for command in find_deploy_commands(data, relative_path(script, tree)):
        files = _existing_files(command, script, tree, is_within)
        if files:
            yield Deployment(files, deployed_by=f"{display(script)}:{command.line}")


def _existing_files(
    command: DeployCommand, script: Path, tree: Path, is_within: Callable[[Path], bool]
) -> tuple[Path, ...]:
    """Return the files of a command, relative to the folder of the script or to one above it, () if one is missing."""
    folder = PurePosixPath(relative_path(script.parent, tree))
    for each in (folder, *folder.parents):
        named = [posixpath.normpath(each / (command.folder or "") / file) for file in command.files]
        files = tuple(tree / name for name in named if not name.startswith(("..", "/")))
        if len(files) == len(named) and all(map(is_within, files)):
            return files
    return ()
