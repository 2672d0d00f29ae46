"""What is asked most often does without the options' parser, and is answered as with it."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from rollout_lint.cli import app as cli
from rollout_lint.cli.commands import check
from typer.testing import CliRunner

from tests.conftest import SAMPLES

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Run, Write

SHORT = "from rollout_lint.cli.entry import main; main()"
LONG = "from rollout_lint.cli.app import app; app()"
STACK = "services: {a: {image: b, deploy: {update_config: {failure_action: rollback, order: start-first}}}}\n"


def answers(program: str, words: list[str], folder: Path, stdin: str = "") -> tuple[int, str, str]:
    ran = subprocess.run(
        [sys.executable, "-c", program, *words],
        capture_output=True, text=True, check=False, timeout=60, cwd=folder, input=stdin,
    )  # fmt: skip
    return ran.returncode, ran.stdout, ran.stderr


@pytest.mark.parametrize(
    "words",
    [
        ["--version"],
        ["check"],
        ["check", "."],
        ["check", "-"],
        ["check", "recipe", "recipe/compose.yml"],
        ["check", "nowhere"],
        ["check", ""],
        ["check", "recipe", "ch\u00e9ck\u2028\x1b[0m"],
        ["check", "not\udce9utf8"],
        ["check", "x" * 5000],
        ["check", "--version"],
        ["check", "--", "recipe"],
        ["check", "-x"],
        ["check", "--format"],
        ["--version", "check"],
        ["chec"],
        [],
    ],
)
@pytest.mark.slow
def test_both_ways_answer_the_same(write: Write, words: list[str]) -> None:
    folder = write({"recipe/compose.yml": STACK, "bad/compose.yml": "services: ["})
    short, long = (answers(program, words, folder, STACK) for program in (SHORT, LONG))
    assert short == long


@pytest.mark.parametrize("words", [[], ["a"], ["a", "-", "b"]])
def test_a_plain_check_asks_for_what_the_parser_would(words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[check.Request] = []

    def run(request: check.Request) -> int:
        asked.append(request)
        return 0

    monkeypatch.setattr(check, "run", run)
    CliRunner().invoke(cli.app, ["check", *words])
    check.run_plain(words)
    assert len(asked) == 2
    assert asked[0] == asked[1]


@pytest.mark.usefixtures("without_coverage")
def test_a_plain_check_loads_no_parser_of_options(run: Run) -> None:
    del run
    program = "import os, sys; os._exit = lambda code: (print(*sys.modules, file=sys.stderr), sys.exit(code));" + SHORT
    _, out, told = answers(program, ["check", str(SAMPLES / "discourse")], SAMPLES)
    assert "RL001" in out
    assert {"typer", "rich", "jsonschema", "tempfile", "hashlib", "multiprocessing"}.isdisjoint(told.split())
    assert "rollout_lint.cli.commands.check" in told.split()


@pytest.mark.skipif(os.name == "nt", reason="needs pipes that close")
@pytest.mark.slow
def test_a_closed_pipe_ends_both_ways_alike() -> None:
    codes = []
    for program in (SHORT, LONG):
        reading, writing = os.pipe()
        os.close(reading)
        command = [sys.executable, "-c", program, "check", str(SAMPLES)]
        ran = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, text=True, check=False, timeout=60)
        os.close(writing)
        codes.append((ran.returncode, ran.stderr))
    assert codes[0] == codes[1]


@pytest.mark.slow
def test_completion_is_left_to_the_parser() -> None:
    words = [sys.executable, "-c", SHORT, "check", "x"]
    environment = os.environ | {"_C_COMPLETE": "complete_bash", "COMP_WORDS": "x", "COMP_CWORD": "1"}
    program = "import sys; sys.argv[0] = 'c';" + SHORT
    ran = subprocess.run(
        [sys.executable, "-c", program, *words[3:]],
        capture_output=True, text=True, check=False, timeout=60, env=environment,
    )  # fmt: skip
    assert "nowhere" not in ran.stdout
    assert ran.stderr == ""
