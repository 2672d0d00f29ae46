"""`fleet`: a manifest's first version, and its schema."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rollout_lint.cli.commands.targets import Walk
from rollout_lint.cli.console import refuse, usage_error, write
from rollout_lint.discovery.atomic_write import write_atomically
from rollout_lint.discovery.filesystem import exists, is_link
from rollout_lint.errors import FleetError
from rollout_lint.fleet.manifest.init import first_manifest
from rollout_lint.fleet.manifest.loader import MANIFEST, manifest_in
from rollout_lint.fleet.manifest.schema import SCHEMA

if TYPE_CHECKING:
    from pathlib import Path


def init(folder: Path, overlays: tuple[str, ...], exclude: tuple[str, ...]) -> None:
    """Write the manifest; one that is there stays as it is."""
    path = folder / MANIFEST
    there = manifest_in(folder) or path
    if exists(there) or is_link(there):
        usage_error(f"{there} is there already, and stays as it is")
    walk = Walk(overlays, exclude)
    try:
        text, count = first_manifest(folder, walk.overlays(str(folder)), walk.exclude(str(folder)))
        write_atomically(path, text.encode())
    except FleetError as error:
        refuse(error.problems)
    except OSError as error:
        usage_error(f"{path} cannot be written: {error.strerror}")
    write(f"{path} names {count} recipe{'' if count == 1 else 's'}. rollout-lint sweep {folder} reads it.\n")


def schema() -> str:
    """The schema's text."""
    return SCHEMA.read_text("utf-8")
