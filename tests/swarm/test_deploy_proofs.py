"""What `docker stack deploy` refuses: every rule's proof of it, and each case of `tests/refusals.py`."""

from collections.abc import Iterator

import pytest

from tests.refusals import REFUSED, TAKEN
from tests.swarm.deploy_proof import DeployCase, as_stated, deploy, deploy_cases
from tests.swarm.engine import Engine, private_engine
from tests.swarm.needs import missing

pytestmark = pytest.mark.swarm

CASES = deploy_cases()


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    if lacking := missing():
        pytest.fail(f"needs {', '.join(lacking)}")
    with private_engine() as started:
        yield started


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_proof(case: DeployCase, engine: Engine) -> None:
    answer = deploy(engine, case.name, case.files)
    assert as_stated(case, answer), answer


@pytest.mark.parametrize("number", range(len(REFUSED)), ids=list(REFUSED))
def test_what_we_say_is_refused_is_refused_in_these_words(number: int, engine: Engine) -> None:
    stack, words = list(REFUSED.values())[number]
    answer = deploy(engine, f"refused-{number}", {"compose.yml": stack})
    assert words.lower() in (answer or "taken").lower()


@pytest.mark.parametrize("number", range(len(TAKEN)), ids=list(TAKEN))
def test_what_we_say_nothing_of_is_taken(number: int, engine: Engine) -> None:
    stack = list(TAKEN.values())[number]
    assert deploy(engine, f"taken-{number}", {"compose.yml": stack}) is None
