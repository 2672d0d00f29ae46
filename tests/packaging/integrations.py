"""Integration files for CI systems, and the repository that they install from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rollout_lint.syntax.node import Mapping, to_value
from rollout_lint.syntax.parser import parse

from tests.conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path

FOLDER = ROOT / "integrations"
ADDRESS = "https://git.example.com/rollout-lint"
REVISION = "REVISION"
"""Placeholders of the repository and of its revision in integration files and pages."""


@dataclass(frozen=True)
class Published:
    """Repository of rollout-lint: an address, and the revision that its HEAD names."""

    address: str
    revision: str

    def fill(self, text: str) -> str:
        """Return the text of an integration file with the placeholders replaced."""
        assert (text.count(ADDRESS), text.count(REVISION)) == (1, 1)
        return text.replace(ADDRESS, self.address).replace(REVISION, self.revision)


def document_of(file: Path) -> dict[str, Any]:
    root = parse(file.read_bytes(), file.name).root
    assert isinstance(root, Mapping)
    document: dict[str, Any] = to_value(root)
    return document
