"""The hook, with the real pre-commit, in a git repository of a recipe's maintainer."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import pytest

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from pathlib import Path

RunIn: TypeAlias = "Callable[..., subprocess.CompletedProcess[str]]"

SAFE = """version: "3.8"
services:
  app:
    image: example/app:2
    healthcheck: {test: curl -f http://localhost/}
    deploy:
      update_config:
        failure_action: rollback
        order: stop-first
"""
RISKY = SAFE.replace("stop-first", "start-first")
OVERLAY = 'version: "3.8"\nservices: {app: {deploy: {update_config: {order: start-first}}}}\n'


def must(ran: subprocess.CompletedProcess[str]) -> str:
    assert ran.returncode == 0, ran.stdout
    return ran.stdout


@pytest.fixture
def repository(checkout: Path, tmp_path: Path, run_in: RunIn) -> Path:
    """A repository whose commits go through the hook of this checkout."""
    source = tmp_path / "rollout-lint"
    must(run_in(checkout, "git", "init", "--quiet", "--separate-git-dir", str(source), str(checkout)))
    must(run_in(checkout, "git", "add", "--all"))
    must(run_in(checkout, "git", "commit", "--quiet", "--message", "as it is"))
    revision = must(run_in(checkout, "git", "rev-parse", "HEAD")).strip()
    repository = tmp_path / "recipes"
    repository.mkdir()
    must(run_in(repository, "git", "init", "--quiet"))
    (repository / ".pre-commit-config.yaml").write_text(
        f"repos:\n  - repo: {source}\n    rev: {revision}\n    hooks:\n      - id: rollout-lint\n"
    )
    must(run_in(repository, "pre-commit", "install"))
    return repository


def commit(run_in: RunIn, repository: Path, files: dict[str, str]) -> subprocess.CompletedProcess[str]:
    for name, text in files.items():
        path = repository / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    must(run_in(repository, "git", "add", "--all"))
    return run_in(repository, "git", "commit", "--message", "a change")


def test_a_risky_recipe_is_refused_and_a_repaired_one_is_taken(repository: Path, run_in: RunIn) -> None:
    refused = commit(run_in, repository, {"forum/compose.yml": RISKY, "forum/notes.md": "notes\n"})
    assert refused.returncode == 1
    assert "forum/compose.yml:9:16  medium  RL001 rollback-start-first" in refused.stdout

    taken = commit(run_in, repository, {"forum/compose.yml": SAFE})
    assert taken.returncode == 0, taken.stdout

    overlay = commit(run_in, repository, {"forum/compose.ccci.yml": OVERLAY})
    assert overlay.returncode == 1
    assert "forum/compose.ccci.yml:2" in overlay.stdout

    unread = commit(run_in, repository, {"forum/compose.ccci.yml": "services: [\n"})
    assert unread.returncode == 1
    assert "not YAML" in unread.stdout

    sample = commit(
        run_in, repository, {"forum/compose.ccci.yml": SAFE, "forum/.env.sample": "COMPOSE_FILE=gone.yml\n"}
    )
    assert sample.returncode == 1
    assert "gone.yml, which does not exist" in sample.stdout

    other = commit(run_in, repository, {"forum/.env.sample": "A=1\n", "forum/values.yml": "order: start-first\n"})
    assert other.returncode == 0, other.stdout
