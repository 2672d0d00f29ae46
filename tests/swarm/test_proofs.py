"""Every rule's proof on a real engine: the bad example fails as stated, the fixed one does not."""

from collections.abc import Callable

import pytest

from tests.swarm.installation import Installation
from tests.swarm.proof import Case, cases, rules_folder
from tests.swarm.scenario import LOST
from tests.swarm.side_by_side import Outcomes

pytestmark = pytest.mark.swarm

CASES = cases(rules_folder())


def test_rules_have_proofs() -> None:
    assert CASES


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_rule_proof(
    case: Case, each_installation: Installation, outcomes: Outcomes, record_property: Callable[[str, object], None]
) -> None:
    outcome = outcomes[each_installation.name, case.name].result()
    for reason in outcome.lost:
        record_property(LOST, reason)
    assert not outcome.differences, outcome
