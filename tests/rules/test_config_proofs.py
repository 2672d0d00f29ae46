"""Each proof by `docker stack config`: the bad example becomes what the rule says, and the repaired one does not."""

from __future__ import annotations

import re

import pytest
from rollout_lint.rule import load_rules

from tests.oracle.docker import require
from tests.rules.config_proof import ConfigCase, config_cases, seen

CASES = config_cases(load_rules())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_docker_makes_of_it_what_the_proof_says(case: ConfigCase) -> None:
    require()
    answer = seen(case)
    if "refused" in case.stated:
        assert re.search(case.stated["refused"], answer.get("refused", "")), answer
    else:
        assert answer == case.stated
