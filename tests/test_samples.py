"""Sample fleet: its table shows the incident and follows changes of the files."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import pytest

from tests.conftest import SAMPLES
from tests.support import validate

if TYPE_CHECKING:
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

    from tests.conftest import Run

INCIDENT = [
    ["keycloak", "rollback", "start-first"],
    ["n8n", "rollback", "start-first"],
    ["drone", "rollback", "start-first"],
    ["discourse", "rollback", "start-first"],
    ["traefik", "rollback", "stop-first"],
]
"""Recipe, failure_action and order of each row above the row of all other recipes."""

LEVELS = {
    "discourse": "mitigated",
    "drone": "latent-unexposed",
    "keycloak": "latent-low",
    "n8n": "latent-low",
    "traefik": "safe",
}
POLICY = ("parallelism", "delay", "failure_action", "monitor", "max_failure_ratio", "order")


def cells(markdown: str) -> list[list[str]]:
    rows = [line.strip("| ").lower().split(" | ") for line in markdown.strip().splitlines()]
    return [row for row in rows if not row[0].startswith("---")]


def by_recipe(run: Run, folder: Path) -> dict[str, Any]:
    document = run("sweep", folder, "--format", "json").json
    validate("sweep", document)
    return {each["recipe"]: each for each in document["recipes"]}


@pytest.fixture
def samples(tmp_path: Path) -> Path:
    """Copy of the samples that a test can change."""
    return shutil.copytree(SAMPLES, tmp_path / "recipes")


def change(file: Path, old: str, new: str, after: str = "") -> None:
    text = file.read_bytes().decode()
    start = text.index(after)
    assert old in text[start:]
    file.write_bytes((text[:start] + text[start:].replace(old, new, 1)).encode())


def test_sweep_shows_rows_of_incident(run: Run, snapshot: SnapshotAssertion) -> None:
    ran = run("sweep", SAMPLES, "--format", "markdown")
    assert ran.exit_code == 0
    _, *rows, _ = cells(ran.stdout)
    assert [row[:3] for row in rows] == INCIDENT
    assert ran.stdout == snapshot


def test_sweep_levels_of_all_samples(run: Run) -> None:
    recipes = by_recipe(run, SAMPLES)
    assert len(recipes) == 24
    assert {name: each["risk"]["level"] for name, each in recipes.items() if name in LEVELS} == LEVELS
    others = [each for name, each in recipes.items() if name not in LEVELS]
    assert {each["risk"]["level"] for each in others} == {"not-at-risk"}
    assert {each["failure_action"] for each in others} == {None}


def test_sweep_all_shows_every_recipe(run: Run) -> None:
    assert len(cells(run("sweep", SAMPLES, "--format", "markdown", "--all").stdout)) == 1 + 24


def test_sweep_levels_follow_order(run: Run, samples: Path) -> None:
    change(samples / "n8n/compose.yml", "start-first", "stop-first")
    change(samples / "traefik/compose.yml", "stop-first", "start-first")
    recipes = by_recipe(run, samples)
    assert recipes["n8n"]["risk"]["level"] == "safe"
    assert recipes["n8n"]["order"] == "stop-first"
    assert recipes["traefik"]["risk"]["level"] not in ("safe", "not-at-risk")
    assert recipes["traefik"]["order"] == "start-first"


def test_sweep_without_overlay_shows_risk(run: Run, samples: Path) -> None:
    (samples / "discourse/compose.ccci.yml").unlink()
    row = by_recipe(run, samples)["discourse"]
    assert (row["risk"]["level"], row["overlay"]) == ("latent-high", None)


def test_sweep_reports_failed_upgrade_under_any_policy(run: Run, samples: Path) -> None:
    change(samples / "fleet.yml", "upgrade: pass", "upgrade: fail", after="name: n8n")
    recipes = by_recipe(run, samples)
    assert recipes["n8n"]["risk"]["level"] == "failing"
    assert recipes["keycloak"]["risk"]["level"] == "latent-low"


def test_sweep_reads_results_file(run: Run, samples: Path) -> None:
    change(samples / "results/discourse.yml", "upgrade: pass", "upgrade: rolled-back", after="2026-06-09")
    assert by_recipe(run, samples)["discourse"]["risk"]["level"] == "failing"


def test_sweep_level_depends_on_upgrade_tests(run: Run, samples: Path) -> None:
    change(samples / "fleet.yml", "upgrade_tests: false", "upgrade_tests: true", after="name: drone")
    assert by_recipe(run, samples)["drone"]["risk"]["level"] == "latent-medium"


def test_sweep_shows_broken_file_first(run: Run, samples: Path, snapshot: SnapshotAssertion) -> None:
    (samples / "ghost/compose.yml").write_text("services: [\n")
    ran = run("sweep", samples, "--format", "markdown")
    assert ran.exit_code == 2
    rows = cells(ran.stdout)
    assert rows[1][0] == "ghost"
    assert [row[:3] for row in rows[2:-1]] == INCIDENT
    assert ran.stdout == snapshot


def test_check_locates_order(run: Run) -> None:
    folder = SAMPLES / "discourse"
    lines = (folder / "compose.yml").read_text("utf-8").splitlines()
    [line] = [number for number, text in enumerate(lines, 1) if text.strip() == "order: start-first"]
    ran = run("check", folder, "--format", "json")
    assert ran.exit_code == 1
    severe = [each for each in ran.json["recipes"][0]["findings"] if each["severity"] != "info"]
    found = {each["variant"]: each for each in severe}
    assert "ccci" not in found
    finding = found["default"]
    column = lines[line - 1].index("start-first") + 1
    assert (finding["rule"], finding["service"], finding["file"], finding["line"], finding["column"]) == (
        "RL001",
        "app",
        "compose.yml",
        line,
        column,
    )


def test_show_locates_policy_values_or_marks_defaults(run: Run) -> None:
    document = run("show", SAMPLES / "discourse", "--format", "json").json
    validate("show", document)
    for variant in document["variants"]:
        for facts in variant["services"].values():
            for path in (f"deploy.{block}.{key}" for block in ("update_config", "rollback_config") for key in POLICY):
                fact = facts[path]
                assert fact["default"] is True or {"file", "line", "column"} <= fact.keys()


@pytest.mark.parametrize("recipe", sorted(path.parent.name for path in SAMPLES.glob("*/compose.yml")))
def test_check_evaluates_sample(run: Run, recipe: str) -> None:
    ran = run("check", SAMPLES / recipe, "--format", "json")
    assert ran.json["recipes"][0]["status"] == "evaluated"
    severe = [each for each in ran.json["recipes"][0]["findings"] if each["severity"] in ("high", "medium")]
    assert {each["rule"] for each in severe} == (
        {"RL001"} if recipe in ("discourse", "drone", "keycloak", "n8n") else set()
    )
