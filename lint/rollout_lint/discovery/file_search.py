"""Search for the recipes that one file is part of."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from rollout_lint.discovery.deployments import find_deployments
from rollout_lint.discovery.env_sample import ENV_SAMPLES
from rollout_lint.discovery.layout import Discovery, FolderRecipes, Layout
from rollout_lint.discovery.recipe import LayerFile, Recipe, Variant
from rollout_lint.discovery.revision_paths import format_path
from rollout_lint.discovery.skipped import SkipReason
from rollout_lint.discovery.stack_file import BASE_NAMES
from rollout_lint.discovery.tree import find_tree, list_folder, walk_tree

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from rollout_lint.discovery.deployments import DeclaredStack
    from rollout_lint.discovery.tree import Folder

_NEVER_ALONE = (SkipReason.NO_BASE, SkipReason.FRAGMENT)
"""Reasons why a file is not checked even if the user names it: every finding in it would be wrong."""


class FileSearch:
    """Search for the recipes of one file, as a search of its repository would find them.

    Outside of a repository, it reads only the folders of the file, above it, in it and beside it, and scripts in the
    folders above it up to the current one. It uses absolute paths inside, and returns paths as the user gave the file.
    """

    def __init__(
        self,
        file: Path,
        overlays: Sequence[str],
        stacks: Sequence[DeclaredStack] = (),
        contents: bytes | None = None,
        is_excluded: Callable[[str], bool] = lambda _: False,
    ) -> None:
        """Find the folders, and what is deployed together in them.

        `contents` are those of the file if they are not those on the disk; then it need not exist. `is_excluded` says
        of an absolute path, with a slash at the end for a folder, if a search of the tree would skip it.
        """
        self._is_excluded = is_excluded
        self._file = file
        self._path = Path(os.path.abspath(file))  # noqa: PTH100
        self._folder = self._path.parent
        self._overlays = overlays
        self._tree, is_repository = find_tree(self._path)
        folders = walk_tree(self._tree) if is_repository else self._list_around()
        self._folders = list(self._without_excluded(folders))
        above = [list_folder(each) for each in self._folders_above()]
        scripts = self._folders if is_repository else list(self._without_excluded(above))
        declared = [each for stack in stacks for each in stack.deployments(self._tree)]
        self._deployments = [*declared, *find_deployments(scripts, self._tree, self._display)]
        self._contents = {} if contents is None else {self._path: contents}

    def find(self, is_changed: bool = False) -> Discovery:
        """Return the recipes of the file.

        A file that is in no recipe is one of its own, except an overlay without a base, and except if it `is_changed`:
        then only what a search of the whole tree would find counts. A missing file selects the recipes of its folder.
        """
        around = {folder.path for folder in self._list_around()}
        around |= {each.owner.parent for each in self._deployments if self._path in each.files}
        near = [folder for folder in self._folders if folder.path in around]
        found = self._search(near)
        if not found.recipes and len(near) < len(self._folders):
            found = self._search(self._folders)
        if found.recipes or is_changed or any(each.reason in _NEVER_ALONE for each in found.skipped):
            return found
        layer = LayerFile(self._file.name, self._file, self._contents.get(self._path))
        alone = Variant("default", (layer,))
        return Discovery.of(Recipe(self._file.name, str(self._file.parent), [alone]))

    def _search(self, folders: Sequence[Folder]) -> Discovery:
        """Return the recipes of the file among those of the folders, or the entry that says why it is in none."""
        layout = Layout(self._tree, lambda _: self._overlays, self._deployments, self._display)
        layout.contents = self._contents
        groups = [self._select(group) for group in layout.find(map(self._with_file, folders)).groups]
        skipped = layout.skipped.get(self._path)
        return Discovery([each for each in groups if each.recipes], [skipped] if skipped else [])

    def _select(self, group: FolderRecipes) -> FolderRecipes:
        """Return the recipes of a folder that the file is part of, with paths as the user gave the file."""
        main = group.main if group.main is not None and self._is_in(group.main, group.folder) else None
        return FolderRecipes(
            Path(self._display(group.folder)),
            group.name,
            None if main is None else self._as_given(main),
            [self._as_given(each) for each in group.further if self._is_in(each, group.folder)],
        )

    def _with_file(self, folder: Folder) -> Folder:
        """Return the folder with the file, if that is read from elsewhere and does not exist."""
        if folder.path != self._folder or self._path not in self._contents or self._path.name in folder.names:
            return folder
        return folder._replace(names=tuple(sorted((*folder.names, self._path.name))))

    def _is_in(self, recipe: Recipe, folder: Path) -> bool:
        is_gone = self._path not in self._contents and not os.path.lexists(self._path)
        if is_gone or self._path.name in ENV_SAMPLES:
            return folder == self._folder
        layers = (layer.path for variant in recipe.variants for layer in variant.files)
        return any(os.path.normpath(layer) == str(self._path) for layer in layers)

    def _as_given(self, recipe: Recipe) -> Recipe:
        variants = [each._replace(files=tuple(map(self._layer_as_given, each.files))) for each in recipe.variants]
        return Recipe(recipe.name, self._display(Path(recipe.path)), variants, recipe.problems)

    def _layer_as_given(self, layer: LayerFile) -> LayerFile:
        contents = self._contents.get(Path(os.path.normpath(layer.path)))
        return layer._replace(path=Path(self._display(layer.path)), contents=contents)

    def _display(self, path: Path) -> str:
        """Return a path as the user gave that of the file: absolute, or from the current folder."""
        return format_path(path if self._file.is_absolute() else Path(os.path.relpath(path)))

    def _without_excluded(self, folders: Iterable[Folder]) -> Iterator[Folder]:
        """Yield the folders without what is excluded, but always that of the file with the file."""
        for folder in folders:
            if folder.path == self._folder or not self._is_excluded(f"{folder.path}/"):
                paths = ((name, folder.path / name) for name in folder.names)
                names = (name for name, path in paths if path == self._path or not self._is_excluded(str(path)))
                yield folder._replace(names=tuple(names))

    def _folders_above(self) -> Iterator[Path]:
        """Yield the folder of the file and those above it in the tree."""
        for folder in (self._folder, *self._folder.parents):
            yield folder
            if folder == self._tree:
                return

    def _list_around(self) -> Iterator[Folder]:
        """Yield the folder above that of the file with the folders in it if it may have a base, then that of the file.

        The folder of the file comes with the folders in it.
        """
        above = list_folder(self._folder.parent) if self._folder != self._tree else None
        if above is not None and any(name in BASE_NAMES for name in above.names):
            yield above
            yield from (list_folder(above.path / name) for name in above.folders if name != self._folder.name)
        own = list_folder(self._folder)
        yield own
        yield from (list_folder(own.path / name) for name in own.folders)
