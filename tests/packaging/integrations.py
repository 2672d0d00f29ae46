"""Loader of the integration files for CI systems."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rollout_lint.syntax.node import Mapping, to_value
from rollout_lint.syntax.parser import parse

from tests.conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path

FOLDER = ROOT / "integrations"
ADDRESS = "git.example.com/rollout-lint"


def document_of(file: Path) -> dict[str, Any]:
    root = parse(file.read_bytes(), file.name).root
    assert isinstance(root, Mapping)
    document: dict[str, Any] = to_value(root)
    return document
