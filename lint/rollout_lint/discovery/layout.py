"""Recipes of folders: which stack files are deployed together, which alone, and which are not checked.

In order of authority: `stacks` of the config, `COMPOSE_FILE` of the sample and CI overlays, deploy commands, then names
and contents. A stack file that Docker could deploy is a recipe of its own; any other is an overlay on a base that has
what it lacks.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from rollout_lint.discovery.filesystem import is_link, is_outside, path_from, resolve_links
from rollout_lint.discovery.pairing import Base, choose_base, completes_by_name
from rollout_lint.discovery.recipe import LayerFile, Recipe, Variant
from rollout_lint.discovery.revision_paths import format_path
from rollout_lint.discovery.skipped import (
    SkippedFile,
    skip_broken,
    skip_compose_only,
    skip_fragment,
    skip_link,
    skip_overlay,
)
from rollout_lint.discovery.stack_file import BASE_NAMES, StackFile, is_yaml, variant_name
from rollout_lint.discovery.tree import Folder
from rollout_lint.discovery.variants import VariantCollector, is_not_folder
from rollout_lint.location import Problem
from rollout_lint.record import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from rollout_lint.discovery.deployments import Deployment


class FolderRecipes:
    """Recipes of a folder: the main one, which has the name of the folder, and the others."""

    __slots__ = ("folder", "further", "main", "name")

    def __init__(
        self, folder: Path, name: str, main: Recipe | None = None, further: list[Recipe] | None = None
    ) -> None:
        """Take the recipes that are known already."""
        self.folder = folder
        self.name = name
        self.main = main
        self.further = [] if further is None else further

    @property
    def recipes(self) -> list[Recipe]:
        """All recipes, the main one first."""
        return [*([self.main] if self.main else []), *self.further]

    def rename(self, name: str) -> None:
        """Change the name of the folder, also in the names of its recipes."""
        for recipe in self.recipes:
            if recipe.name == self.name or recipe.name.startswith(f"{self.name}/"):
                recipe.name = f"{name}{recipe.name.removeprefix(self.name)}"
        self.name = name


class Discovery(Record):
    """Recipes that were found, by folder, and the stack files that are in none of them.

    `other_files` have `services`, but not those of Compose.
    """

    groups: list[FolderRecipes]
    skipped: list[SkippedFile]
    other_files: tuple[str, ...] = ()

    @property
    def recipes(self) -> list[Recipe]:
        """All recipes, in the order of their folders."""
        return [recipe for group in self.groups for recipe in group.recipes]

    @staticmethod
    def of(recipe: Recipe) -> Discovery:
        """Return the discovery of one recipe."""
        return Discovery([FolderRecipes(Path(recipe.path), recipe.name, recipe)], [])


class Layout:
    """Search for the recipes of folders, and for the stack files that are in none of them."""

    def __init__(
        self,
        tree: Path,
        overlays: Callable[[Path], Sequence[str]],
        deployments: Iterable[Deployment] = (),
        display: Callable[[Path], str] = format_path,
        known: Iterable[Path] = (),
    ) -> None:
        """Take the tree that no file may be outside of, and a function from a folder to its CI overlays.

        `display` returns the path of a skipped file for reports. `known` are files that are not looked at.
        """
        self.display = display
        self.contents: dict[Path, bytes] = {}
        """Contents of files that are not those on the disk."""
        self.tree = resolve_links(tree)
        self.overlays = overlays
        self.deployments = list(deployments)
        self.bases: dict[Path, list[Base]] = {}
        self.skipped: dict[Path, SkippedFile] = {}
        self.decided = {file for each in self.deployments for file in each.files}
        """Files of deployments; names and contents do not matter for these."""
        self.other_files: list[str] = []
        self._link_targets: set[str] = set()
        self._layers = {os.path.normpath(path) for path in known}

    def find(self, folders: Iterable[Folder]) -> Discovery:
        """Return what is in the folders, in order; a folder must come before those in it."""
        listed = {folder.path: folder for folder in folders}
        for owner in (deployment.owner for deployment in self.deployments):
            listed.setdefault(owner.parent, Folder(owner.parent, ()))
        layouts = [_FolderLayout(self, folder) for folder in listed.values()]
        for each in layouts:
            each.find_base()
        for each in layouts:
            each.find_others()
        for each in layouts:
            each.drop_incomplete_defaults()
        groups = [each.group for each in layouts if each.group.recipes]
        return Discovery(groups, [self.skipped[path] for path in sorted(self.skipped)], tuple(self.other_files))

    def add_layers(self, recipe: Recipe, base: Path) -> None:
        """Remember the files of a recipe and the targets of links among them, which are not looked at again."""
        for path in {*recipe.paths, base}:
            self._layers.add(os.path.normpath(path))
            self.skipped.pop(Path(os.path.normpath(path)), None)
            if is_link(path):
                self._link_targets.add(str(resolve_links(path)))

    def is_layer(self, path: Path) -> bool:
        """Return True for a file of a recipe that was found before."""
        if os.path.normpath(path) in self._layers:
            return True
        return bool(self._link_targets) and os.path.abspath(path) in self._link_targets  # noqa: PTH100


class _FolderLayout:
    """Search for the recipes of one folder: first by the names that a base can have, then by all other files."""

    def __init__(self, layout: Layout, folder: Folder) -> None:
        self.group = FolderRecipes(folder.path, _folder_name(folder.path))
        self._layout = layout
        self._folder = folder.path
        self._names = folder.names
        self._error = folder.error
        self._files = {name: self._stack_file(name) for name in folder.names if is_yaml(name)}
        self._bases = layout.bases.setdefault(folder.path, [])

    def _stack_file(self, name: str) -> StackFile:
        path = self._folder / name
        return StackFile(path, self._layout.contents.get(path))

    def find_base(self) -> None:
        """Find the base by its name, and make the main recipe of it, or of a folder that cannot be listed."""
        if self._error:
            problem = Problem("", 0, 0, f"cannot be listed: {self._error}")
            self.group.main = Recipe(self.group.name, str(self._folder), problems=[problem])
            return
        file = self._choose_base_file()
        if file is None:
            return
        recipe, collector = self._new_recipe(file, self.group.name)
        if file.path not in self._layout.decided or collector.has_compose_file:
            collector.add_defaults()
        default = recipe.variants[0] if recipe.variants else self._variant_of(file, collector)
        self._add_deployments(recipe, file.path, collector.environment)
        collector.add_ci_overlays(self._layout.overlays(self._folder))
        if recipe.variants or recipe.problems:
            self.group.main = recipe
            self._layout.add_layers(recipe, file.path)
            self._bases.append(Base(file, default, recipe))
        file.forget_data()

    def _choose_base_file(self) -> StackFile | None:
        """Return the first base that Docker could deploy, else something with its name that is not a file."""
        named = [self._files[name] for name in BASE_NAMES if name in self._files]
        for file in named:
            if self._layout.is_layer(file.path):
                return None
            if not file.is_regular or not file.is_stack:
                continue
            if file.path in self._layout.decided or not (file.is_compose_only or self._fragment_of(file)):
                return file
        return next((file for file in named if not file.is_regular and is_not_folder(file.path)), None)

    def find_others(self) -> None:
        """Find the recipes of the other files, and the overlays."""
        standalone: list[StackFile] = []
        overlays: list[StackFile] = []
        files = list(self._remaining_files())
        for file in files:
            skipped = self._skip(file)
            if skipped is not None:
                self._layout.skipped[file.path] = skipped
                if file.outline is not None and file.is_base_name:
                    self._bases.append(Base(file, self._variant_of(file), None))
            elif _is_overlay(file, files):
                overlays.append(file)
            else:
                standalone.append(file)
        owners = self._decided_owners()
        is_only_one = not self.group.recipes and len(owners) + len(standalone) == 1
        for owner in owners:
            self._add_decided_recipe(owner, is_main=is_only_one)
        for file in standalone:
            self._add_standalone(file, is_main=is_only_one)
        for file in overlays:
            self._add_overlay(file)

    def drop_incomplete_defaults(self) -> None:
        """Drop what is not deployed without an overlay, once the overlays of all folders are known."""
        for base in self._bases:
            self._drop_incomplete_default(base)

    def _remaining_files(self) -> Iterator[StackFile]:
        """Yield the stack files that no recipe has yet."""
        for file in self._files.values():
            if file.path in self._layout.decided or self._layout.is_layer(file.path):
                continue
            if is_link(file.path) and is_outside(file.path, self._layout.tree):
                self._layout.skipped[file.path] = skip_link(self._layout.display, file)
            elif file.is_regular and file.is_candidate:
                yield file
            elif file.mentions_services:
                self._layout.other_files.append(self._layout.display(file.path))

    def _skip(self, file: StackFile) -> SkippedFile | None:
        """Return why a file is not checked by itself, or None if it may be."""
        if file.is_compose_only:
            return skip_compose_only(self._layout.display, file)
        fragment = self._fragment_of(file)
        if fragment is not None:
            return skip_fragment(self._layout.display, file, fragment)
        if file.outline is None and file.problems and not (file.may_have_deploy or file.is_base_name):
            return skip_broken(self._layout.display, file)
        return None

    def _fragment_of(self, file: StackFile) -> StackFile | None:
        """Return the other file in the folder with the anchors that a file lacks."""
        others = [other for other in self._files.values() if other is not file and other.is_regular]
        if not any(other.defines_anchor(name) for name in file.aliases for other in others):
            return None
        missing = file.missing_anchor
        return next((each for each in others if missing is not None and each.defines_anchor(missing)), None)

    def _add_decided_recipe(self, owner: Path, is_main: bool) -> None:
        """Add a recipe for a file of the folder that commands or the config name first."""
        file = self._files.get(owner.name) or StackFile(owner)
        recipe, collector = self._new_recipe(file, self._name(owner.name, is_main))
        self._add_deployments(recipe, owner, collector.environment)
        if is_main:
            collector.add_ci_overlays(self._layout.overlays(self._folder))
        self._add_recipe(recipe, is_main)
        self._layout.add_layers(recipe, owner)
        self._bases.append(Base(file, self._variant_of(file, collector), recipe))

    def _decided_owners(self) -> list[Path]:
        """Return the files of the folder that commands or the config name first and that have no recipe yet."""
        owners = dict.fromkeys(each.owner for each in self._layout.deployments if each.owner.parent == self._folder)
        return [owner for owner in owners if all(base.file.path != owner for base in self._bases)]

    def _add_deployments(self, recipe: Recipe, owner: Path, environment: dict[str, str]) -> None:
        for files, name, deployed_by in (each for each in self._layout.deployments if each.owner == owner):
            layers = tuple(LayerFile(path_from(file, self._folder), file) for file in files)
            variant = "default" if deployed_by is None or len(files) == 1 else variant_name(files[-1].name)
            recipe.name = name or recipe.name
            recipe.add(Variant(variant, layers, environment, deployed_by=deployed_by))

    def _add_standalone(self, file: StackFile, is_main: bool) -> None:
        recipe, collector = self._new_recipe(file, self._name(file.name, is_main))
        if is_main:
            collector.add_defaults()
            collector.add_ci_overlays(self._layout.overlays(self._folder))
        else:
            collector.add_base()
        self._add_recipe(recipe, is_main)
        self._layout.add_layers(recipe, file.path)
        default = recipe.variants[0] if recipe.variants else self._variant_of(file, collector)
        self._bases.append(Base(file, default, recipe))

    def _add_overlay(self, file: StackFile) -> None:
        """Add a variant to the base that has what the file lacks, or skip the file."""
        if self._layout.is_layer(file.path):
            return
        base = choose_base(file, self._bases) or choose_base(file, self._bases_above())
        if base is None or file.outline is None or base.file.outline is None:
            self._layout.skipped[file.path] = skip_overlay(self._layout.display, file)
            return
        missing = file.outline.missing_images_on(base.file.outline)
        has_swarm_policy = file.outline.has_swarm_policy or base.file.outline.has_swarm_policy
        features = file.outline.compose_feature or base.file.outline.compose_feature
        if (features and not has_swarm_policy) or (base.recipe is None and missing):
            if file.outline.has_swarm_policy:
                self._layout.skipped[file.path] = skip_overlay(self._layout.display, file)
            else:
                self._layout.skipped[file.path] = skip_compose_only(self._layout.display, file, base.file)
            return
        recipe = base.recipe or self._make_recipe_of(base)
        folder = base.file.path.parent
        layer = LayerFile(path_from(file.path, folder), file.path)
        recipe.add(
            Variant(variant_name(file.name, base.file.name), (*base.default.files, layer), base.default.environment)
        )
        base.has_overlays = True
        base.is_completed |= not missing
        self._layout.add_layers(recipe, file.path)

    def _bases_above(self) -> list[Base]:
        """Return the bases of the folder above; other files there have nothing to do with this folder."""
        above = self._layout.bases.get(self._folder.parent, ())
        return [base for base in above if base.file.is_base_name or base.file.is_named_base]

    def _make_recipe_of(self, base: Base) -> Recipe:
        """Make a recipe of a base that only `docker compose` could use without its overlays."""
        self._layout.skipped.pop(base.file.path, None)
        is_main = self.group.main is None
        recipe, _ = self._new_recipe(base.file, self._name(base.file.name, is_main))
        base.recipe = recipe
        self._add_recipe(recipe, is_main)
        return recipe

    def _drop_incomplete_default(self, base: Base) -> None:
        """Drop the variant of a base alone if only its overlays make it deployable."""
        outline = base.file.outline if base.has_overlays or base.file.is_named_base else None
        if base.recipe is None or outline is None or len(base.default.files) > 1:
            return
        if base.has_overlays and (base.file.is_named_base or (base.is_completed and outline.without_image)):
            base.recipe.variants = [each for each in base.recipe.variants if each != base.default]
        elif outline.without_image and base.recipe.variants == [base.default] and base.recipe in self.group.further:
            self.group.further.remove(base.recipe)
            self._layout.skipped[base.file.path] = skip_overlay(self._layout.display, base.file)

    def _new_recipe(self, file: StackFile, name: str) -> tuple[Recipe, VariantCollector]:
        recipe = Recipe(name, str(self._folder))
        return recipe, VariantCollector(recipe, file, self._names, self._layout.tree)

    def _variant_of(self, file: StackFile, collector: VariantCollector | None = None) -> Variant:
        """Return the variant of a file alone."""
        environment = (collector or self._new_recipe(file, "")[1]).environment
        return Variant("default", (LayerFile(file.name, file.path),), environment)

    def _name(self, file: str, is_main: bool) -> str:
        return self.group.name if is_main else f"{self.group.name}/{file}"

    def _add_recipe(self, recipe: Recipe, is_main: bool) -> None:
        if is_main:
            self.group.main = recipe
        else:
            self.group.further.append(recipe)


def _is_overlay(file: StackFile, files: Iterable[StackFile]) -> bool:
    """Return True for a file that is not deployed alone.

    That is a file that Docker could not deploy, unless its name says that it is a base, or another file completes it.
    """
    if file.outline is None or file.is_named_base:
        return False
    if file.is_override or any(completes_by_name(file, other) for other in files):
        return True
    return not file.outline.is_self_contained and not any(completes_by_name(other, file) for other in files)


def _folder_name(folder: Path) -> str:
    """Return the name of a folder, or of the target of a link."""
    name = folder.name
    if name not in ("", "..") and not is_link(folder):
        return name
    return resolve_links(folder).name or str(folder)
