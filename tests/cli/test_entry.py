"""Fast path of `check` and `--version`, which must print the same as the full parser."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from rollout_lint.cli import app as cli
from rollout_lint.cli import entry
from rollout_lint.cli.commands import check, sweep
from typer.testing import CliRunner

from tests.conftest import SAMPLES

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Write

FAST_PATH = "from rollout_lint.cli.entry import main; main()"
FULL_PATH = "from rollout_lint.cli.app import app; app()"
GIT = {f"rollout_lint.discovery.{each}" for each in ("git", "revision", "export")}
STACK = "services: {a: {image: b, deploy: {update_config: {failure_action: rollback, order: start-first}}}}\n"


def run_program(program: str, arguments: list[str], folder: Path, stdin: str = "") -> tuple[int, str, str]:
    """Run a program at a fixed time, which a sweep prints."""
    ran = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        capture_output=True, text=True, check=False, timeout=60, cwd=folder, input=stdin,
        env={**os.environ, "SOURCE_DATE_EPOCH": "1790000000"},
    )  # fmt: skip
    return ran.returncode, ran.stdout, ran.stderr


@pytest.mark.parametrize(
    "arguments",
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
        ["check", "-c", "recipe/compose.yml"],
        ["check", "--format"],
        ["check", "--format", "json"],
        ["check", "recipe", "--format", "concise", "--changed", "recipe/compose.yml"],
        ["check", "--format", "sarif", "bad"],
        ["check", "--format", "yaml"],
        ["check", "--format", "json", "--format", "text"],
        ["check", "--format", "-"],
        ["check", "--format=json", "recipe"],
        ["sweep"],
        ["sweep", "recipe"],
        ["sweep", "."],
        ["sweep", "recipe", "bad"],
        ["sweep", "nowhere"],
        ["sweep", ""],
        ["sweep", "--", "recipe"],
        ["sweep", "--format", "json", "."],
        ["sweep", "--format", "csv"],
        ["sweep", "--format", "sarif"],
        ["sweep", "--format"],
        ["sweep", "--all", "--format", "markdown"],
        ["sweep", "--changed"],
        ["sweep", "bad", "--format", "html"],
        ["sweep", "-"],
        ["--version", "check"],
        ["chec"],
        [],
    ],
)
@pytest.mark.slow
def test_fast_path_prints_the_same_as_the_parser(write: Write, arguments: list[str]) -> None:
    folder = write({"recipe/compose.yml": STACK, "bad/compose.yml": "services: ["})
    short, long = (run_program(program, arguments, folder, STACK) for program in (FAST_PATH, FULL_PATH))
    assert short == long


PLAIN = {"check": (check, entry.parse_plain_check), "sweep": (sweep, entry.parse_plain_sweep)}


@pytest.mark.parametrize(
    "arguments",
    [
        ["check"],
        ["check", "a"],
        ["check", "a", "b"],
        ["check", "--changed", "a"],
        ["check", "--format", "json"],
        ["check", "a", "--format", "junit", "b", "--changed"],
        ["sweep"],
        ["sweep", "a"],
        ["sweep", "--format", "json"],
        ["sweep", "a", "--format", "csv"],
    ],
)
def test_plain_command_builds_the_same_request_as_the_parser(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    requests: list[tuple[object, ...]] = []

    def run(request: tuple[object, ...]) -> int:
        requests.append(request)
        return 0

    module, parse = PLAIN[arguments[0]]
    monkeypatch.setattr(module, "run", run)
    CliRunner().invoke(cli.app, arguments)
    plain = parse(arguments)
    assert plain is not None
    module.run_plain(*plain)
    assert len(requests) == 2
    assert requests[0] == requests[1]


def check_and_list_modules(folder: Path, path: str, format_: str) -> set[str]:
    """Return the modules that a check of a recipe with RL001 imports."""
    print_modules = "import os, sys; os._exit = lambda code: (print(*sys.modules, file=sys.stderr), sys.exit(code));"
    _, out, modules = run_program(print_modules + FAST_PATH, ["check", "--format", format_, path], folder)
    assert "RL001" in out
    return set(modules.split())


@pytest.mark.parametrize("format_", ["text", "json"])
@pytest.mark.usefixtures("without_coverage", "run")
def test_fast_path_imports_no_slow_module(format_: str) -> None:
    modules = check_and_list_modules(SAMPLES, "discourse", format_)
    slow = {
        "typer",
        "rich",
        "jsonschema",
        "tempfile",
        "hashlib",
        "multiprocessing",
        "subprocess",
        "inspect",
        "dataclasses",
        *GIT,
    }
    assert slow.isdisjoint(modules)
    assert "rollout_lint.cli.commands.check" in modules


@pytest.mark.usefixtures("without_coverage", "run")
def test_plain_recipe_needs_no_reader_of_configs(write: Write) -> None:
    readers = {f"rollout_lint.linter.{each}" for each in ("config_files", "suppression.directives", "locks")}
    plain = check_and_list_modules(write({"a/compose.yml": STACK}), "a", "text")
    assert readers.isdisjoint(plain)
    full = write({"b/rollout-lint.toml": "", "b/compose.yml": f"# rollout-lint: ignore[RL009] because\n{STACK}"})
    assert readers <= check_and_list_modules(full, "b", "text")


@pytest.mark.skipif(os.name == "nt", reason="needs pipes that close")
@pytest.mark.slow
def test_fast_path_handles_a_closed_pipe_like_the_parser() -> None:
    codes = []
    for program in (FAST_PATH, FULL_PATH):
        reading, writing = os.pipe()
        os.close(reading)
        command = [sys.executable, "-c", program, "check", str(SAMPLES)]
        ran = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, text=True, check=False, timeout=60)
        os.close(writing)
        codes.append((ran.returncode, ran.stderr))
    assert codes[0] == codes[1]


@pytest.mark.slow
def test_fast_path_leaves_completion_to_the_parser() -> None:
    arguments = [sys.executable, "-c", FAST_PATH, "check", "x"]
    environment = os.environ | {"_C_COMPLETE": "complete_bash", "COMP_WORDS": "x", "COMP_CWORD": "1"}
    program = "import sys; sys.argv[0] = 'c';" + FAST_PATH
    ran = subprocess.run(
        [sys.executable, "-c", program, *arguments[3:]],
        capture_output=True, text=True, check=False, timeout=60, env=environment,
    )  # fmt: skip
    assert "nowhere" not in ran.stdout
    assert ran.stderr == ""
