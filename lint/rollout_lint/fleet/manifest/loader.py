"""Fleet of a manifest or of a folder."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from rollout_lint.discovery.deployments import DeclaredStack
from rollout_lint.discovery.exclude import Exclude
from rollout_lint.discovery.filesystem import is_folder
from rollout_lint.discovery.recipes import DEFAULT_OVERLAYS, find_recipes_below
from rollout_lint.discovery.revision_paths import format_path
from rollout_lint.discovery.tree import is_found_outside
from rollout_lint.errors import FleetError
from rollout_lint.facts.cluster import Cluster
from rollout_lint.fleet.evidence_loader import EvidenceLoader
from rollout_lint.fleet.manifest.entry import Overlay
from rollout_lint.fleet.manifest.resolver import RecipeResolver
from rollout_lint.fleet.manifest.schema import collect_file_references, load_document, to_plain_values
from rollout_lint.fleet.model import Fleet, Member
from rollout_lint.fleet.result_age import parse_age
from rollout_lint.fleet.result_files import read_limited
from rollout_lint.location import Location, Problem
from rollout_lint.syntax.node import Mapping
from rollout_lint.syntax.node import Sequence as YamlSequence

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rollout_lint.discovery.skipped import SkippedFile


MANIFEST = "fleet.yml"
MANIFESTS = (MANIFEST, "fleet.yaml")
"""Names of a folder's manifest; the first one that exists is used."""


def load_fleet(
    path: Path,
    overlays: Iterable[str] = (),
    exclude: Iterable[str] | Exclude = (),
    default_overlays: Iterable[str] = DEFAULT_OVERLAYS,
    stacks: Sequence[DeclaredStack] = (),
) -> Fleet:
    """Return the fleet of a manifest; of a folder, the fleet of its manifest or else of the recipes in it.

    `overlays` take precedence over those of the manifest, and `default_overlays` are used if neither is set. `stacks`
    are those of the config. The fleet has the problems of a manifest and its valid parts. Raises FleetError if no part
    is valid or no recipe is found.
    """
    found = find_manifest(path)
    if found is not None and is_found_outside(found):
        name = format_path(found)
        message = "is a link to a file outside the given folder, not read; name it on the command line to allow it"
        raise FleetError([Problem(name, 0, 0, message)])
    path = found or path
    if not is_folder(path):
        return _load_manifest(path, tuple(overlays), exclude, default_overlays, stacks, is_found=found is not None)
    patterns = tuple(overlays) or default_overlays
    resolver = RecipeResolver(path, tuple(Overlay(pattern) for pattern in patterns), EvidenceLoader(path))
    members, skipped = _find_members(resolver, exclude, stacks)
    return Fleet(members, problems=resolver.evidence_loader.problems, skipped=skipped)


def find_manifest(folder: Path) -> Path | None:
    """Return a folder's manifest, also if it cannot be read; None if the folder has no manifest or is a file."""
    paths = (folder / name for name in MANIFESTS) if is_folder(folder) else ()
    return next((path for path in paths if os.path.lexists(path)), None)


def _load_manifest(
    path: Path,
    overlays: tuple[str, ...],
    exclude: Iterable[str] | Exclude,
    default_overlays: Iterable[str],
    stacks: Sequence[DeclaredStack],
    *,
    is_found: bool,
) -> Fleet:
    name = format_path(path)
    try:
        data = read_limited(path)
    except OSError as error:
        raise FleetError([Problem(name, 0, 0, f"{name} cannot be read: {error.strerror}")]) from error
    root, problems = load_document(data, name)
    values = to_plain_values(root)
    hosts = root.get("hosts")
    loader = EvidenceLoader(
        path.parent,
        Cluster.from_values(values.get("hosts", {})),
        stats=collect_file_references(name, hosts.get("stats") if isinstance(hosts, Mapping) else None),
        results=collect_file_references(name, root.get("results")),
        meta=values.get("meta"),
        found_manifest=path if is_found else None,
    )
    of_manifest = tuple(_overlay(each) for each in values.get("overlays", default_overlays))
    resolver = RecipeResolver(
        path.parent, tuple(Overlay(each, is_named=True) for each in overlays) or of_manifest, loader
    )
    stacks = [*stacks, *_declared_stacks(path, root, loader, resolver.problems)]
    nodes = root.get("recipes")
    if isinstance(nodes, YamlSequence):
        members, skipped = resolver.listed_members(path, nodes, exclude, stacks)
    else:
        members, skipped = _find_members(resolver, exclude, stacks)
    loader.result_files.report_unused()
    return Fleet(
        members,
        values.get("images", {}),
        max_age=parse_age(str(values["max_age"])) if "max_age" in values else None,
        problems=list(dict.fromkeys([*problems, *resolver.problems, *loader.problems])),
        unreadable=loader.result_files.unreadable,
        skipped=skipped,
    )


def _declared_stacks(path: Path, root: Mapping, loader: EvidenceLoader, problems: list[Problem]) -> list[DeclaredStack]:
    """Return the valid entries of `stacks`, and add the errors in the others to the problems."""
    nodes = root.get("stacks")
    stacks = []
    for node in nodes.items if isinstance(nodes, YamlSequence) else ():
        values = to_plain_values(node)
        files = (values["files"],) if isinstance(values["files"], str) else tuple(values["files"])
        location = Location(format_path(path), node.line, node.column, node.end_line, node.end_column)
        stack = DeclaredStack(files, Path(os.path.abspath(path.parent)), location, values.get("name"))  # noqa: PTH100
        reason = stack.find_error(loader.is_forbidden)
        if reason is None:
            stacks.append(stack)
        else:
            problems.append(Problem(location.file, location.line, location.column, reason))
    return stacks


def _overlay(value: str | dict[str, str]) -> Overlay:
    if isinstance(value, str):
        return Overlay(value)
    return Overlay(value["pattern"], value.get("role", "ci") == "ci")


def _find_members(
    resolver: RecipeResolver, exclude: Iterable[str] | Exclude, stacks: Sequence[DeclaredStack] = ()
) -> tuple[list[Member], list[SkippedFile]]:
    """Return the recipes below the fleet's folder, and the stack files that are in none of them."""
    exclude = Exclude.create(exclude)
    found = find_recipes_below(resolver.root, resolver.ci_patterns, exclude, stacks)
    if not found.recipes and not found.skipped:
        suffix = " and is not excluded" if exclude else ""
        raise FleetError([Problem(format_path(resolver.root), 0, 0, f"no folder below it has a compose.yml{suffix}")])
    return [member for group in found.groups for member in resolver.found_members(group)], found.skipped
