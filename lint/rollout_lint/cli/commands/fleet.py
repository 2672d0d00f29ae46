"""`fleet init` and `fleet schema`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rollout_lint.api.selection import RecipeFinder
from rollout_lint.cli.console import exit_with_error, write
from rollout_lint.discovery.atomic_write import write_atomically
from rollout_lint.discovery.filesystem import exists, is_link
from rollout_lint.fleet.manifest.init import build_manifest
from rollout_lint.fleet.manifest.loader import MANIFEST, find_manifest
from rollout_lint.fleet.manifest.schema import SCHEMA
from rollout_lint.printable import printable
from rollout_lint.report.common.style import plural

if TYPE_CHECKING:
    from pathlib import Path


def init(folder: Path, overlays: tuple[str, ...], exclude: tuple[str, ...]) -> None:
    """Write a manifest. Exit if the folder already has one."""
    path = folder / MANIFEST
    existing = find_manifest(folder) or path
    if exists(existing) or is_link(existing):
        exit_with_error(f"{existing} already exists")
    finder = RecipeFinder(overlays, exclude)
    try:
        text, count = build_manifest(folder, finder.overlays(str(folder)), finder.exclude(str(folder)))
        write_atomically(path, text.encode(), expected=None)
    except OSError as error:
        exit_with_error(f"{path} cannot be written: {error.strerror}")
    write(printable(f"{path} lists {plural(count, 'recipe')}. Run: rollout-lint sweep {folder}"), "\n")


def schema() -> str:
    """Return the JSON Schema of a manifest."""
    return SCHEMA.read_text("utf-8")
