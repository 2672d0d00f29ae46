"""Stacks that `docker stack deploy` rejects: every deploy proof, and each case of `tests/deploy_cases.py`."""

from collections.abc import Iterator

import pytest

from tests.deploy_cases import ACCEPTED, REJECTED
from tests.swarm.deploy_proof import DeployCase, deploy, deploy_cases, is_expected
from tests.swarm.engine import Engine, private_engine
from tests.swarm.installation import Installation

pytestmark = pytest.mark.swarm

CASES = deploy_cases()


@pytest.fixture(scope="module")
def engine(each_installation: Installation) -> Iterator[Engine]:
    with private_engine(each_installation) as started:
        yield started


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_deploy_proof(case: DeployCase, engine: Engine) -> None:
    answer = deploy(engine, case.name, case.files)
    assert is_expected(case, answer), answer


@pytest.mark.parametrize("number", range(len(REJECTED)), ids=list(REJECTED))
def test_engine_rejects_stack_with_message(number: int, engine: Engine) -> None:
    stack, words = list(REJECTED.values())[number]
    answer = deploy(engine, f"rejected-{number}", {"compose.yml": stack})
    assert words.lower() in (answer or "accepted").lower()


@pytest.mark.parametrize("number", range(len(ACCEPTED)), ids=list(ACCEPTED))
def test_engine_accepts_stack(number: int, engine: Engine) -> None:
    stack = list(ACCEPTED.values())[number]
    assert deploy(engine, f"accepted-{number}", {"compose.yml": stack}) is None
