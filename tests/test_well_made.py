"""Stacks that a Swarm operator considers correct: no finding of severity high or medium. The first line says why."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.oracle.docker import docker_config, require

if TYPE_CHECKING:
    from tests.conftest import Run

STACKS = sorted((Path(__file__).parent / "well_made").rglob("*.yml"))
EACH = pytest.mark.parametrize("stack", STACKS, ids=lambda stack: stack.stem)


def test_well_made_has_thirty_stacks() -> None:
    assert len(STACKS) >= 30


@EACH
def test_check_reports_no_severe_finding(run: Run, stack: Path) -> None:
    assert stack.read_text("utf-8").startswith("# ")
    ran = run("check", stack, "--format", "json")
    [recipe] = ran.json["recipes"]
    assert recipe["status"] == "evaluated", recipe["problems"]
    severe = [each for each in recipe["findings"] if each["severity"] in ("high", "medium")]
    assert severe == []
    assert ran.exit_code == 0


@pytest.mark.oracle
@EACH
def test_docker_accepts_stack(stack: Path) -> None:
    require()
    assert docker_config([stack], {"STACK_NAME": "s"}).merged is not None
