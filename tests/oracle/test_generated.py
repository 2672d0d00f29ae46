"""Comparison with Docker for generated stacks."""

from __future__ import annotations

import pytest
from hypothesis import given

from tests.examples import example_count
from tests.oracle.compare import disagreements
from tests.oracle.docker import require
from tests.oracle.stacks import ENVIRONMENT, stacks

pytestmark = pytest.mark.oracle


@pytest.fixture(scope="module", autouse=True)
def docker() -> None:
    require()


@example_count(200)
@given(layers=stacks())
def test_compare_generated_stacks(layers: list[str]) -> None:
    files: dict[str, str | bytes] = {f"{number}.yml": text for number, text in enumerate(layers, 1)}
    assert disagreements(files, ENVIRONMENT) == [], "\n---\n".join(layers)
