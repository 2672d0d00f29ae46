"""What must hold for every rule, so that the next one is tested by existing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from rollout_lint.rules.loader import load_rules
from rollout_lint.selftest import TRIALS

if TYPE_CHECKING:
    from rollout_lint.rules.model import Rule
    from syrupy.assertion import SnapshotAssertion

RULES = load_rules()


@pytest.mark.parametrize("trial", TRIALS)
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_holds_on_its_own_examples(rule: Rule, trial: str) -> None:
    assert list(TRIALS[trial](rule, RULES)) == []


def test_a_stop_first_fix_states_its_trade_off(snapshot: SnapshotAssertion) -> None:
    """Each text must say that the service is away for a moment."""
    trades = {rule.id: rule.trade for rule in RULES if "stop-first" in rule.fix_settings.values()}
    assert all(trades.values())
    assert trades == snapshot
