"""Writes of `fix`, `--output`, `--write-baseline` and `fleet init` to files that others use or protect."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from rollout_lint.errors import FleetError
from rollout_lint.linter.baseline import Baseline, Entry, read_baseline, write_baseline

from tests.cli.fix_stacks import BASE, FIXED, one_service
from tests.conftest import CommandResult
from tests.privileges import needs_root, without_privileges
from tests.system_calls import failing

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tests.conftest import Run, Write

OTHER_USER = 4001
POLICY = "failure_action: rollback, order: start-first, monitor: 30s"
OVERLAY = "services: {app: {deploy: {update_config: {max_failure_ratio: 1}}}}\n"


def lint(*arguments: str | Path, cwd: Path, prefix: Sequence[str] = ()) -> CommandResult:
    """Run the command in a process of its own, without bytecode files, which are renamed too."""
    command = [*prefix, sys.executable, "-B", "-m", "rollout_lint", *map(str, arguments)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, cwd=cwd)
    return CommandResult(ran.returncode, ran.stdout, ran.stderr)


def contents(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.iterdir()}


def test_fix_reports_a_cut_hard_link(run: Run, write: Write) -> None:
    folder = write({"recipe/compose.yml": BASE})
    (folder / "copy.yml").hardlink_to(folder / "recipe/compose.yml")
    ran = run("fix", "--write", folder / "recipe")
    assert ran.exit_code == 0
    line = f"rollout-lint: {folder}/recipe/compose.yml: another hard link of this file keeps the old contents\n"
    assert ran.stderr.startswith(line)
    assert ((folder / "recipe/compose.yml").read_text(), (folder / "copy.yml").read_text()) == (FIXED, BASE)


def test_fix_json_reports_a_cut_hard_link_on_stderr(run: Run, write: Write) -> None:
    folder = write({"compose.yml": BASE})
    (folder / "copy.txt").hardlink_to(folder / "compose.yml")
    ran = run("fix", "--write", "--format", "json", folder)
    assert ran.json["written"] is True
    assert "hard link" in ran.stderr


def test_fix_rejects_a_read_only_file(run: Run, write: Write) -> None:
    folder = write({"compose.yml": BASE})
    (folder / "compose.yml").chmod(0o444)
    ran = run("fix", "--write", folder)
    assert ran.exit_code == 2
    message = "compose.yml cannot be written: the file is read-only; no file of this recipe was changed"
    assert f"rollout-lint: {folder}: {message}\n" in ran.stderr
    assert contents(folder) == {"compose.yml": BASE}


def test_fix_continues_after_a_recipe_that_cannot_be_written(run: Run, write: Write) -> None:
    folder = write({"a/compose.yml": BASE, "b/compose.yml": BASE})
    (folder / "a/compose.yml").chmod(0o444)
    ran = run("fix", "--write", folder)
    assert ran.exit_code == 2
    assert "Exit 2: 1 recipe could not be fixed" in ran.stderr
    assert ((folder / "a/compose.yml").read_text(), (folder / "b/compose.yml").read_text()) == (BASE, FIXED)


@pytest.mark.slow
@pytest.mark.parametrize("foreign", ["compose.yml", "compose.ccci.yml"])
def test_fix_restores_a_file_if_another_one_fails(write: Write, foreign: str) -> None:
    """In a sticky folder, only the owner may replace a file that all may write."""
    needs_root()
    files: dict[str, str | bytes] = {"compose.yml": one_service(POLICY), "compose.ccci.yml": OVERLAY}
    folder = write({f"recipe/{name}": text for name, text in files.items()}) / "recipe"
    for path in (folder, folder / foreign):
        os.chown(path, OTHER_USER, OTHER_USER)
    (folder / foreign).chmod(0o666)
    folder.chmod(0o1777)
    ran = lint("fix", "--write", "--unsafe", ".", cwd=folder, prefix=without_privileges())
    assert ran.exit_code == 2
    assert f"{foreign} cannot be written: Operation not permitted; no file of this recipe was changed" in ran.stderr
    assert contents(folder) == files


@pytest.mark.slow
def test_fix_names_a_file_that_it_cannot_restore(write: Write) -> None:
    """The disk fails after the first rename, so that the first file cannot be restored either."""
    folder = write({"compose.yml": one_service(POLICY), "compose.ccci.yml": OVERLAY})
    prefix = failing("rename,renameat,renameat2", "EIO", after=1)
    ran = lint("fix", "--write", "--unsafe", ".", cwd=folder, prefix=prefix)
    assert ran.exit_code == 2
    now = contents(folder)
    changed = [name for name, text in now.items() if text not in (one_service(POLICY), OVERLAY)]
    assert len(changed) == 1
    assert f"Input/output error; {changed[0]} cannot be restored, so the new contents stay" in ran.stderr
    assert set(now) == {"compose.yml", "compose.ccci.yml"}


@pytest.mark.slow
def test_fix_keeps_the_files_if_the_disk_is_full(write: Write) -> None:
    folder = write({"compose.yml": BASE})
    ran = lint("fix", "--write", ".", cwd=folder, prefix=failing("fsync", "ENOSPC"))
    assert ran.exit_code == 2
    assert "compose.yml cannot be written: No space left on device; no file of this recipe was changed" in ran.stderr
    assert contents(folder) == {"compose.yml": BASE}


def test_baseline_that_changed_in_the_meantime_is_an_error(tmp_path: Path) -> None:
    """Another run writes the baseline during a long check."""
    path = tmp_path / "known.json"
    write_baseline(Baseline(path))
    first, second = read_baseline(path), read_baseline(path)
    entry = Entry(".", "RL001", "app", "compose.yml", "0" * 64)
    write_baseline(replace(first, entries=(entry,)))
    with pytest.raises(FleetError, match="cannot be written: the file changed after it was read"):
        write_baseline(second)
    assert read_baseline(path).entries == (entry,)


@pytest.mark.parametrize(
    ("arguments", "file"),
    [
        pytest.param(("check", "--format", "json", "--output", "report.json"), "report.json", id="output"),
        pytest.param(("check", "--write-baseline", "--baseline", "known.json"), "known.json", id="baseline"),
    ],
)
def test_other_outputs_follow_the_same_rules(
    run: Run, write: Write, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], file: str
) -> None:
    folder = write({"compose.yml": BASE, file: '{"version": 1, "findings": []}\n', "empty/.keep": ""})
    monkeypatch.chdir(folder)
    (folder / "other.json").hardlink_to(folder / file)
    (folder / file).chmod(0o640)
    assert f"rollout-lint: {file}: another hard link of this file keeps the old contents\n" in run(*arguments).stderr
    assert (folder / file).stat().st_mode & 0o777 == 0o640
    (folder / file).chmod(0o444)
    before = (folder / file).read_bytes()
    ran = run(*arguments)
    assert (ran.exit_code, (folder / file).read_bytes()) == (2, before)
    assert f"{file}" in ran.stderr
    assert "cannot be written: the file is read-only" in ran.stderr
