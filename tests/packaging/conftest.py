"""Copies of the checkout, so that no test builds or commits in it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest

from tests.conftest import ROOT
from tests.packaging.integrations import FOLDER, Published

RunIn: TypeAlias = Callable[..., str]

IGNORED = shutil.ignore_patterns(".git", ".venv", "dist", "build", "__pycache__", ".*_cache", ".hypothesis")


@pytest.fixture(scope="session")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shutil.copytree(ROOT, tmp_path_factory.mktemp("checkout") / "rollout-lint", ignore=IGNORED)


@pytest.fixture(scope="session")
def published(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Published:
    """Bare clone of a repository with the current checkout, without tags."""
    folder = tmp_path_factory.mktemp("published")
    source, bare = shutil.copytree(checkout, folder / "rollout-lint"), folder / "rollout-lint.git"
    for command in (["init"], ["add", "--all"], ["commit", "--message", "snapshot"], ["clone", "--bare", ".", bare]):
        _git(source, *command)
    assert _git(bare, "tag") == ""
    return Published(bare.as_uri(), _git(folder, "ls-remote", bare.as_uri(), "HEAD").split()[0])


def _git(folder: Path, *command: str | Path) -> str:
    ran = subprocess.run(
        ["git", *command], cwd=folder, env=_environment(folder), check=True, capture_output=True, text=True, timeout=60
    )
    return ran.stdout


@pytest.fixture
def run_in(tmp_path_factory: pytest.TempPathFactory) -> RunIn:
    """Run a command without any git or pre-commit configuration, and return its output."""
    home = tmp_path_factory.getbasetemp()

    def run(directory: Path, *command: str, expected: int = 0) -> str:
        ran = subprocess.run(
            command,
            cwd=directory,
            env=_environment(home),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=300,
        )
        assert ran.returncode == expected, ran.stdout
        return ran.stdout

    return run


@pytest.fixture
def hooked(published: Published, tmp_path: Path, run_in: RunIn) -> Path:
    """Repository with the hook from integrations/pre-commit.yml."""
    repository = tmp_path / "recipes"
    repository.mkdir()
    configuration = (FOLDER / "pre-commit.yml").read_text()
    (repository / ".pre-commit-config.yaml").write_text(published.fill(configuration))
    run_in(repository, "git", "init", "--quiet")
    run_in(repository, "pre-commit", "install")
    return repository


def _environment(home: Path) -> dict[str, str]:
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("GIT_", "PRE_COMMIT"))}
    environment |= {
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "PRE_COMMIT_HOME": str(home / "pre-commit-home"),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }
    for who in ("AUTHOR", "COMMITTER"):
        environment |= {f"GIT_{who}_NAME": "A Maintainer", f"GIT_{who}_EMAIL": "maintainer@example.com"}
    return environment
