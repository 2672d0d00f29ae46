"""Files that `fix` keeps, links, and failed writes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.cli.fix_stacks import BASE, FIXED, one_service
from tests.support import mask_folder

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

    from tests.conftest import Run, Write


def test_fix_keeps_recipes_with_errors(run: Run, write: Write) -> None:
    broken = BASE.replace("image: example/worker:1", "pull_policy: always")
    folder = write({"a/compose.yml": broken, "b/compose.yml": BASE})
    ran = run("fix", "--write", folder / "a", folder / "b")
    assert ran.exit_code == 2
    assert f"{folder}/a/compose.yml:12:5: " in ran.stderr
    assert (folder / "a/compose.yml").read_text() == broken
    assert (folder / "b/compose.yml").read_text() == FIXED


@pytest.mark.parametrize(
    ("overlay", "line"),
    [
        pytest.param("services: {app: {deploy: []}}\n", 1, id="broken"),
        pytest.param("services:\n  app:\n    {{ x }}\n", 3, id="template"),
    ],
)
def test_fix_keeps_a_recipe_with_an_unread_variant(run: Run, write: Write, overlay: str, line: int) -> None:
    folder = write({"compose.yml": BASE, "compose.ccci.yml": overlay})
    ran = run("fix", "--write", folder)
    assert ran.exit_code == 2
    assert f"{folder}/compose.ccci.yml:{line}:" in ran.stderr
    assert (folder / "compose.yml").read_text() == BASE


def test_fix_skips_a_file_that_is_not_a_stack(run: Run, write: Write, snapshot: SnapshotAssertion) -> None:
    folder = write({"playbook.yml": "- hosts: all\n"})
    ran = run("fix", folder / "playbook.yml")
    assert ran.exit_code == 0
    assert ran.stderr == snapshot


def test_fix_keeps_a_link_out_of_the_recipe(run: Run, write: Write, snapshot: SnapshotAssertion) -> None:
    folder = write({"common.yml": BASE, "wiki/README": ""})
    (folder / "wiki/compose.yml").symlink_to("../common.yml")
    ran = run("fix", "--write", folder / "wiki/compose.yml")
    assert (folder / "common.yml").read_text() == BASE
    assert ran.exit_code == 1
    assert mask_folder(ran.output, folder) == snapshot


def test_fix_preserves_a_link_within_the_recipe(run: Run, write: Write) -> None:
    folder = write({"docker-stack-base.txt": BASE})
    (folder / "compose.yml").symlink_to("docker-stack-base.txt")
    assert run("fix", "--write", folder).exit_code == 0
    assert (folder / "compose.yml").is_symlink()
    assert (folder / "docker-stack-base.txt").read_text() == FIXED


@pytest.mark.slow
def test_fix_does_not_overwrite_a_concurrent_change(write: Write, snapshot: SnapshotAssertion) -> None:
    """Another program saves the file during the prompt."""
    folder = write({"compose.yml": BASE})
    process = subprocess.Popen(
        [sys.executable, "-m", "rollout_lint", "fix", "--interactive", folder],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    while "+        order: stop-first" not in process.stdout.readline():
        assert process.poll() is None
    (folder / "compose.yml").write_text(f"{BASE}# mine\n")
    _, stderr = process.communicate("a\n")
    assert process.returncode == 2
    assert mask_folder(stderr, folder) == snapshot
    assert (folder / "compose.yml").read_text() == f"{BASE}# mine\n"


@pytest.mark.usefixtures("without_coverage")
@pytest.mark.slow
def test_fix_writes_all_files_of_a_recipe_or_none(write: Write, snapshot: SnapshotAssertion) -> None:
    """The file size limit allows the base, but not the larger overlay."""
    overlay = "services: {app: {deploy: {update_config: {max_failure_ratio: 1}}}}\n" + "# as long as it is\n" * 500
    base = one_service("failure_action: rollback, order: start-first, monitor: 30s")
    folder = write({"compose.yml": base, "compose.ccci.yml": overlay})
    limited = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))"
    # Without bytecode, because the limit would leave truncated files in the cache.
    program = [sys.executable, "-B", "-c", f"{limited}; from rollout_lint.cli.app import app; app()"]
    ran = subprocess.run([*program, "fix", "--write", folder], capture_output=True, text=True, check=False)
    assert ran.returncode == 2
    assert mask_folder(ran.stderr, folder) == snapshot
    assert (folder / "compose.yml").read_text() == base
    assert (folder / "compose.ccci.yml").read_text() == overlay


@pytest.mark.slow
def test_fix_succeeds_if_standard_error_is_full(write: Write) -> None:
    folder = write({"compose.yml": BASE})
    with Path("/dev/full").open("w") as full:
        ran = subprocess.run([sys.executable, "-m", "rollout_lint", "fix", "--write", folder], stderr=full, check=False)
    assert (ran.returncode, (folder / "compose.yml").read_text()) == (0, FIXED)


def test_fix_preserves_the_file_mode(run: Run, write: Write) -> None:
    folder = write({"compose.yml": BASE})
    (folder / "compose.yml").chmod(0o640)
    run("fix", "--write", folder)
    assert (folder / "compose.yml").stat().st_mode & 0o777 == 0o640
