"""Number of git processes of a sweep: one takes longer than the check of a recipe."""

from __future__ import annotations

import json
import os
import shutil
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from tests.fleet.recipes import recipe

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Run
    from tests.repository import Repository

COUNT = 10
LOGGING_GIT = """#!/bin/sh
printf '%s\\n' "$*" >> {log}
exec {git} "$@"
"""


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the file with the arguments of each git process."""
    file = tmp_path / "log"
    program = tmp_path / "bin/git"
    program.parent.mkdir()
    program.write_text(LOGGING_GIT.format(log=file, git=shutil.which("git")))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    return file


def count_commands(log: Path) -> Counter[str]:
    names = ("cat-file", "ls-files", "ls-tree", "rev-list", "rev-parse")
    return Counter(name for line in log.read_text().splitlines() for name in names if name in line.split())


@pytest.mark.parametrize("options", [[], ["--at", "HEAD"]], ids=["now", "at"])
def test_sweep_asks_git_twice_for_a_recipe_with_a_result(
    repository: Repository, run: Run, log: Path, options: list[str]
) -> None:
    tested = repository.commit({f"{number}/compose.yml": recipe() for number in range(COUNT)})
    results = [
        {"recipe": f"{number}", "date": "2026-06-12", "ref": tested, "upgrade": "pass"} for number in range(COUNT)
    ]
    lines = "".join(f"{json.dumps(each)}\n" for each in results)
    changed = {f"{number}/compose.yml": recipe(image="b:2") for number in range(COUNT)}
    repository.commit({**changed, "results.jsonl": lines, "fleet.yml": "version: 1\nresults: results.jsonl\n"})
    log.write_text("")
    ran = run("sweep", "--format", "json", repository.folder, *options)
    assert {each["recent_upgrade"]["result"] for each in ran.json["recipes"]} == {"pass"}
    counted = count_commands(log)
    assert counted["ls-tree"] <= 2
    assert counted["rev-parse"] <= 2 * COUNT + 8
