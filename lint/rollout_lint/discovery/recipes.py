"""Paths to recipes, and a recipe to its variants: which files someone deploys, in which order.

Nothing is parsed here but `.env.sample`, and no symbolic link is followed out of the tree that was given.
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
"""The names under which a folder's stack file is looked for; the first that exists counts, else any `swarm.yml`."""

DEFAULT_OVERLAYS = ("compose.ccci.yml",)
STDIN = "-"

_LARGEST_SAMPLE = 1024 * 1024

_WHOLE_STACK = re.compile(r"(?:docker-)?(?:stack|swarm)(?:-[^.]+)?\.ya?ml\Z")
"""What somebody calls a file that is a stack of its own, be there a `compose.yml` for another use beside it."""

_OVERLAY_NAME = re.compile(r"(?:docker-)?(?:compose|stack)\.(?P<name>.+)\.ya?ml\Z")
_COMPOSE_FILE = re.compile(r"\$\{?COMPOSE_FILE\}?")


class NoRecipeError(Exception):
    """A path that leads to no recipe; its text says why."""


def find_recipes(
    path: str | Path, overlays: Iterable[str] = DEFAULT_OVERLAYS, exclude: Iterable[str] | Exclude = ()
) -> Iterator[Recipe]:
    """The recipes that a path belongs to: a folder's, those below it, a file's, or standard input's for `-`.

    Raises NoRecipeError where there is none.
    """
    given = Path(path) if isinstance(path, str) else path
    exclude = Exclude.of(exclude)
    if path == STDIN:
        yield recipe_from_stdin()
    elif is_folder(given):
        directories: list[Path] = list(find_recipe_directories(given, exclude))
        if not directories:
            where = "in a folder that is not excluded" if exclude else "in it or in a folder below it"
            raise NoRecipeError(f"no recipe found: {path} has no {BASE_NAMES[0]} {where}")
        for directory in directories:
            yield from find_folder_recipes(directory, overlays=overlays, tree=given)
    elif exists(given) or is_link(given):
        yield recipe_from_file(given, overlays)
    else:
        raise NoRecipeError(f"{path} does not exist")


def find_base(directory: Path) -> Path | None:
    """The stack file of a folder, None where it has none; one that is no file, such as a broken link, comes last."""
    there = list_names(directory)
    named: list[Path] = [directory / name for name in BASE_NAMES if there is None or name in there]
    base = next(filter(is_file, named), None) or next(iter(_whole_stacks(directory, there)), None)
    return base or next(filter(_is_no_folder, named), None)


def _is_no_folder(path: Path) -> bool:
    return (exists(path) or is_link(path)) and not is_folder(path)


def _whole_stacks(directory: Path, there: list[str] | None) -> list[Path]:
    named = (directory / name for name in there or () if _WHOLE_STACK.match(name))
    return [path for path in named if is_file(path)]


def find_folder_recipes(
    directory: Path,
    name: str | None = None,
    overlays: Iterable[str] = DEFAULT_OVERLAYS,
    tree: Path | None = None,
) -> Iterator[Recipe]:
    """The recipe of a folder that has a stack file, and one for each stack of its own that stands beside that."""
    recipe = recipe_from_directory(directory, name, overlays, tree)
    yield recipe
    layers = {layer.path for variant in recipe.variants for layer in variant.files}
    for path in _whole_stacks(directory, list_names(directory)):
        if path not in layers:
            yield _stack_beside(recipe.name, path, tree or directory)


def _stack_beside(folder: str, path: Path, tree: Path) -> Recipe:
    recipe = Recipe(f"{folder}/{path.name}", str(path.parent))
    _Collector(recipe, path.parent, path, tree).add_alone()
    return recipe


def find_recipe_directories(
    root: Path, exclude: Iterable[str] | Exclude = (), *, within: bool = False
) -> Iterator[Path]:
    """Every outermost folder at or below `root` with a stack file, in order; hidden folders are passed over.

    `exclude` are patterns in gitignore's grammar, held against paths below `root`. `within` is whether `root` may be a
    recipe and hold others.
    """
    excluded = Exclude.of(exclude).matcher()
    waiting = [root]
    while waiting:
        here = waiting.pop()
        if find_base(here) is not None:
            yield here
            if here != root or not within:
                continue
        waiting += (
            folder
            for folder in reversed(list_folders(here))
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
    recipe = Recipe(name or _name_of(directory), str(directory))
    collector = _Collector(recipe, directory, base, tree or directory)
    collector.add_shipped()
    for overlay in overlays:
        for path in glob_paths(directory, overlay) if is_pattern(overlay) else [directory / overlay]:
            if _is_no_folder(path):
                collector.add_overlay(relative_path(path, directory), path)
    return recipe


def add_overlay(recipe: Recipe, directory: Path, overlay: Path, is_ci: bool = True) -> None:
    """Add the variant that an overlay kept elsewhere makes; `ci` is whether only a CI deploys it."""
    _add_variant(recipe, LayerFile(path_from(overlay, directory), overlay), is_ci)


def recipe_with_overlay(recipe: Recipe, overlay: str) -> Recipe:
    """The one variant of a recipe that an overlay in its folder makes on top of what it ships, be there such a file or
    not; the recipe has a variant.
    """
    default = recipe.variants[0]
    layer = LayerFile(overlay, Path(recipe.path, overlay))
    name = _variant_name(layer.path.name)
    return replace(recipe, variants=[Variant(name, (*default.files, layer), default.environment, is_ci=True)])


def recipe_from_file(file: Path, overlays: Iterable[str] = DEFAULT_OVERLAYS, tree: Path | None = None) -> Recipe:
    """The recipe that a file belongs to.

    That is its folder's where the file is one of its layers, its `.env.sample`, or named like an overlay, which is
    then a variant of its own; else the file alone.
    """
    directory = file.parent
    if find_base(directory) is not None:
        recipe = recipe_from_directory(directory, overlays=overlays, tree=tree)
        if file.name == ENV_SAMPLE or any(layer.path == file for v in recipe.variants for layer in v.files):
            return recipe
        if _OVERLAY_NAME.match(file.name):
            _add_variant(recipe, LayerFile(file.name, file), is_ci=False)
            return recipe
        if _WHOLE_STACK.match(file.name):
            return _stack_beside(recipe.name, file, resolve_links(file).parent)
    layer = LayerFile(file.name, file)
    return Recipe(file.name, str(directory), [Variant("default", (layer,))])


def recipe_from_stdin() -> Recipe:
    """The one file that standard input holds."""
    return Recipe(STDIN, STDIN, [Variant("default", (LayerFile(STDIN, Path(STDIN)),))])


def recipe_from_layers(files: Iterable[str], environment: dict[str, str]) -> Recipe:
    """Exactly these files in this order, as `docker stack config -c A -c B` takes them."""
    layers = tuple(LayerFile(file, Path(file)) for file in files)
    return Recipe("given", ".", [Variant("given", layers, environment, is_exact=True)])


def _add_variant(recipe: Recipe, overlay: LayerFile, is_ci: bool) -> None:
    """Add the overlay on top of what the recipe ships, where that could be found."""
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
        self._lies_out = is_outside(directory, self._tree)

    def add_shipped(self) -> None:
        """The variant `default`, and one for each option that `.env.sample` has commented out."""
        text = self._sample()
        environment = parse_environment(text)
        active, active_line = self._base.name, 0
        options: list[tuple[str, int]] = []
        for name, value, commented, line in parse_assignments(text):
            if name == "COMPOSE_FILE" and commented:
                options.append((value, line))
            elif name == "COMPOSE_FILE":
                active, active_line = _COMPOSE_FILE.sub(lambda _: active, value), line  # noqa: B023
        self._add("default", active, environment, active_line)
        for value, line in options:
            files = _COMPOSE_FILE.sub(lambda _: active, value)
            self._add(_option_name(files), files, environment, line)

    def add_alone(self) -> None:
        """The variant `default` of the base alone, with the values of `.env.sample`."""
        self._add("default", self._base.name, parse_environment(self._sample()), 0)

    def add_overlay(self, name: str, path: Path) -> None:
        if not self._recipe.variants:
            return
        default = self._recipe.variants[0]
        layer = self._layer(name, 1, name)
        if layer is not None and all(each.path != path for each in default.files):
            name = _variant_name(path.name)
            self._recipe.add(Variant(name, (*default.files, layer), default.environment, is_ci=True))

    def _sample(self) -> str:
        """The text of `.env.sample`, empty where there is none; one that is not read is a problem."""
        sample = self._directory / ENV_SAMPLE
        if self._leads_out(ENV_SAMPLE, sample):
            return self._unread_sample("lies outside the given folder, and is not read")
        if not is_file(sample):
            return ""
        try:
            data = read_bytes(sample, _LARGEST_SAMPLE + 1)
        except OSError as error:
            return self._unread_sample(f"cannot be read: {error.strerror}")
        if len(data) > _LARGEST_SAMPLE:
            return self._unread_sample(f"larger than {_LARGEST_SAMPLE // 1024} KiB, not read")
        return data.decode("utf-8-sig", errors="replace")

    def _unread_sample(self, why: str) -> str:
        self._recipe.problems.append(Problem(ENV_SAMPLE, 1, 1, why))
        return ""

    def _add(self, name: str, compose_file: str, environment: dict[str, str], line: int) -> None:
        mentioned_in = ENV_SAMPLE if line else self._base.name
        layers = [self._layer(file, line, mentioned_in) for file in compose_file.split(":") if file]
        if layers and all(layers):
            self._recipe.add(Variant(name, tuple(layer for layer in layers if layer), environment))

    def _leads_out(self, file: str, path: Path) -> bool:
        """What lies in the recipe's own folder, and is no link, lies where that does."""
        if "/" in file or "\\" in file or file in ("", "..") or is_link(path):
            return is_outside(path, self._tree)
        return self._lies_out

    def _layer(self, file: str, line: int, mentioned_in: str) -> LayerFile | None:
        path = self._directory / file
        location = Problem(mentioned_in, line or 1, 1, "")
        if self._leads_out(file, path):
            self._recipe.problems.append(
                replace(location, message=f"{file} lies outside the given folder, and is not read")
            )
            return None
        if not exists(path) and (line or not is_link(path)):
            self._recipe.problems.append(replace(location, message=f"COMPOSE_FILE names {file}, which does not exist"))
            return None
        return LayerFile(Path(file).as_posix(), path)


def _option_name(compose_file: str) -> str:
    return _variant_name(Path(compose_file.rpartition(":")[2]).name)


def _variant_name(file: str) -> str:
    match = _OVERLAY_NAME.match(file)
    return match["name"] if match else Path(file).stem


def is_pattern(overlay: str) -> bool:
    """Whether an overlay's name is a pattern of names."""
    return any(character in overlay for character in "*?[") and not Path(overlay).is_absolute()


def _name_of(directory: Path) -> str:
    return resolve_links(directory).name or str(directory)
