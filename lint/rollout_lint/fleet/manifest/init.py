"""A first manifest for a tree of recipes, to be filled in by somebody who knows them."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING

from rollout_lint.discovery.recipes import DEFAULT_OVERLAYS, find_recipe_directories
from rollout_lint.errors import FleetError
from rollout_lint.location import Problem

if TYPE_CHECKING:
    from pathlib import Path

    from rollout_lint.discovery.exclude import Exclude

_HEAD = """\
# The recipes of a fleet, for `rollout-lint sweep`. `rollout-lint fleet schema > fleet.schema.json` gives an editor that
# reads the next line their keys and what these mean.
# yaml-language-server: $schema=fleet.schema.json
version: 1

# What one update may count on: a host's memory, what everything else there takes, and how many nodes there are.
# hosts: {memory: 8G, used: 5G, nodes: 1}

# Overlays that only a CI deploys, looked for in each recipe; ci/*/compose.ccci.yml is looked for beside this file.
"""
_RESULTS = """\

# Files in which a CI has written its results, and after how long these no longer count.
# results: [ci/results/*.json]
# max_age: 30d

# What else can be said of a recipe: runtime, note, role, memory (measured, of its heaviest service), upgrade_tests,
# expect, results, overlay, hosts, stack. A path may be a pattern (apps/*) or a revision (keycloak@v1.2).
"""


def first_manifest(folder: Path, overlays: tuple[str, ...], exclude: tuple[str, ...] | Exclude) -> tuple[str, int]:
    """Its text, and how many recipes it names. Raises FleetError where there is none, or one that it cannot name."""
    from ruamel.yaml import YAML

    names = [each.relative_to(folder).as_posix() for each in find_recipe_directories(folder, exclude)]
    if not names:
        raise FleetError([Problem(str(folder), 0, 0, "no folder in it holds a compose.yml")])
    if problems := [
        Problem(name, 0, 0, "this name is no UTF-8 text, as a manifest is") for name in names if _odd(name)
    ]:
        raise FleetError(problems)
    stream = StringIO()
    stream.write(_HEAD)
    yaml = YAML()
    yaml.dump({"overlays": list(overlays or DEFAULT_OVERLAYS)}, stream)
    stream.write(_RESULTS)
    yaml.dump({"recipes": [_entry(folder, name) for name in names]}, stream)
    return stream.getvalue(), len(names)


def _odd(name: str) -> bool:
    """Whether its bytes are no UTF-8, which Python has as halves of surrogate pairs."""
    return any("\ud800" <= character <= "\udfff" for character in name)


def _entry(folder: Path, name: str) -> dict[str, str]:
    """The recipe in the folder itself has that folder's name."""
    return {"name": folder.resolve().name, "path": name} if name == "." else {"name": name}
