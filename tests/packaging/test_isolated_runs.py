"""Isolated runs: pipx and uvx install the program with its dependencies and rules."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from rollout_lint.rules.loader import load_rules

pytestmark = pytest.mark.packaging

MODE = "ROLLOUT_LINT_INDEX"
BIN = Path(sys.executable).parent
RUNNERS: dict[str, list[str | Path]] = {"pipx": [BIN / "pipx", "run", "--spec"], "uvx": [BIN / "uvx", "--from"]}


@pytest.fixture(scope="session")
def wheel(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Wheel of the checkout. Without a package index, skip, or fail if ROLLOUT_LINT_INDEX is `required`."""
    folder = tmp_path_factory.mktemp("isolated")
    fetched = subprocess.run(
        [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", folder, "pathspec"],
        capture_output=True,
        check=False,
        timeout=120,
    )
    if fetched.returncode != 0:
        (pytest.fail if os.environ.get(MODE) == "required" else pytest.skip)("needs a package index")
    command: list[str | Path] = [
        sys.executable,
        "-m",
        "build",
        "--no-isolation",
        "--wheel",
        "--outdir",
        folder,
        checkout,
    ]
    subprocess.run(command, capture_output=True, check=True, timeout=300)
    return next(folder.glob("rollout_lint-*.whl"))


@pytest.mark.parametrize("runner", RUNNERS)
def test_isolated_run_finds_its_rules(runner: str, wheel: Path, tmp_path: Path) -> None:
    home = {"PIPX_HOME": tmp_path / "home", "PIPX_BIN_DIR": tmp_path / "bin", "UV_CACHE_DIR": tmp_path / "cache"}
    system_certificates = dict.fromkeys(("UV_NATIVE_TLS", "UV_SYSTEM_CERTS"), "true")
    environment = os.environ | system_certificates | {name: str(folder) for name, folder in home.items()}
    ran = subprocess.run(
        [*RUNNERS[runner], wheel, "rollout-lint", "rules"],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env=environment,
        timeout=300,
    )
    assert ran.returncode == 0, ran.stderr
    assert [line.split()[0] for line in ran.stdout.splitlines()] == [rule.id for rule in load_rules()]
