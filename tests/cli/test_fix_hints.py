"""Commands that `check` offers."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

import pytest

from tests.cli.fix_stacks import BASE, FIXED, hints_of, one_service

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Run, Write


def test_fix_command_in_check_output_runs(run: Run, write: Write, here: Path) -> None:
    write({"-x/compose.yml": BASE, "my wiki/compose.yml": BASE})
    hints = set(re.findall(r"\(rollout-lint (fix .*)\)", run("check", ".").stdout))
    assert len(hints) == 2
    for hint in hints:
        assert run(*shlex.split(hint)).exit_code == 0
    assert (here / "-x/compose.yml").read_text() == FIXED
    assert (here / "my wiki/compose.yml").read_text() == FIXED


OVERLAY = 'version: "3.8"\nservices: {app: {deploy: {labels: [team=wiki]}}}\n'
VARIABLE = BASE.replace("order: start-first", "order: ${ORDER:-start-first}")


@pytest.mark.parametrize(
    ("files", "check", "hints"),
    [
        pytest.param({"hint/stack.yml": BASE}, ["hint/stack.yml"], [["hint"]], id="other-name"),
        pytest.param(
            {"worker/compose.yml": BASE, "worker/api/compose.yml": BASE},
            ["worker/compose.yml"],
            [["worker/compose.yml"]],
            id="recipe-above-another",
        ),
        pytest.param(
            {"all/a.stack.yml": BASE, "all/b.stack.yml": FIXED},
            ["all"],
            [["all/a.stack.yml"]],
            id="two-stacks-in-a-folder",
        ),
        pytest.param(
            {"a.yml": BASE, "b.yml": OVERLAY},
            ["-c", "a.yml", "-c", "b.yml"],
            [["-c", "a.yml", "-c", "b.yml"]],
            id="given",
        ),
        pytest.param({"compose.yml": BASE}, ["--exclude", "x y"], [["--exclude", "x y"]], id="exclude"),
        pytest.param({"compose.yml": BASE}, [], [[]], id="here"),
        pytest.param({"compose.yml": VARIABLE}, [], [], id="variable"),
    ],
)
def test_check_offers_only_commands_that_fix(
    files: dict[str, str | bytes], check: list[str], hints: list[list[str]], run: Run, write: Write, here: Path
) -> None:
    write(files)
    found = hints_of(run("check", *check).stdout)
    assert found == [["fix", "--write", *each] for each in hints]
    for hint in found:
        before = {file: (here / file).read_text() for file in files}
        assert run(*hint).exit_code == 0
        assert {file for file in files if (here / file).read_text() != before[file]} == {next(iter(files))}
    if hints:
        assert "RL001" not in run("check", *check).stdout


def test_check_of_standard_input_offers_no_command(run: Run) -> None:
    assert "RL001" in run("check", "-", stdin=BASE).stdout
    assert hints_of(run("check", "-", stdin=BASE).stdout) == []


def test_check_offers_no_command_that_needs_a_suppressed_finding(run: Run, write: Write, here: Path) -> None:
    text = one_service("order: start-first, failure_action: rollback").replace(
        "  app:\n", "  app: # rollout-lint: ignore[RL001] the host has room\n"
    )
    write({"compose.yml": text})
    assert "RL001" in run("check", "--no-ignores").stdout
    assert hints_of(run("check", "--no-ignores").stdout) == []
    del here


@pytest.mark.parametrize(("count", "offered"), [(500, 500), (501, 0)])
def test_check_plans_no_commands_for_too_many_findings(run: Run, write: Write, count: int, offered: int) -> None:
    service = "  s%d: {image: a, deploy: {replicas: 2, update_config: {parallelism: 0}}}\n"
    folder = write({"compose.yml": "services:\n" + "".join(service % number for number in range(count))})
    ran = run("check", folder)
    assert ran.stdout.count(" = fix:") == count
    assert ran.stdout.count("(rollout-lint fix ") == offered
