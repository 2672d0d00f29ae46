"""Settings of a fix: those that the rule states, and those that it computes from the facts of the service."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rollout_lint.facts.model import is_duration
from rollout_lint.fix.verify import facts_of
from rollout_lint.stack.units import format_duration

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rollout_lint.fix.model import Settings
    from rollout_lint.linter.evaluation import Evaluation
    from rollout_lint.rules.finding import Finding


def settings_of(evaluation: Evaluation, finding: Finding) -> Settings:
    """Return all settings of a finding's fix. Durations are text such as `30s`, lists are those of their fact."""
    return finding.rule.fix_settings | dict(_computed_settings(evaluation, finding))


def _computed_settings(evaluation: Evaluation, finding: Finding) -> Iterator[tuple[str, object]]:
    if not finding.rule.computed_fix:
        return
    facts = facts_of(evaluation, finding)
    for path, source in finding.rule.computed_fix.items():
        fact = facts.get(source)
        if fact is not None and fact.value is not None and not fact.is_unknown:
            yield path, format_duration(fact.value) if is_duration(path) else fact.value
