"""Every proof with two deploys of one stack."""

from collections.abc import Iterator

import pytest

from tests.swarm.engine import Engine
from tests.swarm.installation import Installation
from tests.swarm.nodes import private_engine
from tests.swarm.redeploy_proof import RedeployCase, redeploy, redeploy_cases

pytestmark = pytest.mark.swarm

CASES = redeploy_cases()


@pytest.fixture(scope="module")
def engine(each_installation: Installation) -> Iterator[Engine]:
    with private_engine(each_installation) as started:
        yield started


def test_rules_have_redeploy_proofs() -> None:
    assert CASES


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_redeploy_proof(case: RedeployCase, engine: Engine) -> None:
    assert redeploy(engine, case) in case.expected
