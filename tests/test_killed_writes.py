"""Commands that are killed while they write: each file is the old one or the new one, and the next run succeeds."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests.cli.fix_stacks import one_service
from tests.system_calls import needs_strace

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

pytestmark = pytest.mark.slow

# Without bytecode files, which are renamed too.
LINT = (sys.executable, "-B", "-m", "rollout_lint")
KILLS = int(os.environ.get("ROLLOUT_LINT_KILLS", "5"))
SEED = int(os.environ.get("ROLLOUT_LINT_SEED", "1"))
POLICY = "failure_action: rollback, order: start-first, monitor: 30s"
FILES = {
    "compose.yml": one_service(POLICY),
    "compose.ccci.yml": "services: {app: {deploy: {update_config: {max_failure_ratio: 1}}}}\n",
    "report.json": "old report\n",
    "known.json": '{"version": 1, "findings": []}\n',
}


@dataclass(frozen=True)
class Writer:
    """Command that writes files, and its exit code."""

    arguments: tuple[str, ...]
    exit_code: int

    @property
    def command(self) -> tuple[str, ...]:
        return (*LINT, *self.arguments)


WRITERS = {
    "fix": Writer(("fix", "--write", "--unsafe", "--exit-zero", "."), 0),
    "output": Writer(("check", "--format", "json", "--output", "report.json", "."), 1),
    "baseline": Writer(("check", "--write-baseline", "--baseline", "known.json", "."), 0),
    "init": Writer(("fleet", "init", "."), 0),
}


def prepare(folder: Path) -> Path:
    folder.mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(text)
    return folder


def contents(folder: Path) -> dict[str, str]:
    """Return the files, without the temporary ones that a killed run leaves."""
    return {path.name: path.read_text() for path in folder.iterdir() if not is_temporary(path)}


def is_temporary(path: Path) -> bool:
    return path.name.startswith(".") and ".rollout-lint-" in path.name


def run(command: Sequence[str], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=120)


def check_state(writer: Writer, folder: Path, new: dict[str, str], context: str) -> None:
    """Check the files after a kill, and that the next run ends as if nothing had happened."""
    for name, text in contents(folder).items():
        assert text in (FILES.get(name), new[name]), f"{name} is neither old nor new: {context}"
    found = json.loads(run((*LINT, "check", ".", "--format", "json"), folder).stdout)
    assert [(each["name"], len(each["variants"])) for each in found["recipes"]] == [(folder.name, 2)], context
    assert found["skipped"] == [], context
    if "fleet.yml" not in contents(folder):
        assert run(writer.command, folder).returncode == writer.exit_code, context
        assert contents(folder) == new, context


@pytest.fixture(params=WRITERS)
def writer(request: pytest.FixtureRequest) -> Writer:
    return WRITERS[request.param]


@pytest.fixture
def new(writer: Writer, tmp_path: Path) -> dict[str, str]:
    """Files after a run that is not killed."""
    folder = prepare(tmp_path / "app")
    ran = run(writer.command, folder)
    assert ran.returncode == writer.exit_code, ran.stderr
    written = contents(folder)
    assert written != FILES
    folder.rename(tmp_path / "expected")
    return written


@pytest.mark.parametrize("call", ["fsync", "rename", "unlink"])
def test_kill_at_a_system_call(writer: Writer, new: dict[str, str], tmp_path: Path, call: str) -> None:
    needs_strace()
    for number in (1, 2):
        folder = prepare(tmp_path / "app")
        inject = f"inject={call}:signal=KILL:when={number}"
        strace = ("strace", "-f", "-qq", "-o", os.devnull, "-e", f"trace={call}", "-e", inject)
        code = run((*strace, *writer.command), folder).returncode
        # Only `fix` makes each call twice.
        is_killed = number == 1 or writer is WRITERS["fix"]
        assert code == (-signal.SIGKILL if is_killed else writer.exit_code)
        check_state(writer, folder, new, f"killed at {call} number {number}")
        folder.rename(tmp_path / f"done-{number}")


def test_kill_at_random_moments(writer: Writer, new: dict[str, str], tmp_path: Path) -> None:
    """Delays cover a whole run. ROLLOUT_LINT_KILLS is their number, and ROLLOUT_LINT_SEED chooses them."""
    moments = random.Random(SEED)
    folder = prepare(tmp_path / "app")
    start = time.monotonic()
    run(writer.command, folder)
    duration = time.monotonic() - start
    killed = 0
    for number in range(KILLS):
        folder.rename(tmp_path / f"done-{number}")
        prepare(folder)
        delay = duration * moments.uniform(number, number + 1) / KILLS
        process = subprocess.Popen(writer.command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(delay)
        process.kill()
        killed += process.wait() == -signal.SIGKILL
        check_state(writer, folder, new, f"seed {SEED}, kill {number} after {delay:.3f} s")
    assert killed
