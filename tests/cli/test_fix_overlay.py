"""`fix --overlay`: a minimal overlay for a CI."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.cli.fix_stacks import BASE, FIXED, one_service
from tests.conftest import SAMPLES
from tests.support import mask_folder

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

    from tests.conftest import Run, Write


def test_fix_diff_of_a_new_overlay_applies(run: Run, write: Write, here: Path) -> None:
    write({"wiki/compose.yml": BASE})
    shown = run("fix", "--overlay", "compose.ccci.yml", "--diff", "wiki")
    assert shown.exit_code == 1
    assert not Path("wiki/compose.ccci.yml").exists()
    subprocess.run(["git", "apply"], input=shown.stdout.encode(), check=True, cwd=here)
    by_git = Path("wiki/compose.ccci.yml").read_bytes()
    Path("wiki/compose.ccci.yml").unlink()
    assert run("fix", "--overlay", "compose.ccci.yml", "wiki").exit_code == 0
    assert Path("wiki/compose.ccci.yml").read_bytes() == by_git
    assert Path("wiki/compose.yml").read_text() == BASE


def test_fix_overlay_is_minimal(run: Run, write: Write, snapshot: SnapshotAssertion) -> None:
    folder = write({"compose.yml": BASE.replace("start-first}", "stop-first}")})
    assert run("fix", "--overlay", "compose.ccci.yml", folder).exit_code == 0
    assert (folder / "compose.ccci.yml").read_text() == (
        'version: "3.8"\nservices:\n  app:\n    deploy:\n      update_config:\n        order: stop-first\n'
    )
    again = run("fix", "--overlay", "compose.ccci.yml", folder)
    assert again.stderr == snapshot


def test_fix_overlay_extends_an_existing_file(run: Run, write: Write) -> None:
    overlay = "# for the CI\n\nservices:\n  app:\n    image: example/app:ci # built there\n"
    folder = write({"compose.yml": BASE, "compose.ccci.yml": overlay})
    assert run("fix", "--overlay", "compose.ccci.yml", folder).exit_code == 0
    added = "    deploy:\n      update_config:\n        order: stop-first\n"
    worker = f"  worker:\n{added}"
    assert (folder / "compose.ccci.yml").read_text() == overlay.replace(
        "services:", 'version: "3.8"\nservices:'
    ) + added + worker


def test_fix_overlay_is_not_written_without_findings(run: Run, write: Write) -> None:
    folder = write({"compose.yml": FIXED})
    assert run("fix", "--overlay", "compose.ccci.yml", folder).exit_code == 0
    assert not (folder / "compose.ccci.yml").exists()


@pytest.mark.parametrize("overlay", [b"- a\n", b"a\n", b"---\n# for the CI\n...\n", b"\xff\xfe\x00", b"a: \x80"])
def test_fix_overlay_keeps_a_file_that_is_not_a_stack(overlay: bytes, run: Run, write: Write) -> None:
    folder = write({"compose.yml": BASE, "compose.ccci.yml": overlay})
    ran = run("fix", "--overlay", "compose.ccci.yml", folder)
    assert ran.exit_code == 2
    assert ran.stderr.startswith(f"{folder}/compose.ccci.yml:")
    assert (folder / "compose.ccci.yml").read_bytes() == overlay


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("ci/compose.ccci.yml", id="missing-folder"),
        pytest.param("here.yml", id="folder"),
        pytest.param(".env", id="no-suffix"),
        pytest.param("README.md", id="other-suffix"),
        pytest.param("../compose.ccci.yml", id="above"),
        pytest.param("/tmp/x.yml", id="absolute"),
        pytest.param("", id="empty"),
        pytest.param("compose.*.yml", id="pattern"),
        pytest.param("compose.yml", id="base"),
    ],
)
def test_fix_overlay_rejects_an_invalid_path(name: str, run: Run, write: Write, snapshot: SnapshotAssertion) -> None:
    files: dict[str, str | bytes] = {"compose.yml": BASE, "here.yml/README": "", ".env": "#\n", "README.md": "#\n"}
    folder = write(files)
    shown, written = (run("fix", "--overlay", name, *options, folder) for options in (["--diff"], []))
    assert (shown.exit_code, shown.stdout) == (written.exit_code, written.stdout) == (2, "")
    assert mask_folder(written.stderr, folder) == snapshot
    found = {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}
    assert found == files


def test_fix_overlay_rejects_a_self_contained_stack(
    run: Run, write: Write, here: Path, snapshot: SnapshotAssertion
) -> None:
    write({"compose.yml": BASE, "docker-stack.yml": BASE})
    ran = run("fix", "--overlay", "compose.ccci.yml")
    assert ran.exit_code == 2
    assert mask_folder(ran.output, here) == snapshot
    assert "order: stop-first" in (here / "compose.ccci.yml").read_text()


def test_fix_overlay_reports_what_it_cannot_fix(run: Run, write: Write, snapshot: SnapshotAssertion) -> None:
    """Docker's merge ignores a zero in an overlay, but the fix of an own rule may be zero."""
    rule = """\
id: TT002
name: ratio
summary: A failure is tolerated
severity: medium
when: {deploy.update_config.max_failure_ratio: {exclusiveMinimum: 0}}
message: "{service} tolerates failures"
why: It does.
fix: {deploy: {update_config: {max_failure_ratio: 0}}}
sources: [here]
examples:
  bad:
    - {at: "compose.yml:1", files: {compose.yml: "services: {a: {deploy: {update_config: {max_failure_ratio: 0.1}}}}"}}
  good:
    - {files: {compose.yml: "services: {a: {image: b}}"}}
"""
    text = one_service("failure_action: rollback, order: stop-first, monitor: 30s, max_failure_ratio: 0.5")
    folder = write({"compose.yml": text, "rules/TT002-ratio.yaml": rule})
    options = ("--rules", folder / "rules", "--only", "TT002")
    left = run("fix", "--overlay", "compose.ccci.yml", *options, folder)
    assert left.exit_code == 1
    assert mask_folder(left.output, folder) == snapshot
    assert not (folder / "compose.ccci.yml").exists()
    assert run("fix", "--write", *options, folder).exit_code == 0
    assert (folder / "compose.yml").read_text() == text.replace("0.5", "0")


def test_fix_overlay_mitigates_the_incident(run: Run, tmp_path: Path) -> None:
    fleet = tmp_path / "fleet"
    shutil.copytree(SAMPLES, fleet)
    (fleet / "discourse/compose.ccci.yml").unlink()

    def level() -> str:
        recipes = run("sweep", fleet, "--format", "json").json["recipes"]
        return next(str(row["risk"]["level"]) for row in recipes if row["recipe"] == "discourse")

    assert level().startswith("latent")
    assert run("fix", "--unsafe", "--overlay", "compose.ccci.yml", fleet / "discourse").exit_code == 0
    assert level() == "mitigated"
