"""The composite action: its shell steps run as GitHub's runner runs them, on the checkout."""

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
    """A runner's folders, in which the action is installed."""

    action: Path
    temporary: Path

    def step(self, number: int, workspace: Path, inputs: dict[str, str]) -> subprocess.CompletedProcess[str]:
        """Run a step of the action, as `shell: bash` is defined; the inputs that are not given have their defaults."""
        document = document_of(ACTION)
        values = {name: each["default"] for name, each in document["inputs"].items()} | inputs
        step = document["runs"]["steps"][number]
        assert step["shell"] == "bash"
        environment = os.environ | {
            "GITHUB_ACTION_PATH": str(self.action),
            "GITHUB_WORKSPACE": str(workspace),
            "GITHUB_STEP_SUMMARY": str(self.temporary / "summary.md"),
            "RUNNER_TEMP": str(self.temporary),
            **{name: _evaluated(value, values) for name, value in step["env"].items()},
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


def _evaluated(value: str, inputs: dict[str, str]) -> str:
    match = re.fullmatch(r"\$\{\{ inputs\.([\w-]+) \}\}", value)
    assert match is not None, value
    return inputs[match[1]]


@pytest.fixture(scope="module")
def runner(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Runner:
    runner = Runner(published, tmp_path_factory.mktemp("runner"))
    installed = runner.step(0, published, {})
    assert installed.returncode == 0, installed.stdout + installed.stderr
    return runner


def test_its_steps_say_nothing_of_an_input_themselves() -> None:
    steps: list[dict[str, Any]] = document_of(ACTION)["runs"]["steps"]
    assert [step["name"] for step in steps if "${{" in step["run"]] == []


def test_a_risky_recipe_is_annotated_and_fails_and_a_repaired_one_passes(runner: Runner, tmp_path: Path) -> None:
    (tmp_path / "compose.yml").write_text(RISKY)
    risky = runner.check(tmp_path)
    assert risky.returncode == 1
    assert risky.stdout.startswith("::warning file=compose.yml,line=9,")
    assert "RL001" in (runner.temporary / "summary.md").read_text()
    (tmp_path / "compose.yml").write_text(SAFE)
    safe = runner.check(tmp_path)
    assert (safe.returncode, safe.stdout, safe.stderr) == (0, "", "")


def test_it_fails_from_a_severity_on_and_where_nothing_could_be_read(runner: Runner, tmp_path: Path) -> None:
    (tmp_path / "compose.yml").write_text(RISKY)
    assert runner.check(tmp_path, fail_on="high").returncode == 0
    assert runner.check(tmp_path, fail_on="utterly").returncode == 2
    (tmp_path / "compose.yml").write_text("services: [\n")
    assert runner.check(tmp_path, fail_on="never").returncode == 2
    assert runner.check(tmp_path, paths="gone").returncode == 2


def test_it_writes_sarif_beside_the_annotations(runner: Runner, tmp_path: Path) -> None:
    (tmp_path / "compose.yml").write_text(RISKY)
    ran = runner.check(tmp_path, sarif_file="of this run.sarif")
    document = json.loads((tmp_path / "of this run.sarif").read_text())
    assert [each["ruleId"] for each in document["runs"][0]["results"]] == ["RL001"]
    assert (ran.returncode, ran.stdout.count("::warning ")) == (1, 1)


def test_a_line_of_an_input_is_one_word_and_is_never_run(runner: Runner, tmp_path: Path) -> None:
    for name, text in ((ODD, RISKY), ("-x", SAFE), ("other", RISKY)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "compose.yml").write_text(text)
    ran = runner.check(tmp_path, paths=f"{ODD}\n\n-x\n")
    assert (ran.returncode, ran.stdout.count("::warning ")) == (1, 1)
    assert ODD in ran.stdout
    ran = runner.check(tmp_path, args="--exclude\n/other\n--exclude=/a recipe*\n")
    assert (ran.returncode, ran.stdout) == (0, "")
    assert not (tmp_path / "broken-out").exists()
