"""Several formats of one check, and their files."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.fleet.recipes import recipe
from tests.report.readers import READERS, of_concise, of_gitlab, of_json, of_sarif
from tests.support import mask_folder

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

    from tests.conftest import Run, Write


@pytest.fixture
def folder(write: Write, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = write({"compose.yml": recipe()})
    monkeypatch.chdir(path)
    return path


def test_output_file_keeps_text_on_stdout(run: Run, folder: Path, snapshot: SnapshotAssertion) -> None:
    ran = run("check", "--format", "sarif", "--output", "x.sarif")
    assert (ran.exit_code, ran.stderr) == (1, "")
    assert ran.stdout == run("check").stdout
    assert ran.stdout == snapshot
    assert [each.rule for each in of_sarif((folder / "x.sarif").read_text("utf-8"))] == ["RL001"]
    assert sorted(each.name for each in folder.iterdir()) == ["compose.yml", "x.sarif"]


@pytest.mark.parametrize(
    "options",
    [
        "--format sarif --output x.sarif --format gitlab --output gl.json --format concise",
        "--format concise --format sarif --output x.sarif --format gitlab --output gl.json",
        "--format=concise --output=- --output x.sarif --format sarif --format gitlab --output gl.json",
        "--format sarif --output x.sarif --format concise . --format gitlab --fail-on low --output gl.json",
    ],
)
def test_output_belongs_to_the_format_beside_it(run: Run, folder: Path, options: str) -> None:
    ran = run("check", *options.split())
    assert (ran.exit_code, ran.stderr) == (1, "")
    [found] = of_concise(ran.stdout)
    assert (found.rule, found.path, found.line) == ("RL001", "compose.yml", 1)
    assert ran.stdout.startswith(f"compose.yml:1:{recipe().index('start-first') + 1}: medium RL001 ")
    assert ran.stdout.count("\n") == 2
    assert of_sarif((folder / "x.sarif").read_text("utf-8"))
    assert of_gitlab((folder / "gl.json").read_text("utf-8"))


def test_output_without_format_is_text(run: Run, folder: Path) -> None:
    ran = run("check", "--output", "report.txt")
    assert ran.stdout == (folder / "report.txt").read_text("utf-8")
    assert run("check", "--output", "-").stdout == ran.stdout


@pytest.mark.parametrize(
    "options",
    [
        pytest.param("--format json --format sarif", id="two-on-stdout"),
        pytest.param("--format json --output - --format sarif", id="dash-and-stdout"),
        pytest.param("--format json --output a --output b", id="second-output"),
        pytest.param("--output b --output c --format json", id="first-output"),
        pytest.param("--format json --output a --format sarif --output ./a", id="same-output"),
        pytest.param("--format yaml", id="unknown-format"),
        pytest.param("--format", id="no-format"),
    ],
)
def test_output_rejects_invalid_combinations(run: Run, folder: Path, options: str, snapshot: SnapshotAssertion) -> None:
    ran = run("check", *options.split())
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert ran.stderr == snapshot
    assert sorted(each.name for each in folder.iterdir()) == ["compose.yml"]


@pytest.mark.parametrize(
    "file",
    [
        pytest.param("gone/x.json", id="missing-folder"),
        pytest.param(".", id="folder"),
        pytest.param("", id="empty"),
        pytest.param("compose.yml/x", id="file-as-folder"),
        pytest.param("n" * 300, id="long-name"),
    ],
)
def test_output_error_does_not_affect_other_outputs(
    run: Run, folder: Path, file: str, snapshot: SnapshotAssertion
) -> None:
    ran = run("check", "--format", "json", "--output", file, "--format", "sarif", "--output", "x.sarif")
    assert ran.exit_code == 2
    assert ran.stderr.count("\n") == 1
    assert ran.stderr.replace("n" * 300, "LONG-NAME") == snapshot
    assert ran.stdout.endswith(" 2.\n")
    assert ran.stdout[:-3] == run("check").stdout[:-3]
    assert (folder / "x.sarif").exists()
    assert sorted(each.name for each in folder.iterdir()) == ["compose.yml", "x.sarif"]


def test_output_replaces_a_file_and_keeps_mode_and_link(run: Run, folder: Path) -> None:
    real = folder / "real.json"
    real.write_text("before")
    real.chmod(0o640)
    (folder / "link.json").symlink_to("real.json")
    with real.open(encoding="utf-8") as reader:
        run("check", "--format", "json", "--output", "link.json")
        assert reader.read() == "before"
    assert (folder / "link.json").is_symlink()
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    assert of_json(real.read_text("utf-8"))


def test_output_file_has_the_default_mode(run: Run, folder: Path) -> None:
    mask = os.umask(0o027)
    try:
        run("check", "--format", "json", "--output", "x.json")
    finally:
        os.umask(mask)
    assert stat.S_IMODE((folder / "x.json").stat().st_mode) == 0o640


def test_output_writes_to_a_pipe(run: Run, folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append((folder / "pipe").read_text("utf-8")))
    reader.start()
    ran = run("check", "--format", "json", "--output", "pipe")
    reader.join(60)
    assert (ran.exit_code, len(of_json(read[0]))) == (1, 1)
    assert stat.S_ISFIFO((folder / "pipe").stat().st_mode)
    assert run("check", "--format", "json", "--output", os.devnull).exit_code == 1
    assert stat.S_ISCHR(Path(os.devnull).stat().st_mode)


@pytest.mark.slow
def test_output_reports_a_full_device(snapshot: SnapshotAssertion) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("needs /dev/full")
    command = [sys.executable, "-m", "rollout_lint", "check", "-", "--format", "json", "--output", "/dev/full"]
    ran = subprocess.run(command, input=recipe(), capture_output=True, text=True, timeout=60, check=False)
    assert ran.returncode == 2
    assert ran.stderr == snapshot


@pytest.mark.parametrize("form", ["github", "json"])
def test_github_format_appends_the_job_summary(
    run: Run, folder: Path, form: str, monkeypatch: pytest.MonkeyPatch, snapshot: SnapshotAssertion
) -> None:
    summary = folder / "summary.md"
    summary.write_text("# of another step\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    ran = run("check", "--format", form)
    text = summary.read_text("utf-8")
    assert (ran.exit_code, ran.stdout.startswith("::warning file=compose.yml")) == (1, form == "github")
    expected = run("check", "--format", "markdown").stdout if form == "github" else ""
    assert text == f"# of another step\n{expected}"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(folder / "gone" / "summary.md"))
    ran = run("check", "--format", form)
    assert ran.exit_code == (2 if form == "github" else 1)
    assert mask_folder(ran.stderr, folder) == snapshot


def test_all_formats_at_once_agree(run: Run, folder: Path) -> None:
    options = [part for form in READERS for part in ("--format", form, "--output", f"x.{form}")]
    ran = run("check", *options, "--format", "json")
    findings = {each[:3] for each in of_json(ran.stdout)}
    assert len(findings) == len(json.loads(ran.stdout)["recipes"][0]["findings"]) == 1
    for form, reader in READERS.items():
        assert {each[:3] for each in reader((folder / f"x.{form}").read_text("utf-8"))} == findings


@pytest.mark.parametrize("form", [*READERS, "text", "json"])
@pytest.mark.slow
def test_check_runs_in_a_removed_current_folder(tmp_path: Path, form: str) -> None:
    """Reports have absolute paths, and an output file in the removed folder is an error."""
    recipes, gone = tmp_path / "recipes", tmp_path / "gone"
    recipes.mkdir()
    gone.mkdir()
    (recipes / "compose.yml").write_text(recipe())
    check = f"{sys.executable} -m rollout_lint check {recipes} --no-baseline --format {form}"

    def ran(options: str) -> subprocess.CompletedProcess[str]:
        script = f"mkdir -p {gone} && cd {gone} && rmdir {gone} && {check} {options}"
        return subprocess.run(["sh", "-c", script], capture_output=True, text=True, timeout=60, check=False)

    here, there = ran(""), ran("--output x")
    assert (here.returncode, here.stderr) == (1, "")
    if form in READERS:
        assert {each.path for each in READERS[form](here.stdout)} == {f"{recipes}/compose.yml"}
    assert (there.returncode, there.stderr.count("\n")) == (2, 1)
    assert there.stderr.startswith("rollout-lint: x ")
