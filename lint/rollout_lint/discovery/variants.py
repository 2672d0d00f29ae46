"""Variants of a folder's base: by the sample of its environment, and by its CI overlays."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from rollout_lint.discovery.env_sample import choose_sample, parse_assignments, parse_environment
from rollout_lint.discovery.filesystem import (
    exists,
    glob_paths,
    is_folder,
    is_link,
    is_outside,
    read_bytes,
    relative_path,
)
from rollout_lint.discovery.recipe import LayerFile, Variant
from rollout_lint.discovery.stack_file import variant_name
from rollout_lint.location import Problem
from rollout_lint.pattern import compile_lazily

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rollout_lint.discovery.recipe import Recipe
    from rollout_lint.discovery.stack_file import StackFile

_COMPOSE_FILE = compile_lazily(r"\$\{?COMPOSE_FILE\}?")
_MAX_SAMPLE_BYTES = 1024 * 1024


class VariantCollector:
    """Collector of the variants of a recipe with a base in a folder.

    No file may be outside of `tree`, whose path has no links.
    """

    def __init__(self, recipe: Recipe, base: StackFile, names: Iterable[str], tree: Path) -> None:
        """Read the sample among the `names` in the folder of the base. A sample that cannot be read is a problem."""
        self._recipe = recipe
        self._base = base
        self._folder = base.path.parent
        self._tree = tree
        self._is_folder_outside = is_outside(self._folder, tree)
        self._sample_name = choose_sample(names)
        self._sample = self._read_sample()
        self.environment = parse_environment(self._sample)
        """Values of the sample."""

    def add_defaults(self) -> None:
        """Add the variant `default`, and one for each option that is commented out in the sample."""
        active, active_line = self._base.name, 0
        options: list[tuple[str, int]] = []
        for name, value, is_commented, line in parse_assignments(self._sample):
            if name == "COMPOSE_FILE" and is_commented:
                options.append((value, line))
            elif name == "COMPOSE_FILE":
                active, active_line = _COMPOSE_FILE.sub(lambda _: active, value), line  # noqa: B023
        self._add("default", active, active_line)
        for value, line in options:
            files = _COMPOSE_FILE.sub(lambda _: active, value)
            self._add(variant_name(files.rpartition(":")[2].rpartition("/")[2]), files, line)
        if self._recipe.variants and self._base.path not in self._recipe.paths:
            # The sample is about other files, such as those for docker compose.
            self._recipe.variants.clear()
            self.add_base()

    def add_base(self) -> None:
        """Add the variant `default` of the base alone."""
        self._add("default", self._base.name, 0)

    @property
    def has_compose_file(self) -> bool:
        """True if the sample says which files are deployed."""
        return any(name == "COMPOSE_FILE" for name, *_ in parse_assignments(self._sample))

    def add_ci_overlays(self, overlays: Iterable[str]) -> None:
        """Add a variant for each CI overlay, found in the folder by name or by pattern."""
        for overlay in overlays:
            if is_pattern(overlay):
                found = [(relative_path(path, self._folder), path) for path in glob_paths(self._folder, overlay)]
            else:
                found = [(overlay, self._folder / overlay)]
            for name, path in found:
                if is_not_folder(path):
                    self._add_ci_overlay(name, path)

    def _add_ci_overlay(self, name: str, path: Path) -> None:
        if not self._recipe.variants:
            return
        layer = self._layer(name, 1, name)
        if layer is not None and all(each.path != path for each in self._recipe.variants[0].files):
            add_variant(self._recipe, layer, is_ci=True)

    def _read_sample(self) -> str:
        """Return the text of the sample, or "" if it is missing or cannot be read, which is a problem."""
        name = self._sample_name
        if name is None:
            return ""
        sample = self._folder / name
        if self._is_outside(name, sample):
            return self._reject_sample(name, "outside the given folder, not read")
        if not os.path.lexists(sample):
            return ""
        try:
            data = read_bytes(sample, _MAX_SAMPLE_BYTES + 1)
        except OSError as error:
            return self._reject_sample(name, f"cannot be read: {error.strerror}")
        if len(data) > _MAX_SAMPLE_BYTES:
            return self._reject_sample(name, f"larger than {_MAX_SAMPLE_BYTES // 1024} KiB, not read")
        return data.decode("utf-8-sig", errors="replace")

    def _reject_sample(self, name: str, reason: str) -> str:
        self._recipe.problems.append(Problem(name, 1, 1, reason))
        return ""

    def _add(self, name: str, compose_file: str, line: int) -> None:
        named_in = self._sample_name if line and self._sample_name else self._base.name
        layers = [self._layer(file, line, named_in) for file in compose_file.split(":") if file]
        if layers and all(layers):
            self._recipe.add(Variant(name, tuple(layer for layer in layers if layer), self.environment))

    def _is_outside(self, file: str, path: Path) -> bool:
        """Return True if the path is outside; a file in the folder that is not a link is where the folder is."""
        if "/" in file or "\\" in file or file in ("", "..") or is_link(path):
            return is_outside(path, self._tree)
        return self._is_folder_outside

    def _layer(self, file: str, line: int, named_in: str) -> LayerFile | None:
        path = self._folder / file
        location = Problem(named_in, line or 1, 1, "")
        if self._is_outside(file, path):
            self._recipe.problems.append(location._replace(message=f'"{file}" is outside the given folder, not read'))
            return None
        is_given = path == self._base.path and self._base.is_regular
        if not is_given and not exists(path) and (line or not is_link(path)):
            self._recipe.problems.append(location._replace(message=f'file "{file}" does not exist'))
            return None
        return LayerFile(Path(file).as_posix() if "/" in file else file, path)


def add_variant(recipe: Recipe, overlay: LayerFile, is_ci: bool) -> None:
    """Add the overlay on top of the default variant, if the recipe has one."""
    if recipe.variants:
        default = recipe.variants[0]
        name = variant_name(overlay.path.name)
        recipe.add(Variant(name, (*default.files, overlay), default.environment, is_ci))


def is_not_folder(path: Path) -> bool:
    """Return True for a file, a broken link, or anything else that is not a folder."""
    return (exists(path) or is_link(path)) and not is_folder(path)


def is_pattern(name: str) -> bool:
    """Return True if a name of files is a pattern."""
    return any(character in name for character in "*?[") and not name.startswith("/")
