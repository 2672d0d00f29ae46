"""Output on a real terminal: colour, progress bar and shell completion."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from rollout_lint.rules.loader import load_rules

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Write

pytestmark = pytest.mark.slow

pty = pytest.importorskip("pty", reason="needs pseudo-terminals")

RISKY = """services:
  app:
    image: example/app:2
    healthcheck: {test: "true"}
    deploy: {update_config: {failure_action: rollback, order: start-first}}
"""
ESCAPE = "\x1b["
SWEEP = (
    "import time; from rollout_lint.cli.progress import with_progress; "
    "[time.sleep({0}) for _ in with_progress(iter('ab'), 2)]"
)


def run_on_terminal(command: list[str], stream: str, **environment: str) -> tuple[str, str]:
    """Return the output on `stream`, which is a terminal, and on the other stream, which is a pipe."""
    ours, theirs = pty.openpty()
    other = "stderr" if stream == "stdout" else "stdout"
    clean = {key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "FORCE_COLOR", "COLUMNS")}
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        env=clean | {"TERM": "xterm-256color"} | environment,
        **{stream: theirs, other: subprocess.PIPE},
    )
    os.close(theirs)
    shown = b""
    while chunk := _read(ours):
        shown += chunk
    os.close(ours)
    rest, errors = process.communicate(timeout=60)
    return shown.decode(), (rest or errors or b"").decode()


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 4096)
    except OSError:  # Linux reports EIO if the other end is closed.
        return b""


def command(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "rollout_lint", *map(str, arguments)]


@pytest.mark.parametrize("subcommand", ["check", "sweep", "show"])
@pytest.mark.parametrize(
    ("environment", "coloured"),
    [
        ({}, True),
        ({"NO_COLOR": "1"}, False),
        ({"TERM": "dumb"}, False),
        ({"NO_COLOR": "", "FORCE_COLOR": ""}, True),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, False),
    ],
)
def test_terminal_output_has_colour_unless_disabled(
    write: Write, subcommand: str, environment: dict[str, str], coloured: bool
) -> None:
    folder = write({"a/compose.yml": RISKY})
    shown, errors = run_on_terminal(command(subcommand, folder), "stdout", **environment)
    assert "start-first" in shown
    assert (ESCAPE in shown) is coloured
    assert errors == ""


@pytest.mark.parametrize("subcommand", ["check", "sweep", "show"])
def test_piped_output_has_no_colour(write: Write, subcommand: str) -> None:
    ran = subprocess.run(
        command(subcommand, write({"compose.yml": RISKY})), capture_output=True, text=True, check=False, timeout=60
    )
    assert "start-first" in ran.stdout
    assert ESCAPE not in ran.stdout


def test_file_output_has_no_colour(write: Write) -> None:
    folder = write({"compose.yml": RISKY})
    shown, _ = run_on_terminal(command("check", folder, "--output", folder / "report.txt"), "stdout")
    assert ESCAPE in shown
    text = (folder / "report.txt").read_text("utf-8")
    assert "start-first" in text
    assert ESCAPE not in text


def test_slow_sweep_shows_a_progress_bar() -> None:
    shown, output = run_on_terminal([sys.executable, "-c", SWEEP.format(0.6)], "stderr")
    assert "1/2" in shown
    assert output == ""


def test_quick_sweep_shows_no_progress_bar() -> None:
    assert run_on_terminal([sys.executable, "-c", SWEEP.format(0)], "stderr") == ("", "")


def test_piped_sweep_shows_no_progress_bar() -> None:
    ran = subprocess.run([sys.executable, "-c", SWEEP.format(0.6)], capture_output=True, check=True, timeout=60)
    assert (ran.stdout, ran.stderr) == (b"", b"")


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("rollout-lint s", {"sweep", "show"}),
        ("rollout-lint explain RL03", {rule.id for rule in load_rules() if rule.id.startswith("RL03")}),
        ("rollout-lint check --f", {"--format", "--fail-on", "--files-from"}),
        ("rollout-lint check --output x --format g", {"github", "gitlab"}),
        ("rollout-lint sweep --format ", {"text", "json", "markdown", "csv", "html"}),
    ],
)
def test_bash_completes(tmp_path: Path, words: str, expected: set[str]) -> None:
    program = tmp_path / "rollout-lint"
    program.write_text(f"#!{sys.executable}\nfrom rollout_lint.cli.app import app\n\napp()\n")
    program.chmod(0o755)
    script = f"""
        eval "$(rollout-lint --show-completion bash)"
        COMP_WORDS=({words}{" ''" if words.endswith(" ") else ""}) COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
        _rollout_lint_completion rollout-lint
        printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    environment = os.environ | {
        "PATH": f"{tmp_path}:{os.environ['PATH']}",
        "_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1",
    }
    ran = subprocess.run(
        ["bash", "-c", script], capture_output=True, text=True, check=True, timeout=60, env=environment
    )
    assert set(ran.stdout.split()) == expected
