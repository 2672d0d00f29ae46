"""Loaders of contexts as of today."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rollout_lint.api.clock import today
from rollout_lint.linter.context import ContextLoader

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


def create_loader(rule_folders: Iterable[Path] = (), config_file: Path | None = None) -> ContextLoader:
    """Return a loader of contexts as of today, with this config file instead of the nearest ones, if any."""
    return ContextLoader(tuple(rule_folders), today(), config_file)
