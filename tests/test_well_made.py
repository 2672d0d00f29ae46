"""Stacks that a Swarm operator would call right: no finding of medium or more. Each says at its top why it is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.oracle.docker import docker_says, require

if TYPE_CHECKING:
    from tests.conftest import Run

STACKS = sorted((Path(__file__).parent / "well_made").rglob("*.yml"))
EACH = pytest.mark.parametrize("stack", STACKS, ids=lambda stack: stack.stem)


def test_there_are_thirty_of_them() -> None:
    assert len(STACKS) >= 30


@EACH
def test_nothing_of_weight_is_found(run: Run, stack: Path) -> None:
    assert stack.read_text("utf-8").startswith("# ")
    ran = run("check", stack, "--format", "json")
    [recipe] = ran.json["recipes"]
    assert recipe["status"] == "evaluated", recipe["problems"]
    graves = [each for each in recipe["findings"] if each["severity"] in ("high", "medium")]
    assert graves == []
    assert ran.exit_code == 0


@pytest.mark.oracle
@EACH
def test_docker_takes_it(stack: Path) -> None:
    require()
    assert docker_says([stack], {"STACK_NAME": "s"}).merged is not None
