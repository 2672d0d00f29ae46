"""Examples in `--help`, and shell completion."""

from __future__ import annotations

import json
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import typer
from rollout_lint.cli.app import app
from rollout_lint.cli.examples import EXAMPLES

from tests.live.recordings import load_recording
from tests.packaging.recipes import RISKY, SAFE
from tests.pages import environment
from tests.rules.own_rule import NAME, OWN_RULE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from tests.conftest import Run, Write

OVERLAY = 'version: "3.8"\nservices: {app: {deploy: {update_config: {parallelism: 2}}}}\n'
LINES = [line for examples in EXAMPLES.values() for line, _ in examples]
SHELLS = ("bash", "zsh", "fish")


def _commands(group: Any, words: tuple[str, ...] = ()) -> Iterator[str]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from _commands(command, (*words, name))
        else:
            yield " ".join((*words, name))


def test_every_command_has_examples() -> None:
    assert set(_commands(typer.main.get_command(app))) == set(EXAMPLES)
    for command, examples in EXAMPLES.items():
        assert 1 <= len(examples) <= 4
        assert [line for line, _ in examples if f"rollout-lint {command}" not in line] == []


@pytest.mark.parametrize("command", EXAMPLES)
def test_help_ends_with_the_examples(run: Run, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    shown = run(*command.split(), "--help").stdout
    expected = [text for pair in EXAMPLES[command] for text in pair]
    ending = [line.strip() for line in shown.splitlines() if line]
    assert ending[-len(expected) :] == expected
    assert [line for line in shown.splitlines() if len(line) > 80] == []


@pytest.mark.parametrize("command", EXAMPLES)
def test_usage_has_conventional_arguments(run: Run, command: str) -> None:
    usage = run(*command.split(), "--help").stdout.splitlines()[0]
    assert re.fullmatch(r"Usage: \S+( [a-z]+)+ \[OPTIONS\]( \[[A-Z]+\](\.\.\.)?| [A-Z]+\.\.\.)?", usage)


@pytest.fixture
def world(write: Write) -> Path:
    """Folder with the files that the examples use."""
    return write(
        {
            "compose.yml": RISKY,
            "compose.ccci.yml": OVERLAY,
            "wiki/compose.yml": RISKY,
            "forum/compose.yml": SAFE,
            "running.json": json.dumps(load_recording("completed").last_service),
            "forum/compose.smtp.yml": OVERLAY,
            "apps/shop/compose.yml": SAFE,
            "apps/old/shop/compose.yml": SAFE,
            f"our-rules/{NAME}": OWN_RULE,
        }
    )


NOT_RUN = ("--watch", "rollout-lint await", "docker ")
"""Examples that do not end by themselves, or need an engine (tests/swarm runs those)."""


@pytest.mark.packaging
@pytest.mark.parametrize("line", [line for line in LINES if not any(each in line for each in NOT_RUN)])
def test_example_runs(world: Path, line: str) -> None:
    if "old.json" in line:
        old = _bash("rollout-lint sweep --format json > old.json", world)
        assert (old.returncode, old.stderr) == (0, "")
    ran = _bash(line, world)
    assert ran.returncode in ((1,) if " check " in line else (0, 1))
    if " fix " in line:
        assert re.search(r"^1?\d .* [01](: .*)?\.$", ran.stderr, re.MULTILINE)
        assert "rollout-lint: " not in ran.stderr
        return
    assert ran.stderr == ""
    target = re.search(r"(?:>|--output) (\S+)", line)
    assert ran.stdout or (target is not None and (world / target[1]).read_text())


@pytest.mark.slow
def test_watch_example_runs(world: Path) -> None:
    [line] = [line for line in LINES if "--watch" in line]
    with subprocess.Popen(["bash", "-c", f"exec {line}"], cwd=world, env=environment(), stderr=subprocess.PIPE) as ran:
        assert ran.stderr is not None
        message = ran.stderr.readline()
        ran.send_signal(signal.SIGINT)
        try:
            assert (b"Ctrl-C" in message, ran.wait(60)) == (True, 1)
        finally:
            ran.kill()


def _bash(line: str, folder: Path) -> subprocess.CompletedProcess[str]:
    command = ["bash", "-o", "pipefail", "-c", line]
    return subprocess.run(
        command, cwd=folder, env=environment(), capture_output=True, text=True, check=False, timeout=120
    )


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.slow
def test_completion_script_is_valid_and_completes(shell: str) -> None:
    shown = _completing(f"source_{shell}", "", shell)
    assert "rollout-lint" in shown
    if shutil.which(shell):
        parsed = subprocess.run([shell, "-n"], input=shown, capture_output=True, text=True, check=False)
        assert (parsed.returncode, parsed.stderr) == (0, "")
    for typed, expected in (("rollout-lint exp", "explain"), ("rollout-lint explain RL00", "RL001")):
        assert expected in _completing(f"complete_{shell}", typed, shell)


def _completing(instruction: str, typed: str, shell: str) -> str:
    """Return the completions for the typed words, passed the way the shell passes them."""
    variables = {
        "_ROLLOUT_LINT_COMPLETE": instruction,
        "_TYPER_COMPLETE_ARGS": typed,
        "_TYPER_COMPLETE_FISH_ACTION": "get-args",
        "COMP_WORDS": typed,
        "COMP_CWORD": str(len(typed.split()) - 1),
        "SHELL": f"/bin/{shell}",
    }
    program = [str(Path(sys.executable).with_name("rollout-lint"))]
    ran = subprocess.run(
        program, env=environment() | variables, capture_output=True, text=True, check=False, timeout=60
    )
    assert "Traceback" not in ran.stderr
    return ran.stdout
