"""Sweep of 5,000 recipes, 50 of them broken."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest

from bench.fleets import make_fleet
from bench.measure import cost_of, rollout_lint

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [
    pytest.mark.large,
    pytest.mark.skipif(not hasattr(os, "wait4"), reason="needs os.wait4 for the memory of a process"),
]


def sweep(folder: Path, count: int, broken: int) -> tuple[Any, list[str], int]:
    """Return the document, the names of the broken recipes, and the peak memory in bytes."""
    names = make_fleet(folder / "fleet", count, broken)
    output = folder / "output.json"
    cost = cost_of([*rollout_lint(), "sweep", str(folder / "fleet"), "--format", "json"], output)
    assert cost.exit_code == 2
    return json.loads(output.read_text()), names, cost.memory


def test_large_fleet_has_all_rows_in_bounded_memory(tmp_path: Path) -> None:
    few, broken_of_few, less = sweep(tmp_path / "few", 500, 5)
    many, broken_of_many, more = sweep(tmp_path / "many", 5000, 50)
    for document, broken, count in ((few, broken_of_few, 500), (many, broken_of_many, 5000)):
        assert len(document["recipes"]) == document["summary"]["recipes"] == count
        unread = {row["recipe"]: row for row in document["recipes"] if row["risk"]["level"] == "not-evaluated"}
        assert sorted(unread) == broken
        assert all(row["risk"]["because"] for row in unread.values())
    assert len(broken_of_many) == 50
    assert more < 3 * less
