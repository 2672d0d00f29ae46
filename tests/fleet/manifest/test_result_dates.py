"""Dates of results files without dates, and results files that cannot be read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from rollout_lint.fleet.results.model import NO_DATE

from tests.fleet.results.texts import case, suite
from tests.packaging.recipes import RISKY, SAFE

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Run
    from tests.repository import Repository

UNDATED = suite(case("test_upgrade", "<failure/>"), timestamp="")
DAY = "2026-06-01T08:00:00"


def manifest(*results: str) -> str:
    return f"version: 1\nrecipes:\n  - name: shop\n    results: [{', '.join(results)}]\n  - name: wiki\n"


def fleet(repository: Repository, results: str, **files: str) -> Path:
    """Write a fleet of two recipes, and commit it."""
    recipes = {"shop/compose.yml": SAFE, "wiki/compose.yml": RISKY, "fleet.yml": manifest(results)}
    repository.commit({"ci/shop.xml": UNDATED, **recipes, **files}, date=f"{DAY}Z")
    return repository.folder


def rows(run: Run, *arguments: Path | str) -> dict[str, Any]:
    return {each["recipe"]: each for each in run("sweep", *arguments, "--format", "json").json["recipes"]}


def upgrade(run: Run, *arguments: Path | str) -> tuple[str, str]:
    found = rows(run, *arguments)["shop"]["recent_upgrade"]
    return found["result"], found["date"][:19]


def test_undated_file_has_the_date_of_its_commit(run: Run, repository: Repository) -> None:
    folder = fleet(repository, "ci/shop.xml")
    repository.commit({"other": "a"}, date="2026-06-15T08:00:00Z")
    assert upgrade(run, folder) == ("fail", DAY)
    repository.commit({"ci/shop.xml": UNDATED + "\n"}, date="2026-06-16T08:00:00Z")
    assert upgrade(run, folder) == ("fail", "2026-06-16T08:00:00")
    assert upgrade(run, folder, "--at", "HEAD~1") == ("fail", DAY)


def test_manifest_dates_a_file(run: Run, repository: Repository) -> None:
    folder = fleet(repository, "{file: ci/shop.xml, date: 2026-06-05}")
    assert upgrade(run, folder) == ("fail", "2026-06-05")


def test_manifest_dates_a_shared_file(run: Run, repository: Repository) -> None:
    shared = "version: 1\nresults: [{file: 'ci/*.xml', date: 2026-06-05}]\nrecipes: [{name: shop}]\n"
    folder = fleet(repository, "x", **{"fleet.yml": shared})
    assert upgrade(run, folder) == ("fail", "2026-06-05")


def test_date_of_the_manifest_does_not_replace_that_of_a_run(run: Run, repository: Repository) -> None:
    dated = suite(case("test_upgrade"), timestamp="2026-06-02T08:00:00")
    folder = fleet(repository, "{file: ci/shop.xml, date: 2026-06-05}", **{"ci/shop.xml": dated})
    assert upgrade(run, folder) == ("pass", "2026-06-02T08:00:00")


@pytest.mark.parametrize("change", ["edited", "untracked", "shallow"])
def test_undated_file_without_a_commit_is_an_error(run: Run, repository: Repository, change: str) -> None:
    folder = fleet(repository, "ci/shop.xml")
    if change == "edited":
        (folder / "ci/shop.xml").write_text(UNDATED + "\n")
    elif change == "untracked":
        repository.git("rm", "--quiet", "--cached", "ci/shop.xml")
        repository.git("commit", "--quiet", "--message", "m")
    else:
        repository.commit({"other": "a"})
        repository.git("clone", "--quiet", "--depth=1", folder.as_uri(), folder.parent / "shallow")
        folder = folder.parent / "shallow"
    ran = run("sweep", folder, "--format", "json")
    assert ran.exit_code == 2
    [problem] = {each["recipe"]: each for each in ran.json["recipes"]}["shop"]["problems"]
    assert problem["message"] == NO_DATE
    assert "git" in NO_DATE
    assert "manifest" in NO_DATE


def test_unreadable_file_is_an_error_of_its_recipe(run: Run, repository: Repository) -> None:
    folder = fleet(repository, "ci/shop.xml", **{"ci/shop.xml": "<test-run/>"})
    ran = run("sweep", folder, "--format", "json")
    assert ran.exit_code == 2
    found = {each["recipe"]: each for each in ran.json["recipes"]}
    assert found["shop"]["risk"]["level"] == "not-evaluated"
    assert "NUnit" in found["shop"]["problems"][0]["message"]
    assert found["wiki"]["risk"]["level"].startswith("latent")
    assert found["wiki"]["problems"] == []


def test_unreadable_shared_file_does_not_end_the_sweep(run: Run, repository: Repository) -> None:
    shared = "version: 1\nresults: ci/all.jsonl\nrecipes: [{name: shop}, {name: wiki}]\n"
    folder = fleet(repository, "x", **{"fleet.yml": shared, "ci/all.jsonl": "{"})
    ran = run("sweep", folder, "--format", "json")
    assert ran.exit_code == 2
    assert ran.stderr.count("ci/all.jsonl:1:2: is not a results file") == 1
    found = {each["recipe"]: each["risk"]["level"] for each in ran.json["recipes"]}
    assert found["wiki"].startswith("latent")
    assert found["shop"] != "not-evaluated"


@pytest.mark.parametrize(
    ("results", "message"),
    [
        ("{file: ci/shop.xml, upgrade: pass}", "a result with `file` can only have a `date` too"),
        ("{file: ci/shop.xml, date: 2026-02-30}", 'invalid date "2026-02-30"'),
        ("{upgrade: pass}", "date"),
    ],
)
def test_invalid_results_are_errors_of_the_manifest(
    run: Run, repository: Repository, results: str, message: str
) -> None:
    ran = run("sweep", fleet(repository, results))
    assert ran.exit_code == 2
    assert message in ran.stderr
