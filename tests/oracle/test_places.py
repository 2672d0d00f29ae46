"""Generated places of Docker's schema, values and versions, each accepted or rejected as by Docker."""

from __future__ import annotations

import random

import pytest

from tests.oracle.compare import disagreements
from tests.oracle.docker import require
from tests.oracle.places import ENVIRONMENT, create_stack
from tests.oracle.seeds import seeds

pytestmark = pytest.mark.oracle

CASES_PER_SEED = 100
SEEDS = seeds(share=200)
"""100 cases by default, 1,000 in CI (ROLLOUT_LINT_STACKS=2000), and 20,000 with 40000."""


@pytest.mark.parametrize("seed", SEEDS)
def test_docker_accepts_the_same_values_and_keys(seed: int) -> None:
    require()
    rng = random.Random(seed)
    found = {
        text: disagreements({"a.yml": text}, ENVIRONMENT) for text in (create_stack(rng) for _ in range(CASES_PER_SEED))
    }
    assert {text: differences for text, differences in found.items() if differences} == {}
