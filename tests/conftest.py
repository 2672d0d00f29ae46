"""Shared fixtures: files on disk, a git repository and the command line."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest
from hypothesis import settings
from rollout_lint.cli.app import app
from rollout_lint.rules.loader import load_rules
from typer.main import get_command
from typer.testing import CliRunner

from tests.pages import TODAY
from tests.repository import Repository, repository_at

if TYPE_CHECKING:
    from collections.abc import Callable

    from rollout_lint.rules.model import Rule

ROOT = Path(__file__).parents[1]
SAMPLES = ROOT / "recipes-sample"

settings.register_profile("quick", max_examples=25)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))


@dataclass(frozen=True)
class CommandResult:
    """Result of a command."""

    exit_code: int
    stdout: str
    stderr: str

    @property
    def json(self) -> Any:
        return json.loads(self.stdout)

    @property
    def output(self) -> str:
        return self.stdout + self.stderr


Run: TypeAlias = "Callable[..., CommandResult]"
Write: TypeAlias = "Callable[[dict[str, str | bytes]], Path]"


@pytest.fixture(autouse=True)
def fixed_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set a text width and colours that do not depend on the environment."""
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.delenv("FORCE_COLOR", raising=False)


_built = cache(get_command)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    """Function that runs the command line. An exception other than an exit fails the test."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", TODAY)
    # Typer builds its commands anew for each call, which takes a third of a short run.
    monkeypatch.setattr("typer.testing._get_command", _built)

    def invoke(*arguments: str | Path, stdin: str | bytes | None = None) -> CommandResult:
        result = CliRunner().invoke(app, [str(argument) for argument in arguments], input=stdin)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return CommandResult(result.exit_code, result.stdout, result.stderr)

    return invoke


@pytest.fixture
def without_coverage(monkeypatch: pytest.MonkeyPatch) -> None:
    """Disable coverage in processes of the test, because it writes files and loads modules there."""
    monkeypatch.delenv("COVERAGE_PROCESS_CONFIG", raising=False)


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Function that writes files below a fresh folder and returns the folder."""

    def write_files(files: dict[str, str | bytes]) -> Path:
        for name, content in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return tmp_path

    return write_files


@pytest.fixture(scope="session")
def packaged_rules() -> tuple[Rule, ...]:
    """Return the packaged rules, loaded once."""
    return load_rules()


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """Empty repository in a fresh folder, without the git variables of the environment."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    return repository_at(tmp_path / "repository")
