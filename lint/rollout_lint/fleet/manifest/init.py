"""First manifest for a tree of recipes, as a template to fill in."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING

from rollout_lint.discovery.exclude import Exclude
from rollout_lint.discovery.recipes import DEFAULT_OVERLAYS, find_recipes_below
from rollout_lint.errors import FleetError
from rollout_lint.location import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from rollout_lint.discovery.layout import FolderRecipes

_HEAD = """\
# The recipes of a fleet, for `rollout-lint sweep`. `rollout-lint fleet schema > fleet.schema.json` gives the keys
# and their meaning to editors that read the next line.
# yaml-language-server: $schema=fleet.schema.json
version: 1

# Memory of a host, memory that everything else on it uses, and number of nodes.
# hosts: {memory: 8G, used: 5G, nodes: 1}

# Overlays in each recipe that only CI deploys. A path such as ci/*/compose.ccci.yml is relative to this file.
"""
_RESULTS = """\

# Results files of CI, and the age after which a result is stale.
# results: [ci/results/*.json]
# max_age: 30d

# More keys of a recipe: runtime, note, role, memory (measured, of its heaviest service), upgrade_tests,
# expect, results, overlay, hosts, stack. A path may be a pattern (apps/*) or a revision (keycloak@v1.2).
"""


def build_manifest(folder: Path, overlays: tuple[str, ...], exclude: tuple[str, ...] | Exclude) -> tuple[str, int]:
    """Return the text of a manifest and the number of its recipes.

    Raises FleetError if there is no recipe, or if the name of one is not UTF-8.
    """
    from ruamel.yaml import YAML

    found = find_recipes_below(folder, lambda _: overlays, Exclude.create(exclude))
    names = [name for group in found.groups for name in _names(group, folder)]
    if not names:
        raise FleetError([Problem(str(folder), 0, 0, "no folder below it has a compose.yml")])
    message = "the name must be UTF-8 text"
    if problems := [Problem(str(folder / name), 0, 0, message) for name in names if not _is_utf8(name)]:
        raise FleetError(problems)
    stream = StringIO()
    stream.write(_HEAD)
    yaml = YAML()
    yaml.dump({"overlays": list(overlays or DEFAULT_OVERLAYS)}, stream)
    stream.write(_RESULTS)
    yaml.dump({"recipes": [_entry(folder, name) for name in names]}, stream)
    return stream.getvalue(), len(names)


def _names(group: FolderRecipes, folder: Path) -> Iterator[str]:
    """Yield the paths of the recipes of a folder: the folder itself, or the files if none of them has its name."""
    path = group.folder.relative_to(folder)
    if group.main is not None:
        yield path.as_posix()
    else:
        yield from (path.joinpath(recipe.variants[0].files[0].name).as_posix() for recipe in group.further)


def _is_utf8(name: str) -> bool:
    """Return False if Python decoded bytes of the name as surrogates."""
    return not any("\ud800" <= character <= "\udfff" for character in name)


def _entry(folder: Path, name: str) -> dict[str, str]:
    return {"name": folder.resolve().name, "path": name} if name == "." else {"name": name}
