"""Every block of the README does what it says."""

from __future__ import annotations

import os
import re
import subprocess
import sysconfig
from typing import TYPE_CHECKING, Any
from venv import EnvBuilder

import pytest
from rollout_lint import __version__
from rollout_lint.source import Mapping, parse, plain

from tests.packaging.recipes import RISKY, SAFE
from tests.pages import README, commands, refreshed
from tests.rules.own_rule import NAME, OWN_RULE

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Run

TEXT = README.read_text("utf-8")
ADDRESS = "git.example.com/rollout-lint"
BLOCKS = [block for block in re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL) if "ROLLOUT_LINT:" in block]
LINK = re.compile(r"\]\((?!https?:)([^)#]+)")


def test_its_sessions_are_what_the_program_prints() -> None:
    assert len(commands(README)) == 3
    assert refreshed(README) == TEXT, "python -m tests.pages"


def test_its_links_lead_somewhere() -> None:
    assert [link for link in LINK.findall(TEXT) if not (README.parent / link).exists()] == []


def test_it_names_this_release() -> None:
    pinned = re.findall(rf"{re.escape(ADDRESS)}(?:@|\n    rev: )v(\S+)", TEXT)
    assert pinned == [__version__] * 4


def test_its_config_is_one(run: Run, tmp_path: Path) -> None:
    [config] = re.findall(r"```toml\n(.*?)```", TEXT, re.DOTALL)
    (tmp_path / "rollout-lint.toml").write_text(config)
    (tmp_path / "our-rules").mkdir()
    (tmp_path / "our-rules" / NAME).write_text(OWN_RULE)
    image = "registry.example.com/team/app:7"
    (tmp_path / "compose.yml").write_text(f"services: {{app: {{image: '{image}'}}}}\n")
    ran = run("check", tmp_path, "--format", "json")
    assert [each["rule"] for each in ran.json["recipes"][0]["findings"]] == ["TT001"]
    [shown] = run("show", tmp_path, "--format", "json").json["variants"]
    assert shown["services"]["app"]["derived.has_healthcheck"]["value"] is True


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `bin` of a CI's Python: pip, and what the program depends on, but not the program."""
    home = tmp_path_factory.mktemp("python")
    EnvBuilder(with_pip=True).create(home)
    [packages] = home.glob("lib/python*/site-packages")
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    return home / "bin"


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.split(":")[0])
def test_a_block_for_a_ci_fails_on_a_risky_recipe_and_passes_a_repaired_one(
    block: str, published: Path, environment: Path, tmp_path: Path
) -> None:
    variable, script = _job(block)
    assert ADDRESS in variable
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


def _job(block: str) -> tuple[str, list[str]]:
    """The variable with the address, and the commands, of whichever CI's file it is."""
    root = parse(block.encode(), "README.md").root
    assert isinstance(root, Mapping)
    document: dict[str, Any] = plain(root)
    match document:
        case {"jobs": {"rollout-lint": {"env": variables, "steps": steps}}}:
            return variables["ROLLOUT_LINT"], [step["run"] for step in steps if "run" in step]
        case {"rollout-lint": {"variables": variables, "script": script}}:
            return variables["ROLLOUT_LINT"], script
        case {"steps": {"rollout-lint": {"environment": variables, "commands": script}}}:
            return variables["ROLLOUT_LINT"], script
    raise AssertionError(f"no job of a known CI: {document}")
