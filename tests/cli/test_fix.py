"""`fix` on the command line: files that it changes, options and standard input."""

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


def test_fix_writes_nothing_by_default(run: Run, write: Write, here: Path, snapshot: SnapshotAssertion) -> None:
    write({"wiki/compose.yml": BASE})
    ran = run("fix", "wiki")
    assert ran.exit_code == 1
    assert Path("wiki/compose.yml").read_text() == BASE
    assert sorted(here.rglob("*")) == [here / "wiki", here / "wiki/compose.yml"]
    assert ran.stderr == snapshot


def test_fix_write_changes_the_files(run: Run, write: Write, here: Path, snapshot: SnapshotAssertion) -> None:
    write({"compose.yml": BASE})
    ran = run("fix", "--write")
    assert (ran.exit_code, ran.stdout) == (0, "")
    assert (here / "compose.yml").read_text() == FIXED
    assert mask_folder(ran.output, here) == snapshot(name="written")
    again = run("fix")
    assert (again.exit_code, again.stdout) == (0, "")
    assert again.stderr == snapshot(name="again")


def test_fix_only_selects_rules(run: Run, write: Write) -> None:
    text = one_service("failure_action: rollback, order: start-first, max_failure_ratio: 1, monitor: 30s")
    folder = write({"compose.yml": text})
    assert run("fix", "--write", "--only", "RL013", folder).exit_code == 0
    assert (folder / "compose.yml").read_text() == text.replace("ratio: 1", "ratio: 0.0001")
    assert run("fix", "--write", "--only", "RL003, rollback-start-first", folder).exit_code == 0
    assert "stop-first" in (folder / "compose.yml").read_text()


def test_fix_only_rejects_an_unknown_rule(run: Run, write: Write, snapshot: SnapshotAssertion) -> None:
    ran = run("fix", "--only", "RL001,RL999", write({"compose.yml": BASE}))
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert ran.stderr == snapshot


def test_fix_keeps_suppressed_findings(run: Run, write: Write) -> None:
    text = BASE.replace("  app:\n", "  app: # rollout-lint: ignore[RL001] the host has room\n")
    folder = write({"compose.yml": text})
    assert run("fix", "--write", folder).exit_code == 0
    assert (folder / "compose.yml").read_text() == text.replace("start-first}", "stop-first}")


def test_fix_of_standard_input(run: Run) -> None:
    shown = run("fix", "-", stdin=BASE)
    assert shown.exit_code == 1
    assert "+        order: stop-first" in shown.stdout
    written = run("fix", "--write", "-", stdin=BASE)
    assert (written.exit_code, written.stdout) == (0, FIXED)
    assert run("fix", "--write", "-", stdin=FIXED).stdout == FIXED


@pytest.mark.parametrize("text", [BASE.encode("utf-16"), BASE.encode() + b"# \xe9\n"])
@pytest.mark.slow
def test_fix_preserves_the_bytes_of_standard_input(text: bytes) -> None:
    command = [sys.executable, "-m", "rollout_lint", "fix", "--write", "-"]
    ran = subprocess.run(command, input=text, capture_output=True, check=False)
    is_read = ran.returncode == 0
    assert ran.stdout == (FIXED.encode("utf-16") if is_read else text)
    assert is_read == text.startswith(b"\xff\xfe")


@pytest.mark.parametrize(
    "options",
    [["--interactive", "-"], ["--overlay", "x.yml", "-"], ["-", "."], ["--diff", "--write"], ["--diff", "-i"]],
)
def test_fix_rejects_conflicting_options(options: list[str], run: Run) -> None:
    ran = run("fix", *options, stdin=BASE)
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert ran.stderr.startswith("rollout-lint: ")


@pytest.mark.parametrize(
    ("deploy", "healthcheck", "is_written"),
    [
        pytest.param("replicas: 1", "{test: curl -f localhost}", False, id="checked-single"),
        pytest.param("replicas: 1", "{disable: true}", True, id="unchecked-single"),
        pytest.param("replicas: 2", "{test: curl -f localhost}", True, id="checked-replicas"),
    ],
)
def test_fix_requires_unsafe_for_an_outage_on_each_deploy(
    run: Run, write: Write, deploy: str, healthcheck: str, is_written: bool
) -> None:
    policy = "update_config: {failure_action: rollback, order: start-first, monitor: 60s}"
    text = f"services: {{app: {{image: a, healthcheck: {healthcheck}, deploy: {{{deploy}, {policy}}}}}}}\n"
    folder = write({"compose.yml": text})
    run("fix", "--write", "--only", "RL001", folder)
    assert ("stop-first" in (folder / "compose.yml").read_text()) is is_written
    run("fix", "--write", "--unsafe", "--only", "RL001", folder)
    assert "stop-first" in (folder / "compose.yml").read_text()


def test_fix_requires_unsafe_for_a_costly_trade_off(run: Run, write: Write, snapshot: SnapshotAssertion) -> None:
    text = one_service("order: start-first, failure_action: pause, monitor: 30s")
    folder = write({"compose.yml": text})
    ran = run("fix", "--write", folder)
    assert (ran.exit_code, (folder / "compose.yml").read_text()) == (0, text)
    assert mask_folder(ran.output, folder) == snapshot
    assert run("fix", "--write", "--unsafe", folder).exit_code == 0
    assert (folder / "compose.yml").read_text() == text.replace("start-first", "stop-first").replace(
        "pause", "rollback"
    )
