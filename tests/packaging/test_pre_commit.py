"""The hook, with the real pre-commit, in a git repository of a recipe's maintainer."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.packaging.recipes import RISKY, SAFE
from tests.pages import README

if TYPE_CHECKING:
    from pathlib import Path

    from tests.packaging.conftest import RunIn

OVERLAY = 'version: "3.8"\nservices: {app: {deploy: {update_config: {order: start-first}}}}\n'


@pytest.fixture
def repository(published: Path, tmp_path: Path, run_in: RunIn) -> Path:
    """A repository with the configuration that the README gives."""
    found = re.search(r"```yaml\n(repos:.*?)```", README.read_text("utf-8"), re.DOTALL)
    assert found is not None
    repository = tmp_path / "recipes"
    repository.mkdir()
    configuration = found[1].replace("https://git.example.com/rollout-lint", str(published))
    (repository / ".pre-commit-config.yaml").write_text(configuration)
    run_in(repository, "git", "init", "--quiet")
    run_in(repository, "pre-commit", "install")
    return repository


def commit(run_in: RunIn, repository: Path, files: dict[str, str], expected: int) -> str:
    for name, text in files.items():
        path = repository / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    run_in(repository, "git", "add", "--all")
    return run_in(repository, "git", "commit", "--message", "a change", expected=expected)


def test_a_risky_recipe_is_refused_and_a_repaired_one_is_taken(repository: Path, run_in: RunIn) -> None:
    refused = commit(run_in, repository, {"forum/compose.yml": RISKY, "forum/notes.md": "notes\n"}, 1)
    assert "forum/compose.yml:9:16  medium  RL001 rollback-start-first" in refused
    commit(run_in, repository, {"forum/compose.yml": SAFE}, 0)

    overlay = commit(run_in, repository, {"forum/compose.ccci.yml": OVERLAY}, 1)
    assert "forum/compose.ccci.yml:2" in overlay
    unread = commit(run_in, repository, {"forum/compose.ccci.yml": "services: [\n"}, 1)
    assert "not YAML" in unread

    sample = {
        "forum/compose.ccci.yml": OVERLAY.replace("start-first", "stop-first"),
        "forum/.env.sample": "COMPOSE_FILE=gone.yml\n",
    }
    assert "gone.yml, which does not exist" in commit(run_in, repository, sample, 1)
    commit(run_in, repository, {"forum/.env.sample": "A=1\n", "forum/values.yml": "order: start-first\n"}, 0)
