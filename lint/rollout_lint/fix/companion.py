"""Settings that a fix needs beside its own, because without them it would bring another finding."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rollout_lint.fix.verify import facts_of
from rollout_lint.stack.units import format_duration

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rollout_lint.fix.model import Settings
    from rollout_lint.linter.evaluation import Evaluation
    from rollout_lint.rules.finding import Finding

_MONITOR_TOO_SHORT = "derived.delay_exceeds_monitor"
_MIN_MONITOR = 30
"""Seconds, as RL015 recommends."""


def companion_settings(
    after: Evaluation, findings: Iterable[Finding], service: str | None, *, unsafe: bool
) -> Settings:
    """Return the settings that resolve these findings of the service, as far as settings resolve them.

    `after` is the evaluation with the findings. If two of them set the same value, the first takes precedence.
    """
    settings: Settings = {}
    for finding in findings:
        if finding.service == service and (unsafe or not finding.needs_unsafe):
            settings = {**_resolve(after, finding), **settings}
    return settings


def _resolve(after: Evaluation, finding: Finding) -> Settings:
    """Return the fix of the rule; a monitor that must exceed the delay has no value that a rule could contain."""
    if finding.rule.fix is None and _MONITOR_TOO_SHORT in finding.facts:
        delay = facts_of(after, finding)["deploy.update_config.delay"].value
        if isinstance(delay, int | float):
            return {"deploy.update_config.monitor": format_duration(max(_MIN_MONITOR, 2 * delay))}
    return dict(finding.rule.fix_settings)
