"""Composite action: its shell steps, run in the same way as by GitHub's runner."""

from __future__ import annotations

import json
import os
import re
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from tests.conftest import ROOT
from tests.packaging.integrations import document_of
from tests.packaging.recipes import RISKY, SAFE

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.packaging

ACTION = ROOT / "action.yml"
ODD = "a recipe; touch broken-out $(touch broken-out) *"


@dataclass(frozen=True)
class Runner:
    """Folders of a runner with the installed action."""

    action: Path
    temporary: Path

    def step(self, number: int, workspace: Path, inputs: dict[str, str]) -> subprocess.CompletedProcess[str]:
        """Run a step of the action with `shell: bash`. Missing inputs have their defaults."""
        document = document_of(ACTION)
        values = {name: each["default"] for name, each in document["inputs"].items()} | inputs
        step = document["runs"]["steps"][number]
        assert step["shell"] == "bash"
        environment = os.environ | {
            "GITHUB_ACTION_PATH": str(self.action),
            "GITHUB_WORKSPACE": str(workspace),
            "GITHUB_STEP_SUMMARY": str(self.temporary / "summary.md"),
            "RUNNER_TEMP": str(self.temporary),
            **{name: _evaluate_expression(value, values) for name, value in step["env"].items()},
        }
        script = self.temporary / "step.sh"
        script.write_text(step["run"])
        return subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", script],
            cwd=workspace,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )

    def check(self, workspace: Path, **inputs: str) -> subprocess.CompletedProcess[str]:
        return self.step(1, workspace, {name.replace("_", "-"): value for name, value in inputs.items()})


def _evaluate_expression(value: str, inputs: dict[str, str]) -> str:
    match = re.fullmatch(r"\$\{\{ inputs\.([\w-]+) \}\}", value)
    assert match is not None, value
    return inputs[match[1]]


@pytest.fixture(scope="module")
def runner(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Runner:
    runner = Runner(checkout, tmp_path_factory.mktemp("runner"))
    installed = runner.step(0, checkout, {})
    assert installed.returncode == 0, installed.stdout + installed.stderr
    return runner


def test_action_steps_do_not_interpolate_inputs() -> None:
    steps: list[dict[str, Any]] = document_of(ACTION)["runs"]["steps"]
    assert [step["name"] for step in steps if "${{" in step["run"]] == []


def test_action_fails_on_risky_and_passes_fixed_recipe(runner: Runner, tmp_path: Path) -> None:
    (tmp_path / "compose.yml").write_text(RISKY)
    risky = runner.check(tmp_path)
    assert risky.returncode == 1
    assert risky.stdout.startswith("::warning file=compose.yml,line=9,")
    assert "RL001" in (runner.temporary / "summary.md").read_text()
    (tmp_path / "compose.yml").write_text(SAFE)
    safe = runner.check(tmp_path)
    assert (safe.returncode, safe.stdout, safe.stderr) == (0, "", "")


def test_action_exit_code_follows_fail_on_and_errors(runner: Runner, tmp_path: Path) -> None:
    (tmp_path / "compose.yml").write_text(RISKY)
    assert runner.check(tmp_path, fail_on="high").returncode == 0
    assert runner.check(tmp_path, fail_on="utterly").returncode == 2
    (tmp_path / "compose.yml").write_text("services: [\n")
    assert runner.check(tmp_path, fail_on="never").returncode == 2
    assert runner.check(tmp_path, paths="gone").returncode == 2


def test_action_writes_sarif_and_annotations(runner: Runner, tmp_path: Path) -> None:
    (tmp_path / "compose.yml").write_text(RISKY)
    ran = runner.check(tmp_path, sarif_file="of this run.sarif")
    document = json.loads((tmp_path / "of this run.sarif").read_text())
    assert [each["ruleId"] for each in document["runs"][0]["results"]] == ["RL001"]
    assert (ran.returncode, ran.stdout.count("::warning ")) == (1, 1)


def test_action_passes_each_input_line_as_one_argument(runner: Runner, tmp_path: Path) -> None:
    for name, text in ((ODD, RISKY), ("-x", SAFE), ("other", RISKY)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "compose.yml").write_text(text)
    ran = runner.check(tmp_path, paths=f"{ODD}\n\n-x\n")
    assert (ran.returncode, ran.stdout.count("::warning ")) == (1, 1)
    assert ODD in ran.stdout
    ran = runner.check(tmp_path, args="--exclude\n/other\n--exclude=/a recipe*\n")
    assert (ran.returncode, ran.stdout) == (0, "")
    assert not (tmp_path / "broken-out").exists()
