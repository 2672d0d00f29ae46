"""Name and revision of a fleet in the documents of a sweep."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from rollout_lint.fleet.source import FleetSource, find_fleet_source

from tests.repository import repository_at
from tests.support import validate

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Run
    from tests.repository import Repository

STACK = "services: {app: {image: example/app}}\n"


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """Return a repository with a fleet in a folder of it, and a tag on the first of two commits."""
    repository = repository_at(tmp_path / "infra")
    repository.commit({"shop/web/compose.yml": STACK, "shop/fleet.yml": "version: 1\n"}, "2026-05-01T12:00:00Z")
    repository.git("tag", "v1")
    repository.commit({"shop/web/compose.yml": STACK.replace("app:", "api:")})
    return repository


def fleet_of(run: Run, *arguments: str | Path) -> dict[str, Any]:
    document = run("sweep", *arguments, "--format", "json").json
    validate("sweep", document)
    assert document["time"] == "2026-06-20T00:00:00+00:00"
    found: dict[str, Any] = document["fleet"]
    return found


def test_sweep_names_the_folder_and_its_commit(run: Run, repository: Repository) -> None:
    head = repository.git("rev-parse", "HEAD")
    expected = {"name": "shop", "commit": head, "ref": None}
    folder = repository.folder / "shop"
    assert fleet_of(run, folder) == expected
    assert fleet_of(run, folder / "fleet.yml") == expected
    assert fleet_of(run, repository.folder) == {**expected, "name": "infra"}
    assert fleet_of(run, "-c", folder / "web" / "compose.yml") == {**expected, "name": "web"}


@pytest.mark.parametrize("path", ["shop", "shop/fleet.yml"])
def test_sweep_at_a_revision_names_its_commit(run: Run, repository: Repository, path: str) -> None:
    commit = repository.git("rev-parse", "v1")
    repository.commit({"shop/web/compose.yml": None, "shop/fleet.yml": None})
    actual = fleet_of(run, repository.folder / path, "--at", "v1")
    assert actual == {"name": "shop", "commit": commit, "ref": "v1"}


def test_untracked_fleet_has_no_revision(run: Run, repository: Repository, tmp_path: Path) -> None:
    for folder in (repository.folder / "new", tmp_path / "plain"):
        (folder / "web").mkdir(parents=True)
        (folder / "web" / "compose.yml").write_text(STACK)
        assert fleet_of(run, folder) == {"name": folder.name, "commit": None, "ref": None}


def test_fleet_without_git_has_no_revision(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert find_fleet_source(repository.folder / "shop") == FleetSource("shop")


def test_html_page_has_name_revision_and_time(run: Run, repository: Repository) -> None:
    page = run("sweep", repository.folder / "shop", "--format", "html").stdout
    assert "<h1>shop</h1>" in page
    assert repository.git("rev-parse", "HEAD")[:12] in page
    assert "2026-06-20 00:00 UTC" in page
