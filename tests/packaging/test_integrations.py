"""Each file for a CI is one to its schema, and its commands do in a shell what a CI would have them do."""

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
from rollout_lint import __version__

from tests.conftest import ROOT
from tests.packaging.integrations import ADDRESS, FOLDER, document_of
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


def _accepted(*command: str | Path) -> subprocess.CompletedProcess[str]:
    words = [str(word) for word in command]
    return subprocess.run(words, capture_output=True, text=True, check=False, timeout=120)


@pytest.mark.parametrize("file", SCHEMAS, ids=lambda file: file.name)
def test_it_is_one_to_the_schema(file: Path, tmp_path: Path) -> None:
    check = (sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{SCHEMAS[file]}")
    ran = _accepted(*check, file)
    assert ran.returncode == 0, ran.stdout
    spoilt = tmp_path / file.name
    spoilt.write_text(file.read_text().replace("steps:", "stops:").replace("script:", "skript:"))
    assert _accepted(*check, spoilt).returncode == 1


def test_the_configuration_of_pre_commit_is_one() -> None:
    validate = (sys.executable, "-m", "pre_commit")
    assert _accepted(*validate, "validate-config", FOLDER / "pre-commit.yml").returncode == 0
    assert _accepted(*validate, "validate-manifest", ROOT / ".pre-commit-hooks.yaml").returncode == 0


def test_every_file_is_tried() -> None:
    assert {FOLDER / "pre-commit.yml", *SCHEMAS} == {ACTION, *FOLDER.iterdir()}


@pytest.mark.parametrize("file", sorted(FOLDER.iterdir()), ids=lambda file: file.name)
def test_it_names_this_release(file: Path) -> None:
    assert re.findall(r"rollout-lint(?:@|\n    rev: )v(\S+)", file.read_text()) == [__version__]


def test_the_workflow_with_the_action_gives_it_inputs_that_it_has() -> None:
    steps = document_of(FOLDER / "github-action.yml")["jobs"]["rollout-lint"]["steps"]
    [ours] = [step for step in steps if "/rollout-lint@" in step["uses"]]
    assert set(ours["with"]) <= set(document_of(ACTION)["inputs"])
    [upload] = [step for step in steps if "upload-sarif" in step["uses"]]
    assert upload["with"]["sarif_file"] == ours["with"]["sarif-file"]


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `bin` of a CI's Python: pip, and what the program depends on, but not the program."""
    home = tmp_path_factory.mktemp("python")
    EnvBuilder(with_pip=True).create(home)
    [packages] = home.glob("lib/python*/site-packages")
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    return home / "bin"


@pytest.mark.parametrize("name", JOBS)
def test_a_job_fails_on_a_risky_recipe_and_passes_a_repaired_one(
    name: str, published: Path, environment: Path, tmp_path: Path
) -> None:
    variable, script = _job(FOLDER / name)
    assert f"https://{ADDRESS}" in variable
    shell = os.environ | {
        "PATH": f"{environment}{os.pathsep}{os.environ['PATH']}",
        "ROLLOUT_LINT": variable.replace(f"https://{ADDRESS}", published.as_uri()),
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
    """The variable with the address, and the commands, of whichever CI's file it is."""
    match document_of(file):
        case {"jobs": {"rollout-lint": {"env": variables, "steps": steps}}}:
            return variables["ROLLOUT_LINT"], [step["run"] for step in steps if "run" in step]
        case {"rollout-lint": {"variables": variables, "script": script}}:
            return variables["ROLLOUT_LINT"], script
        case {"steps": {"rollout-lint": {"environment": variables, "commands": script}}}:
            return variables["ROLLOUT_LINT"], script
        case {"steps": [{"environment": variables, "commands": script}]}:
            return variables["ROLLOUT_LINT"], script
    raise AssertionError(f"{file} has no job of a known CI")


def _reports(file: Path) -> list[str]:
    """Where the CI expects the report of code quality."""
    match document_of(file):
        case {"rollout-lint": {"artifacts": {"reports": {"codequality": path}}}}:
            return [path]
    return []
