"""Proofs with `docker stack config`: both sides of each proof print what the rule file expects."""

from __future__ import annotations

import pytest
from rollout_lint.rules.loader import load_rules

from tests.oracle.docker import require
from tests.rules.config_proof import ConfigCase, config_cases, docker_answer, is_expected

pytestmark = pytest.mark.oracle

CASES = config_cases(load_rules())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_docker_output_matches_the_proof(case: ConfigCase) -> None:
    require()
    answer = docker_answer(case)
    assert is_expected(case, answer), answer
