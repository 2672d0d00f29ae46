"""Our answer beside Docker's for stacks that nobody wrote."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, given, settings

from tests.oracle.compare import disagreements
from tests.oracle.docker import require
from tests.oracle.stacks import ENVIRONMENT, stacks

STACKS = int(os.environ.get("ROLLOUT_LINT_STACKS", "200"))
"""How many; the same ones in each run, so that a new disagreement is a change's own."""


@pytest.fixture(scope="module", autouse=True)
def docker() -> None:
    require()


@settings(
    max_examples=STACKS,
    deadline=None,
    derandomize=os.environ.get("ROLLOUT_LINT_SEED") is None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(layers=stacks())
def test_generated_stacks(layers: list[str]) -> None:
    files: dict[str, str | bytes] = {f"{number}.yml": text for number, text in enumerate(layers, 1)}
    assert disagreements(files, ENVIRONMENT) == [], "\n---\n".join(layers)
