"""Inputs that are not regular files, and folders that cannot be listed: an error, never a clean result or a hang."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.conftest import ROOT
from tests.privileges import without_privileges

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from subprocess import CompletedProcess

    from tests.conftest import Write

CLEAN = "services: {web: {image: example/web}}\n"


def lint(*arguments: str | Path, cwd: Path | None = None, prefix: Sequence[str] = ()) -> CompletedProcess[str]:
    """Run the command in a process of its own, because a hang must end the test."""
    command = [*prefix, sys.executable, "-m", "rollout_lint", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, cwd=cwd)


@pytest.mark.parametrize("special", ["pipe", "device"])
@pytest.mark.parametrize(
    ("name", "command"),
    [
        ("compose.yml", ["check", "."]),
        (".env.sample", ["check", "."]),
        (".rollout-lint.yml", ["check", "."]),
        (".rollout-lint-baseline.json", ["check", "."]),
        ("fleet.yml", ["sweep", "."]),
        ("old.json", ["sweep", ".", "--compare", "old.json"]),
        ("rules/MY001-x.yaml", ["check", ".", "--rules", "rules"]),
        ("own.toml", ["check", ".", "--config", "own.toml"]),
    ],
)
def test_special_file_is_an_error(write: Write, special: str, name: str, command: list[str]) -> None:
    folder = write({"compose.yml": CLEAN, "rules/.keep": ""})
    (folder / name).unlink(missing_ok=True)
    if special == "pipe":
        os.mkfifo(folder / name)
    else:
        (folder / name).symlink_to("/dev/zero")
    ran = lint(*command, cwd=folder)
    assert ran.returncode == 2, ran.stdout
    assert name in ran.stdout + ran.stderr
    assert re.search("not a regular file|outside the given folder", ran.stdout + ran.stderr)


def test_env_file_may_be_a_pipe_but_not_endless(write: Write) -> None:
    folder = write({"compose.yml": "services: {web: {image: '$IMAGE'}}\n"})
    command = f"{sys.executable} -m rollout_lint check -c compose.yml --env-file"
    shell = ["bash", "-c", f"cd {folder} && {command} <(echo IMAGE=example/web) && ! {command} /dev/zero"]
    ran = subprocess.run(shell, capture_output=True, text=True, check=False, timeout=60)
    assert (ran.returncode, ran.stderr) == (0, "rollout-lint: /dev/zero cannot be read: not a regular file\n")


@pytest.mark.parametrize("command", ["check", "sweep"])
def test_too_deep_folder_is_an_error(tmp_path: Path, command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "compose.yml").write_text(CLEAN)
    monkeypatch.chdir(tmp_path)
    for _ in range(20):
        os.mkdir("d" * 250)  # noqa: PTH102
        os.chdir("d" * 250)
    ran = lint(command, tmp_path)
    assert ran.returncode == 2
    assert "cannot be listed: File name too long" in ran.stdout + ran.stderr


@pytest.mark.parametrize("command", ["check", "sweep"])
def test_folder_without_permission_is_an_error(write: Write, command: str) -> None:
    folder = write({"open/compose.yml": CLEAN, "closed/compose.yml": CLEAN})
    (folder / "closed").chmod(0o000)
    ran = lint(command, folder, prefix=without_privileges())
    assert ran.returncode == 2, ran.stdout
    assert re.search(r"closed\b.*\bcannot be listed: Permission denied", ran.stdout, re.DOTALL)


OPENERS = re.compile(r"\bread_text\(|\.read_bytes\(|\bopen\(|os\.open\(")
ALLOWED = {
    "discovery/filesystem.py": "the one function that opens inputs",
    "discovery/atomic_write.py": "creates the temporary file of an output",
    "discovery/export.py": "writes the files of a revision",
    "cli/console.py": "opens the null device",
    "cli/commands/outputs.py": "opens an output",
    "cli/commands/config.py": "reads a packaged schema",
    "cli/commands/fleet.py": "reads a packaged schema",
    "stack/schema.py": "reads a packaged schema",
    "syntax/schema.py": "reads a packaged schema",
    "report/sweep/html_page.py": "reads packaged templates",
    "selftest.py": "reads what it wrote to a temporary folder",
}


def test_only_one_function_opens_inputs() -> None:
    package = ROOT / "lint/rollout_lint"
    found = {
        path.relative_to(package).as_posix()
        for path in package.rglob("*.py")
        if OPENERS.search(re.sub(r"def \w+\(", "", path.read_text("utf-8")))
    }
    assert found == set(ALLOWED)


WRITERS = re.compile(
    r"\.write_(text|bytes)\(|os\.(replace|rename)|\.(replace|rename)\(self\.path|open\(\"[wax]|O_CREAT|mkstemp|NamedTemp"
)
ALLOWED_WRITERS = {
    "discovery/atomic_write.py": "the one function that writes a file that a user keeps",
    "discovery/export.py": "writes the files of a revision into a temporary folder",
    "cli/console.py": "opens the null device",
    "cli/commands/outputs.py": "appends to the job summary of GitHub Actions",
    "selftest.py": "writes into a temporary folder",
}


def test_only_one_function_writes_outputs() -> None:
    package = ROOT / "lint/rollout_lint"
    found = {
        path.relative_to(package).as_posix()
        for path in package.rglob("*.py")
        if WRITERS.search(re.sub(r"def \w+\(", "", path.read_text("utf-8")))
    }
    assert found == set(ALLOWED_WRITERS)
