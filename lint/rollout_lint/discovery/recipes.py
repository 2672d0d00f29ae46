"""Discovery of recipes below a path, and of the variants of a recipe.

Only `.env.sample` is parsed. Links that lead out of the given tree are not followed.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from rollout_lint.discovery.env_sample import ENV_SAMPLE, parse_assignments, parse_environment
from rollout_lint.discovery.exclude import Exclude
from rollout_lint.discovery.filesystem import (
    exists,
    glob_paths,
    is_file,
    is_folder,
    is_link,
    is_outside,
    list_folders,
    list_names,
    path_from,
    read_bytes,
    relative_path,
    resolve_links,
)
from rollout_lint.discovery.recipe import LayerFile, Recipe, Variant
from rollout_lint.location import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


BASE_NAMES = (
    "compose.yml",
    "compose.yaml",
    "docker-compose.yml",
    "docker-compose.yaml",
    "docker-stack.yml",
    "docker-stack.yaml",
    "stack.yml",
    "stack.yaml",
)
"""Names of the base of a folder, in order of precedence; otherwise a self-contained stack is the base."""

DEFAULT_OVERLAYS = ("compose.ccci.yml",)
STDIN = "-"

_MAX_SAMPLE_BYTES = 1024 * 1024

_SELF_CONTAINED_NAME = re.compile(r"(?:docker-)?(?:stack|swarm)(?:-[^.]+)?\.ya?ml\Z")
"""Names of self-contained stacks, which can be in a folder with a `compose.yml` for another use."""

_OVERLAY_NAME = re.compile(r"(?:docker-)?(?:compose|stack)\.(?P<name>.+)\.ya?ml\Z")
_COMPOSE_FILE = re.compile(r"\$\{?COMPOSE_FILE\}?")


class NoRecipeError(Exception):
    """Path without a recipe, with the reason as its text."""


def find_recipes(
    path: str | Path, overlays: Iterable[str] = DEFAULT_OVERLAYS, exclude: Iterable[str] | Exclude = ()
) -> Iterator[Recipe]:
    """Yield the recipes of a folder and of the folders below it, of a file, or of standard input for `-`.

    Raises NoRecipeError if no recipe is found.
    """
    root = Path(path) if isinstance(path, str) else path
    exclude = Exclude.create(exclude)
    if path == STDIN:
        yield recipe_from_stdin()
    elif is_folder(root):
        directories: list[Path] = list(find_recipe_directories(root, exclude))
        if not directories:
            folders = "in a folder that is not excluded" if exclude else "in it or in a folder below it"
            raise NoRecipeError(f"no recipe found: {path} has no {BASE_NAMES[0]} {folders}")
        for directory in directories:
            yield from find_folder_recipes(directory, overlays=overlays, tree=root)
    elif exists(root) or is_link(root):
        yield recipe_from_file(root, overlays)
    else:
        raise NoRecipeError(f"{path} does not exist")


def find_base(directory: Path) -> Path | None:
    """Return the base of a folder, or None. A broken link or another non-file comes last."""
    names = list_names(directory)
    bases: list[Path] = [directory / name for name in BASE_NAMES if names is None or name in names]
    base = next(filter(is_file, bases), None) or next(iter(_self_contained_stacks(directory, names)), None)
    return base or next(filter(_is_not_folder, bases), None)


def _is_not_folder(path: Path) -> bool:
    return (exists(path) or is_link(path)) and not is_folder(path)


def _self_contained_stacks(directory: Path, names: list[str] | None) -> list[Path]:
    paths = (directory / name for name in names or () if _SELF_CONTAINED_NAME.match(name))
    return [path for path in paths if is_file(path)]


def find_folder_recipes(
    directory: Path,
    name: str | None = None,
    overlays: Iterable[str] = DEFAULT_OVERLAYS,
    tree: Path | None = None,
) -> Iterator[Recipe]:
    """Yield the recipe of a folder with a base, and one for each other self-contained stack in the folder."""
    recipe = recipe_from_directory(directory, name, overlays, tree)
    yield recipe
    layers = {layer.path for variant in recipe.variants for layer in variant.files}
    for path in _self_contained_stacks(directory, list_names(directory)):
        if path not in layers:
            yield _self_contained_recipe(recipe.name, path, tree or directory)


def _self_contained_recipe(folder: str, path: Path, tree: Path) -> Recipe:
    recipe = Recipe(f"{folder}/{path.name}", str(path.parent))
    _Collector(recipe, path.parent, path, tree).add_base()
    return recipe


def find_recipe_directories(
    root: Path, exclude: Iterable[str] | Exclude = (), *, within: bool = False
) -> Iterator[Path]:
    """Yield each outermost folder with a base, sorted; hidden folders are skipped.

    The patterns of `exclude` (gitignore syntax) match paths relative to `root`. With `within`, folders below `root` are
    recipes even if `root` is a recipe itself.
    """
    excluded = Exclude.create(exclude).matcher()
    waiting = [root]
    while waiting:
        directory = waiting.pop()
        if find_base(directory) is not None:
            yield directory
            if directory != root or not within:
                continue
        waiting += (
            folder
            for folder in reversed(list_folders(directory))
            if not folder.name.startswith(".") and not excluded(relative_path(folder, root))
        )


def recipe_from_directory(
    directory: Path,
    name: str | None = None,
    overlays: Iterable[str] = DEFAULT_OVERLAYS,
    tree: Path | None = None,
) -> Recipe:
    """The recipe of a folder that has a stack file.

    `overlays` are looked for in the folder by name or by pattern; `tree` is the folder that no file may lie outside of.
    """
    base = find_base(directory)
    if base is None:
        raise ValueError(f"{directory} has no {BASE_NAMES[0]}")
    recipe = Recipe(name or _directory_name(directory), str(directory))
    collector = _Collector(recipe, directory, base, tree or directory)
    collector.add_defaults()
    for overlay in overlays:
        for path in glob_paths(directory, overlay) if is_pattern(overlay) else [directory / overlay]:
            if _is_not_folder(path):
                collector.add_overlay(relative_path(path, directory), path)
    return recipe


def add_overlay(recipe: Recipe, directory: Path, overlay: Path, is_ci: bool = True) -> None:
    """Add the variant of an overlay in another folder; `is_ci` is True if only a CI deploys it."""
    _add_variant(recipe, LayerFile(path_from(overlay, directory), overlay), is_ci)


def recipe_with_overlay(recipe: Recipe, overlay: str) -> Recipe:
    """Return the recipe with one variant: the default and an overlay in its folder, which need not exist."""
    default = recipe.variants[0]
    layer = LayerFile(overlay, Path(recipe.path, overlay))
    name = _variant_name(layer.path.name)
    return replace(recipe, variants=[Variant(name, (*default.files, layer), default.environment, is_ci=True)])


def recipe_from_file(file: Path, overlays: Iterable[str] = DEFAULT_OVERLAYS, tree: Path | None = None) -> Recipe:
    """Return the recipe of a file.

    It is the recipe of the folder if the file is a layer of it, its `.env.sample`, or has the name of an overlay, which
    is then an additional variant. Otherwise, the recipe is the file alone.
    """
    directory = file.parent
    if find_base(directory) is not None:
        recipe = recipe_from_directory(directory, overlays=overlays, tree=tree)
        if file.name == ENV_SAMPLE or any(layer.path == file for v in recipe.variants for layer in v.files):
            return recipe
        if _OVERLAY_NAME.match(file.name):
            _add_variant(recipe, LayerFile(file.name, file), is_ci=False)
            return recipe
        if _SELF_CONTAINED_NAME.match(file.name):
            return _self_contained_recipe(recipe.name, file, resolve_links(file).parent)
    layer = LayerFile(file.name, file)
    return Recipe(file.name, str(directory), [Variant("default", (layer,))])


def recipe_from_stdin() -> Recipe:
    """Return the recipe of standard input."""
    return Recipe(STDIN, STDIN, [Variant("default", (LayerFile(STDIN, Path(STDIN)),))])


def recipe_from_layers(files: Iterable[str], environment: dict[str, str]) -> Recipe:
    """Return the recipe of exactly these files in this order, as for `docker stack config -c A -c B`."""
    layers = tuple(LayerFile(file, Path(file)) for file in files)
    return Recipe("given", ".", [Variant("given", layers, environment, is_exact=True)])


def _add_variant(recipe: Recipe, overlay: LayerFile, is_ci: bool) -> None:
    """Add the overlay on top of the default variant, if the recipe has one."""
    if recipe.variants:
        default = recipe.variants[0]
        name = _variant_name(overlay.path.name)
        recipe.add(Variant(name, (*default.files, overlay), default.environment, is_ci))


class _Collector:
    def __init__(self, recipe: Recipe, directory: Path, base: Path, tree: Path) -> None:
        self._recipe = recipe
        self._directory = directory
        self._base = base
        self._tree = resolve_links(tree)
        self._is_folder_outside = is_outside(directory, self._tree)

    def add_defaults(self) -> None:
        """Add the variant `default`, and one for each option that is commented out in `.env.sample`."""
        text = self._sample()
        environment = parse_environment(text)
        active, active_line = self._base.name, 0
        options: list[tuple[str, int]] = []
        for name, value, is_commented, line in parse_assignments(text):
            if name == "COMPOSE_FILE" and is_commented:
                options.append((value, line))
            elif name == "COMPOSE_FILE":
                active, active_line = _COMPOSE_FILE.sub(lambda _: active, value), line  # noqa: B023
        self._add("default", active, environment, active_line)
        for value, line in options:
            files = _COMPOSE_FILE.sub(lambda _: active, value)
            self._add(_variant_name(Path(files.rpartition(":")[2]).name), files, environment, line)

    def add_base(self) -> None:
        """Add the variant `default` of the base alone, with the values of `.env.sample`."""
        self._add("default", self._base.name, parse_environment(self._sample()), 0)

    def add_overlay(self, name: str, path: Path) -> None:
        if not self._recipe.variants:
            return
        layer = self._layer(name, 1, name)
        if layer is not None and all(each.path != path for each in self._recipe.variants[0].files):
            _add_variant(self._recipe, layer, is_ci=True)

    def _sample(self) -> str:
        """Return the text of `.env.sample`, or "" if it is missing or cannot be read, which is a problem."""
        sample = self._directory / ENV_SAMPLE
        if self._is_outside(ENV_SAMPLE, sample):
            return self._reject_sample("outside the given folder, not read")
        if not is_file(sample):
            return ""
        try:
            data = read_bytes(sample, _MAX_SAMPLE_BYTES + 1)
        except OSError as error:
            return self._reject_sample(f"cannot be read: {error.strerror}")
        if len(data) > _MAX_SAMPLE_BYTES:
            return self._reject_sample(f"larger than {_MAX_SAMPLE_BYTES // 1024} KiB, not read")
        return data.decode("utf-8-sig", errors="replace")

    def _reject_sample(self, reason: str) -> str:
        self._recipe.problems.append(Problem(ENV_SAMPLE, 1, 1, reason))
        return ""

    def _add(self, name: str, compose_file: str, environment: dict[str, str], line: int) -> None:
        named_in = ENV_SAMPLE if line else self._base.name
        layers = [self._layer(file, line, named_in) for file in compose_file.split(":") if file]
        if layers and all(layers):
            self._recipe.add(Variant(name, tuple(layer for layer in layers if layer), environment))

    def _is_outside(self, file: str, path: Path) -> bool:
        """Return True if the path is outside; a file in the folder that is not a link is where the folder is."""
        if "/" in file or "\\" in file or file in ("", "..") or is_link(path):
            return is_outside(path, self._tree)
        return self._is_folder_outside

    def _layer(self, file: str, line: int, named_in: str) -> LayerFile | None:
        path = self._directory / file
        location = Problem(named_in, line or 1, 1, "")
        if self._is_outside(file, path):
            self._recipe.problems.append(replace(location, message=f'"{file}" is outside the given folder, not read'))
            return None
        if not exists(path) and (line or not is_link(path)):
            self._recipe.problems.append(replace(location, message=f'file "{file}" does not exist'))
            return None
        return LayerFile(Path(file).as_posix(), path)


def _variant_name(file: str) -> str:
    match = _OVERLAY_NAME.match(file)
    return match["name"] if match else Path(file).stem


def is_pattern(overlay: str) -> bool:
    """Return True if the name of an overlay is a pattern."""
    return any(character in overlay for character in "*?[") and not Path(overlay).is_absolute()


def _directory_name(directory: Path) -> str:
    return resolve_links(directory).name or str(directory)
