"""Files that are deployed together, as commands in the tree and the config say."""

from __future__ import annotations

import posixpath
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

from rollout_lint.discovery.deploy_commands import find_deploy_commands, may_have_commands
from rollout_lint.discovery.filesystem import is_file, is_outside, read_bytes, relative_path
from rollout_lint.discovery.revision_paths import format_path
from rollout_lint.discovery.stack_file import BASE_NAMES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from rollout_lint.discovery.deploy_commands import DeployCommand
    from rollout_lint.discovery.tree import Folder

MAX_SCRIPT_BYTES = 1024 * 1024


class Deployment(NamedTuple):
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
    folders: Iterable[Folder], tree: Path, display: Callable[[Path], str] = format_path
) -> list[Deployment]:
    """Return what the deploy commands in files of the folders deploy, each list of files once.

    Scripts are read as text and never run. Files outside of the tree do not count.
    """
    found: dict[tuple[Path, ...], Deployment] = {}
    for folder in folders:
        for name in folder.names:
            path = folder.path / name
            if may_have_commands(relative_path(path, tree)):
                for each in _deployments_in(path, tree, display):
                    found.setdefault(each.files, each)
    return list(found.values())


def _deployments_in(script: Path, tree: Path, display: Callable[[Path], str]) -> Iterator[Deployment]:
    try:
        data = read_bytes(script, MAX_SCRIPT_BYTES + 1) if is_file(script) and not is_outside(script, tree) else b""
    except OSError:
        return
    if len(data) > MAX_SCRIPT_BYTES:
        return
    for command in find_deploy_commands(data, relative_path(script, tree)):
        files = _existing_files(command, script, tree)
        if files:
            yield Deployment(files, deployed_by=f"{display(script)}:{command.line}")


def _existing_files(command: DeployCommand, script: Path, tree: Path) -> tuple[Path, ...]:
    """Return the files of a command, relative to the folder of the script or to one above it, () if one is missing."""
    folder = PurePosixPath(relative_path(script.parent, tree))
    for each in (folder, *folder.parents):
        named = [posixpath.normpath(each / (command.folder or "") / file) for file in command.files]
        files = tuple(tree / name for name in named if not name.startswith(("..", "/")))
        if len(files) == len(named) and all(is_file(file) and not is_outside(file, tree) for file in files):
            return files
    return ()
