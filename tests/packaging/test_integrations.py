"""CI integrations: each file matches its schema, and its commands work in a shell."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import sysconfig
from typing import TYPE_CHECKING
from venv import EnvBuilder

import pytest

from tests.conftest import ROOT
from tests.packaging.integrations import FOLDER, REVISION, Published, document_of
from tests.packaging.recipes import RISKY, SAFE
from tests.packaging.test_action import ACTION

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.packaging

SCHEMAS = {
    ACTION: "github-actions",
    FOLDER / "github.yml": "github-workflows",
    FOLDER / "github-action.yml": "github-workflows",
    FOLDER / "gitlab.yml": "gitlab-ci",
    FOLDER / "woodpecker.yml": "woodpecker-ci",
    FOLDER / "drone.yml": "drone-ci",
}
JOBS = ["github.yml", "gitlab.yml", "woodpecker.yml", "drone.yml"]


def _run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    words = [str(word) for word in command]
    return subprocess.run(words, capture_output=True, text=True, check=False, timeout=120)


@pytest.mark.parametrize("file", SCHEMAS, ids=lambda file: file.name)
def test_integration_matches_schema(file: Path, tmp_path: Path) -> None:
    check = (sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{SCHEMAS[file]}")
    ran = _run(*check, file)
    assert ran.returncode == 0, ran.stdout
    broken = tmp_path / file.name
    broken.write_text(file.read_text().replace("steps:", "stops:").replace("script:", "skript:"))
    assert _run(*check, broken).returncode == 1


def test_pre_commit_files_are_valid() -> None:
    validate = (sys.executable, "-m", "pre_commit")
    assert _run(*validate, "validate-config", FOLDER / "pre-commit.yml").returncode == 0
    assert _run(*validate, "validate-manifest", ROOT / ".pre-commit-hooks.yaml").returncode == 0


def test_every_integration_is_tested() -> None:
    assert {FOLDER / "pre-commit.yml", *SCHEMAS} == {ACTION, *FOLDER.iterdir()}


@pytest.mark.parametrize("file", sorted(FOLDER.iterdir()), ids=lambda file: file.name)
def test_integration_has_a_placeholder_for_the_revision(file: Path) -> None:
    assert re.findall(r"rollout-lint(?:@|\n    rev: )(\S+)", file.read_text()) == [REVISION]


def test_workflow_uses_existing_inputs_of_action() -> None:
    steps = document_of(FOLDER / "github-action.yml")["jobs"]["rollout-lint"]["steps"]
    [action_step] = [step for step in steps if "/rollout-lint@" in step["uses"]]
    assert set(action_step["with"]) <= set(document_of(ACTION)["inputs"])
    [upload] = [step for step in steps if "upload-sarif" in step["uses"]]
    assert upload["with"]["sarif_file"] == action_step["with"]["sarif-file"]


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`bin` folder of a CI's Python with pip and the dependencies, without the program."""
    home = tmp_path_factory.mktemp("python")
    EnvBuilder(with_pip=True).create(home)
    [packages] = home.glob("lib/python*/site-packages")
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    return home / "bin"


@pytest.mark.parametrize("name", JOBS)
def test_ci_job_fails_on_risky_and_passes_fixed_recipe(
    name: str, published: Published, environment: Path, tmp_path: Path
) -> None:
    variable, script = _job(FOLDER / name)
    shell = os.environ | {
        "PATH": f"{environment}{os.pathsep}{os.environ['PATH']}",
        "ROLLOUT_LINT": published.fill(variable),
    }
    for text, code in ((RISKY, 1), (SAFE, 0)):
        (tmp_path / "compose.yml").write_text(text)
        ran = subprocess.run(
            ["bash", "-ec", "\n".join(script)],
            cwd=tmp_path,
            env=shell,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        assert ran.returncode == code, ran.stdout + ran.stderr
        assert ("RL001" in ran.stdout) is bool(code)
        for report in _reports(FOLDER / name):
            assert len(json.loads((tmp_path / report).read_text())) == code


def _job(file: Path) -> tuple[str, list[str]]:
    """Return the variable with the address, and the commands, of any CI's file."""
    match document_of(file):
        case {"jobs": {"rollout-lint": {"env": variables, "steps": steps}}}:
            return variables["ROLLOUT_LINT"], [step["run"] for step in steps if "run" in step]
        case {"rollout-lint": {"variables": variables, "script": script}}:
            return variables["ROLLOUT_LINT"], script
        case {"steps": {"rollout-lint": {"environment": variables, "commands": script}}}:
            return variables["ROLLOUT_LINT"], script
        case {"steps": [{"environment": variables, "commands": script}]}:
            return variables["ROLLOUT_LINT"], script
    raise AssertionError(f"{file}: no job of a known CI")


def _reports(file: Path) -> list[str]:
    """Return the paths of the code quality reports."""
    match document_of(file):
        case {"rollout-lint": {"artifacts": {"reports": {"codequality": path}}}}:
            return [path]
    return []
