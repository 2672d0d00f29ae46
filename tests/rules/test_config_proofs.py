"""Each proof by `docker stack config`: the bad example becomes what the rule says, and the repaired one does not."""

from __future__ import annotations

import pytest
from rollout_lint.rules.loader import load_rules

from tests.oracle.docker import require
from tests.rules.config_proof import ConfigCase, as_stated, config_cases, seen

CASES = config_cases(load_rules())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_docker_makes_of_it_what_the_proof_says(case: ConfigCase) -> None:
    require()
    answer = seen(case)
    assert as_stated(case, answer), answer
