"""A manifest, or a folder, to the fleet that it names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rollout_lint.discovery.exclude import Exclude
from rollout_lint.discovery.export import format_path
from rollout_lint.discovery.filesystem import is_file, is_folder, is_link
from rollout_lint.discovery.recipes import DEFAULT_OVERLAYS, find_recipe_directories
from rollout_lint.errors import FleetError
from rollout_lint.fleet.evidence_loader import Gatherer, cluster_of
from rollout_lint.fleet.manifest.entry import Overlay
from rollout_lint.fleet.manifest.resolver import Entries
from rollout_lint.fleet.manifest.schema import load_document, mentions, plain
from rollout_lint.fleet.model import Fleet, Member
from rollout_lint.fleet.result_files import read
from rollout_lint.location import Problem
from rollout_lint.syntax.node import Mapping, Sequence

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path


MANIFEST = "fleet.yml"
MANIFESTS = (MANIFEST, "fleet.yaml")
"""The names under which a folder's manifest is looked for; the first that exists counts."""


def load_fleet(
    path: Path,
    overlays: Iterable[str] = (),
    exclude: Iterable[str] | Exclude = (),
    usual: Iterable[str] = DEFAULT_OVERLAYS,
) -> Fleet:
    """The fleet of a manifest, or of a folder: its `fleet.yml` (or `fleet.yaml`) where it has one, else its recipes.

    `overlays` count more than those of the manifest, and `usual` are for where neither names any.
    What does not hold in a manifest stands in the fleet's `problems`, and the rest is there. Raises FleetError, with
    places, for a manifest of which nothing is left, and for a folder without any recipe.
    """
    path = manifest_in(path) or path
    if not is_folder(path):
        return _read_manifest(path, tuple(overlays), exclude, usual)
    entries = Entries(path, tuple(Overlay(pattern) for pattern in tuple(overlays) or usual), Gatherer(path))
    return Fleet(list(_beside(entries, exclude)), problems=entries.gatherer.problems)


def manifest_in(folder: Path) -> Path | None:
    """A folder's manifest, be it a link that leads nowhere; None where it has none, or is no folder."""
    named = (folder / name for name in MANIFESTS) if is_folder(folder) else ()
    return next((path for path in named if is_file(path) or is_link(path)), None)


def _read_manifest(
    path: Path, overlays: tuple[str, ...], exclude: Iterable[str] | Exclude, usual: Iterable[str]
) -> Fleet:
    root, problems = load_document(_bytes(path), format_path(path))
    values = plain(root)
    gatherer = _gatherer(path, root, values)
    of_manifest = tuple(_overlay(each) for each in values.get("overlays", usual))
    entries = Entries(path.parent, tuple(Overlay(each) for each in overlays) or of_manifest, gatherer)
    nodes = root.get("recipes")
    members = entries.members(path, nodes) if isinstance(nodes, Sequence) else _beside(entries, exclude, own_too=True)
    recipes = list(members)
    gatherer.result_files.report_unused()
    return Fleet(
        recipes,
        values.get("images", {}),
        max_age=days(values["max_age"]) if "max_age" in values else None,
        problems=list(dict.fromkeys([*problems, *entries.problems, *gatherer.problems])),
    )


def days(age: str | int) -> int:
    """Days of an age such as `30`, `30d` or `8w`."""
    text = str(age)
    return int(text.rstrip("dw")) * (7 if text.endswith("w") else 1)


def _gatherer(path: Path, root: Mapping, values: dict[str, Any]) -> Gatherer:
    hosts = root.get("hosts")
    return Gatherer(
        path.parent,
        cluster_of(values.get("hosts", {})),
        stats=mentions(format_path(path), hosts.get("stats") if isinstance(hosts, Mapping) else None),
        results=mentions(format_path(path), root.get("results")),
        meta=values.get("meta"),
    )


def _overlay(value: str | dict[str, str]) -> Overlay:
    if isinstance(value, str):
        return Overlay(value)
    return Overlay(value["pattern"], value.get("role", "ci") == "ci")


def _beside(entries: Entries, exclude: Iterable[str] | Exclude, own_too: bool = False) -> Iterator[Member]:
    """The recipes below the fleet's folder; `own_too` is whether it has others where it is a recipe itself."""
    exclude = Exclude.of(exclude)
    nothing = True
    for folder in find_recipe_directories(entries.root, exclude, within=own_too):
        nothing = False
        yield from entries.found(folder)
    if nothing:
        spared = " and is not excluded" if exclude else ""
        raise FleetError([Problem(format_path(entries.root), 0, 0, f"no folder in it holds a compose.yml{spared}")])


def _bytes(path: Path) -> bytes:
    try:
        return read(path)
    except OSError as error:
        raise FleetError(
            [Problem(format_path(path), 0, 0, f"{format_path(path)} cannot be read: {error.strerror}")]
        ) from error
