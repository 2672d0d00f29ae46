"""Discovery of recipes below a path, or of the recipes that a file belongs to.

Only the files of recipes, samples of their environment and scripts with deploy commands are read. Links that lead out
of the given tree are not followed.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rollout_lint.discovery.deployments import find_deployments
from rollout_lint.discovery.exclude import Exclude
from rollout_lint.discovery.filesystem import exists, is_folder, is_link, path_from
from rollout_lint.discovery.layout import Discovery, FolderRecipes, Layout
from rollout_lint.discovery.recipe import LayerFile, Recipe, Variant
from rollout_lint.discovery.stack_file import BASE_NAMES, StackFile, is_yaml, variant_name
from rollout_lint.discovery.tree import list_folder, walk_tree
from rollout_lint.discovery.variants import add_variant, is_not_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from rollout_lint.discovery.deployments import DeclaredStack, Deployment

DEFAULT_OVERLAYS = ("compose.ccci.yml",)
STDIN = "-"


class NoRecipeError(Exception):
    """Path that does not exist or has no stack file. `other_files` have `services`, but not those of Compose."""

    def __init__(
        self, path: str | Path, *, exists: bool, other_files: Sequence[str] = (), is_excluding: bool = False
    ) -> None:
        """Keep what a message needs; `is_excluding` is True if there were patterns of what to skip."""
        super().__init__(f"{path} has no stack file" if exists else f"{path} does not exist")
        self.path = str(path)
        self.exists = exists
        self.other_files = other_files
        self.is_excluding = is_excluding


def find_recipes(
    path: str | Path,
    overlays: Iterable[str] = DEFAULT_OVERLAYS,
    exclude: Iterable[str] | Exclude = (),
    stacks: Sequence[DeclaredStack] = (),
) -> Discovery:
    """Return the recipes of a folder and of the folders below it, of a file, or of standard input for `-`.

    Raises NoRecipeError if no stack file is found.
    """
    root = Path(path) if isinstance(path, str) else path
    patterns = tuple(overlays)
    if path == STDIN:
        return Discovery.of(recipe_from_stdin())
    if is_folder(root):
        found = find_recipes_below(root, lambda _: patterns, Exclude.create(exclude), stacks)
        if not found.recipes and not found.skipped:
            raise NoRecipeError(path, exists=True, other_files=found.other_files, is_excluding=bool(exclude))
        return found
    if not exists(root) and not is_link(root):
        raise NoRecipeError(path, exists=False)
    from rollout_lint.discovery.file_search import FileSearch

    return FileSearch(root, patterns, stacks).find()


def find_recipes_below(
    root: Path, overlays: Callable[[Path], Sequence[str]], exclude: Exclude, stacks: Sequence[DeclaredStack] = ()
) -> Discovery:
    """Return the recipes of a folder and of those below it. `overlays` returns the CI overlays of a folder."""
    folders = list(walk_tree(root, exclude))
    declared = (each for stack in stacks for each in stack.deployments(root))
    return Layout(root, overlays, [*declared, *find_deployments(folders, root, exclude=exclude)]).find(folders)


def find_folder_recipes(
    folder: Path,
    overlays: Sequence[str] = DEFAULT_OVERLAYS,
    tree: Path | None = None,
    deployments: Iterable[Deployment] | None = None,
) -> FolderRecipes:
    """Return the recipes of one folder. Without `deployments`, only the scripts in the folder are read."""
    listed = list_folder(folder)
    if deployments is None:
        deployments = find_deployments([listed], folder)
    layout = Layout(tree or folder, lambda _: overlays, deployments)
    found = layout.find([listed, *(list_folder(folder / name) for name in listed.folders)])
    return next((each for each in found.groups if each.folder == folder), FolderRecipes(folder, folder.name))


def has_stack_file(folder: Path) -> bool:
    """Return True if a folder has a stack file, something with the name of one, or cannot be listed."""
    listed = list_folder(folder)
    names = listed.names
    if listed.error or any(name in BASE_NAMES and is_not_folder(folder / name) for name in names):
        return True
    return any(is_yaml(name) and StackFile(folder / name).is_stack for name in names)


def recipe_from_stdin() -> Recipe:
    """Return the recipe of standard input."""
    return Recipe(STDIN, STDIN, [Variant("default", (LayerFile(STDIN, Path(STDIN)),))])


def recipe_from_layers(files: Iterable[str], environment: dict[str, str]) -> Recipe:
    """Return the recipe of exactly these files in this order, as for `docker stack config -c A -c B`."""
    layers = tuple(LayerFile(file, Path(file)) for file in files)
    return Recipe("given", ".", [Variant("given", layers, environment, is_exact=True)])


def add_overlay(recipe: Recipe, directory: Path, overlay: Path, is_ci: bool = True) -> None:
    """Add the variant of an overlay in another folder; `is_ci` is True if only a CI deploys it."""
    add_variant(recipe, LayerFile(path_from(overlay, directory), overlay), is_ci)


def recipe_with_overlay(recipe: Recipe, overlay: str) -> Recipe:
    """Return the recipe with one variant: the default and an overlay in its folder, which need not exist."""
    default = recipe.variants[0]
    layer = LayerFile(overlay, Path(recipe.path, overlay))
    name = variant_name(layer.path.name)
    variant = Variant(name, (*default.files, layer), default.environment, is_ci=True)
    return Recipe(recipe.name, recipe.path, [variant], recipe.problems)
