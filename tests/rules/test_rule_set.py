"""Trials that every packaged rule must pass."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from rollout_lint.rules.loader import load_rules
from rollout_lint.selftest import CHECKS

if TYPE_CHECKING:
    from rollout_lint.rules.model import Rule
    from syrupy.assertion import SnapshotAssertion

RULES = load_rules()


@pytest.mark.parametrize("trial", CHECKS)
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_packaged_rule_passes_trial(rule: Rule, trial: str) -> None:
    assert list(CHECKS[trial](rule, RULES)) == []


def test_stop_first_fix_has_a_trade_off(snapshot: SnapshotAssertion) -> None:
    """Each text must say that the service is away for a moment."""
    trades = {rule.id: rule.trade_off for rule in RULES if "stop-first" in rule.fix_settings.values()}
    assert all(trades.values())
    assert trades == snapshot
