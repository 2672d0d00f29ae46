"""A manifest, or a folder, to the fleet that it names."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rollout_lint.collect import (
    DEFAULT_OVERLAYS,
    Recipe,
    add_overlay,
    base_of,
    find_recipe_directories,
    recipe_from_directory,
    recipes_in,
)
from rollout_lint.facts import Cluster
from rollout_lint.fleet.model import Evidence, Fleet, FleetError, Member, UpgradeResult
from rollout_lint.place import Problem
from rollout_lint.source import Mapping, Node, Scalar, Sequence, parse
from rollout_lint.stack.units import size

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jsonschema import ValidationError

    from rollout_lint.source import Source

MANIFEST = "fleet.yml"

_UNKNOWN = Cluster()

_TEXT_KEYS = frozenset(("date", "ref", "name", "path", "overlay", "runtime", "note", "memory"))
"""Keys whose value is taken as it is written: a revision `1234567` or `12e4567` is no number."""


def load_fleet(path: Path, overlays: Iterable[str] = (), exclude: Iterable[str] = ()) -> Fleet:
    """The fleet of a manifest, or of a folder: its `fleet.yml` where it has one, else its recipes.

    Raises FleetError, with places, for a manifest or a results file that does not hold, and for a folder without
    any recipe.
    """
    if path.is_dir() and (path / MANIFEST).is_file():
        path = path / MANIFEST
    if path.is_dir():
        return Fleet(_beside(path, tuple(overlays) or DEFAULT_OVERLAYS, exclude))
    return _read_manifest(path, tuple(overlays), exclude)


def _beside(
    directory: Path, overlays: tuple[str, ...], exclude: Iterable[str], cluster: Cluster = _UNKNOWN
) -> list[Member]:
    members = [
        Member(recipe, cluster=cluster)
        for each in find_recipe_directories(directory, exclude)
        for recipe in recipes_in(each, _name_below(each, directory), overlays, tree=directory)
    ]
    if not members:
        raise FleetError([Problem(str(directory), 0, 0, "no folder in it holds a compose.yml")])
    return members


def _name_below(recipe: Path, directory: Path) -> str | None:
    return None if recipe == directory else recipe.relative_to(directory).as_posix()


def _read_manifest(path: Path, overlays: tuple[str, ...], exclude: Iterable[str]) -> Fleet:
    root = _load(path, "manifest")
    assert isinstance(root, Mapping)
    document = _plain(root)
    hosts = document.get("hosts", {})
    cluster = Cluster(hosts.get("nodes"), size(hosts["memory"]) if "memory" in hosts else None)
    images = document.get("images", {})
    overlays = overlays or tuple(document.get("overlays", DEFAULT_OVERLAYS))
    entries = root.get("recipes")
    if not isinstance(entries, Sequence):
        return Fleet(_beside(path.parent, overlays, exclude, cluster), images)
    _refuse_twins(path, entries)
    members = [_member(path, node, overlays, cluster) for node in entries.items if isinstance(node, Mapping)]
    return Fleet(members, images)


def _refuse_twins(path: Path, entries: Sequence) -> None:
    seen: dict[str, int] = {}
    for node in entries.items:
        name = node.get("name") if isinstance(node, Mapping) else None
        if isinstance(name, Scalar):
            if name.text in seen:
                message = f"the recipe {name.text} is listed twice, first on line {seen[name.text]}"
                raise FleetError([Problem(str(path), name.line, name.column, message)])
            seen[name.text] = name.line


def _member(manifest: Path, node: Mapping, overlays: tuple[str, ...], cluster: Cluster) -> Member:
    entry = _plain(node)
    directory = manifest.parent / entry.get("path", entry["name"])
    here = _Place(manifest, node)
    if base_of(directory) is None:
        recipe = Recipe(entry["name"], str(directory))
        recipe.problems.append(here.problem("path", f"{directory} has no compose.yml"))
    else:
        recipe = recipe_from_directory(directory, entry["name"], overlays, tree=directory)
    if "overlay" in entry:
        _add_named_overlay(recipe, directory, manifest.parent / entry["overlay"], here)
    measured = replace(cluster, task_memory=size(entry["memory"]) if "memory" in entry else None)
    return Member(recipe, _evidence(manifest, node, entry), measured, named=True)


def _add_named_overlay(recipe: Recipe, directory: Path, overlay: Path, here: _Place) -> None:
    if not overlay.is_file():
        recipe.problems.append(here.problem("overlay", f"the overlay {overlay} does not exist"))
    else:
        add_overlay(recipe, directory, overlay)


def _evidence(manifest: Path, node: Mapping, entry: dict[str, Any]) -> Evidence:
    results = entry.get("results", [])
    if isinstance(results, str):
        results = _plain(_load(manifest.parent / results, "results", _Place(manifest, node)))
    ordered = sorted(results, key=lambda result: result["date"])
    return Evidence(
        runtime=entry.get("runtime"),
        note=entry.get("note"),
        upgrade_tests=entry.get("upgrade_tests"),
        results=tuple(UpgradeResult(**result) for result in ordered),
    )


@dataclass(frozen=True, slots=True)
class _Place:
    """A recipe's entry in the manifest, for problems that stand there."""

    manifest: Path
    node: Mapping

    def problem(self, key: str, message: str) -> Problem:
        key_node, value = self.node.entries.get(key, (None, self.node.get("name") or self.node))
        del key_node
        return Problem(str(self.manifest), value.line, value.column, message)


def _load(path: Path, what: str, named_in: _Place | None = None) -> Node:
    """The root of a file that agrees with the schema of a manifest, or of results."""
    try:
        source = parse(path.read_bytes(), str(path))
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror}"
        problem = Problem(str(path), 0, 0, message) if named_in is None else named_in.problem("results", message)
        raise FleetError([problem]) from error
    if source.root is None:
        raise FleetError(source.problems or [Problem(str(path), 1, 1, "the file is empty")])
    errors = sorted(_validator(what).iter_errors(_plain(source.root)), key=lambda error: list(map(str, error.path)))
    if errors:
        raise FleetError([_problem(source, error) for error in errors])
    return source.root


@cache
def _validator(what: str) -> Any:
    from jsonschema import Draft202012Validator

    document = json.loads(Path(__file__).with_name("fleet.schema.json").read_text("utf-8"))
    if what == "results":
        document = {"$ref": "#/$defs/results", "$defs": document["$defs"]}
    return Draft202012Validator(document)


def _problem(source: Source, error: ValidationError) -> Problem:
    """The error at the value it is about; for an unknown key, at the key, with the one that was meant."""
    node: Node | None = source.root
    for step in error.absolute_path:
        if isinstance(node, Mapping):
            node = node.get(str(step))
        elif isinstance(node, Sequence):
            node = node.items[int(step)]
    assert node is not None
    schema: dict[str, Any] = dict(error.schema)  # type: ignore[arg-type]
    if error.validator == "additionalProperties" and isinstance(node, Mapping):
        return _unknown_key(source.name, node, schema["properties"])
    message = schema.get("description", "") if error.validator == "pattern" else ""
    path = ".".join(str(step) for step in error.absolute_path)
    return Problem(source.name, node.line, node.column, f"{path}: {message or error.message}".removeprefix(": "))


def _unknown_key(name: str, node: Mapping, known: Iterable[str]) -> Problem:
    from difflib import get_close_matches

    key = next(key for text, (key, _) in node.entries.items() if text not in known)
    near = get_close_matches(key.text, list(known), n=1)
    meant = f"; did you mean {near[0]}?" if near else f"; there are {', '.join(known)}"
    return Problem(name, key.line, key.column, f"{key.text} is not a key here{meant}")


def _plain(node: Node) -> Any:
    """The node as plain values; text for the keys that hold text, however YAML would read it."""
    if isinstance(node, Mapping):
        return dict(_plain_entries(node))
    if isinstance(node, Sequence):
        return [_plain(item) for item in node.items]
    return node.value


def _plain_entries(node: Mapping) -> Iterator[tuple[str, Any]]:
    for key, (_, value) in node.entries.items():
        as_text = key in _TEXT_KEYS and isinstance(value, Scalar) and value.value is not None
        yield key, value.text if as_text and isinstance(value, Scalar) else _plain(value)
