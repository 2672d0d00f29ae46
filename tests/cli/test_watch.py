"""`check --watch`: changes that it notices, and how it ends."""

from __future__ import annotations

import itertools
import os
import pty
import re
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

import pytest
from rollout_lint.cli.check_format import CheckFormat
from rollout_lint.cli.commands.check import Request
from rollout_lint.cli.commands.outputs import Output
from rollout_lint.cli.commands.watch import CLEAR_SCREEN, file_states, watch
from rollout_lint.linter.suppression.apply import BASELINE

from tests.packaging.recipes import RISKY, SAFE
from tests.support import mask_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from syrupy.assertion import SnapshotAssertion

    from tests.conftest import Run, Write

    Change = Callable[[], object]

OVERLAY = 'version: "3.8"\nservices: {app: {deploy: {update_config: {order: start-first}}}}\n'


def pauses(changes: Iterator[Change]) -> Callable[[], None]:
    """Return a pause that makes the next change, and presses Ctrl-C after the last one."""

    def pause() -> None:
        change = next(changes, None)
        if change is None:
            raise KeyboardInterrupt
        change()

    return pause


def nothing() -> None:
    """Change nothing."""


def exit_codes(text: str) -> list[str]:
    """Return the exit code that ends the report of each check."""
    return re.findall(r" (\d)\.$", text, re.MULTILINE)


def test_watch_checks_again_after_each_change(
    write: Write, capsys: pytest.CaptureFixture[str], snapshot: SnapshotAssertion
) -> None:
    file = write({"compose.yml": SAFE}) / "compose.yml"
    changes = iter((nothing, lambda: file.write_text(RISKY), nothing, lambda: file.write_text(SAFE + "\n"), nothing))
    assert watch(Request(paths=(str(file.parent),)), pauses(changes)) == 0
    output = capsys.readouterr().out
    assert exit_codes(output) == ["0", "1", "0"]
    assert mask_folder(output, file.parent) == snapshot


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("compose.ccci.yml", OVERLAY),
        (".env.sample", "TAG=2\n"),
        (".env.sample", "COMPOSE_FILE=compose.yml:other.overlay\n"),
        ("rollout-lint.toml", "[hosts]\nnodes = 2\n"),
        (".rollout-lint.yml", "hosts: {nodes: 2}\n"),
    ],
)
def test_watch_notices_created_and_deleted_files(
    write: Write, capsys: pytest.CaptureFixture[str], name: str, text: str
) -> None:
    folder = write({"compose.yml": SAFE, "other.overlay": OVERLAY})
    changes = iter((lambda: (folder / name).write_text(text), nothing, (folder / name).unlink))
    assert watch(Request(paths=(str(folder),)), pauses(changes)) == 0
    assert len(exit_codes(capsys.readouterr().out)) == 3


@pytest.mark.parametrize("name", ["", "compose.yml"])
def test_watch_ignores_unrelated_files(write: Write, capsys: pytest.CaptureFixture[str], name: str) -> None:
    folder = write({"compose.yml": SAFE})
    changes = iter([lambda: (folder / "notes.md").write_text("notes\n")])
    watch(Request(paths=(str(folder / name),)), pauses(changes))
    assert len(exit_codes(capsys.readouterr().out)) == 1


def test_watch_does_not_check_again_for_its_own_report(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write({"compose.yml": SAFE})
    outputs = (Output(CheckFormat.JSON, str(folder / "report.json")), Output())
    watch(Request(paths=(str(folder),), outputs=outputs), pauses(iter((nothing, nothing))))
    assert (folder / "report.json").exists()
    assert len(exit_codes(capsys.readouterr().out)) == 1


def test_watch_survives_a_deleted_recipe(
    write: Write, capsys: pytest.CaptureFixture[str], snapshot: SnapshotAssertion
) -> None:
    folder = write({"wiki/compose.yml": RISKY}) / "wiki"
    away = folder.with_name("away")
    changes = iter((lambda: folder.rename(away), nothing, lambda: away.rename(folder)))
    assert watch(Request(paths=(str(folder),)), pauses(changes)) == 1
    captured = capsys.readouterr()
    assert exit_codes(captured.out) == ["1", "1"]
    assert mask_folder(captured.err, folder.parent) == snapshot


def test_watch_survives_an_invalid_config(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write({"compose.yml": RISKY, "rollout-lint.toml": "hosts = 3\n"})
    assert watch(Request(paths=(str(folder),)), pauses(iter(()))) == 2
    assert capsys.readouterr().err.count("rollout-lint.toml:1") == 1
    changes = iter([(folder / "rollout-lint.toml").unlink])
    assert watch(Request(paths=(str(folder),)), pauses(changes)) == 1


def test_watch_includes_own_rules(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write({"wiki/compose.yml": SAFE, "our-rules/TT001-broken.yaml": "id: TT001\n"})
    request = Request(paths=(str(folder / "wiki"),), rule_folders=(folder / "our-rules",))
    changes = iter([lambda: (folder / "our-rules" / "TT001-broken.yaml").write_text("id: TT002\n")])
    assert watch(request, pauses(changes)) == 2
    assert capsys.readouterr().err.count("Ctrl-C") == 2


def test_file_states_have_time_and_size(write: Write) -> None:
    folder = write({"compose.yml": SAFE})
    path = folder / "compose.yml"
    request = Request(paths=(str(folder),))
    os.utime(path, ns=(1, 1))
    states = [file_states(request), file_states(request)]
    assert states[0] == states[1]
    os.utime(path, ns=(2, 2))
    states.append(file_states(request))
    path.write_text(f"{SAFE}\n")
    os.utime(path, ns=(2, 2))
    states.append(file_states(request))
    path.unlink()
    states.append(file_states(request))
    assert all(before != after for before, after in itertools.pairwise(states[1:]))


def test_watch_rejects_standard_input(run: Run, snapshot: SnapshotAssertion) -> None:
    ran = run("check", "--watch", "-", stdin=SAFE)
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert ran.stderr == snapshot


def test_watch_includes_but_does_not_write_the_baseline(
    run: Run, write: Write, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(write({"compose.yml": RISKY}))
    ran = run("check", "--watch", "--write-baseline")
    assert (ran.exit_code, ran.stdout, Path(BASELINE).exists()) == (2, "", False)
    changes = iter([lambda: run("check", "--write-baseline")])
    assert watch(Request(paths=(".",)), pauses(changes)) == 0
    assert len(exit_codes(capsys.readouterr().out)) == 2


@pytest.fixture
def command(write: Write) -> list[str]:
    return [sys.executable, "-m", "rollout_lint", "check", "--watch", str(write({"compose.yml": RISKY}))]


@pytest.mark.slow
def test_watch_exits_on_ctrl_c_with_the_last_code(command: list[str]) -> None:
    folder = Path(command[-1])
    with _running(command, subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        first = _up_to_the_end(process.stdout)
        process.stderr.readline()
        (folder / "compose.yml").write_text(SAFE)
        second = _up_to_the_end(process.stdout)
        process.stderr.readline()
        process.send_signal(signal.SIGINT)
        rest = process.stderr.read()
        assert process.wait(60) == 0
    assert exit_codes(first + second) == ["1", "0"]
    assert "\x1b" not in first + second
    assert "Traceback" not in rest


@pytest.mark.slow
def test_watch_clears_the_terminal_before_each_check(command: list[str]) -> None:
    ours, theirs = pty.openpty()
    with _running(command, theirs) as process:
        os.close(theirs)
        assert process.stderr is not None
        process.stderr.readline()
        assert os.read(ours, len(CLEAR_SCREEN)).decode() == CLEAR_SCREEN
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 1
    os.close(ours)


@contextmanager
def _running(command: list[str], stdout: int) -> Iterator[subprocess.Popen[str]]:
    """Start the command, and kill it even if the test fails."""
    with subprocess.Popen(command, stdout=stdout, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def _up_to_the_end(stream: IO[str]) -> str:
    """Return the output of one check."""
    lines = []
    for line in stream:
        lines.append(line)
        if exit_codes(line):
            break
    return "".join(lines)
