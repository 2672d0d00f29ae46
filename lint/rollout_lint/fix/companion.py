"""Settings that a fix needs beside its own, because without them it would bring another finding."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rollout_lint.fix.settings import settings_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rollout_lint.fix.model import Settings
    from rollout_lint.linter.evaluation import Evaluation
    from rollout_lint.rules.finding import Finding


def companion_settings(
    after: Evaluation, findings: Iterable[Finding], service: str | None, *, unsafe: bool
) -> Settings:
    """Return the settings that resolve these findings of the service, as far as settings resolve them.

    `after` is the evaluation with the findings. If two of them set the same value, the first takes precedence.
    """
    settings: Settings = {}
    for finding in findings:
        if finding.service == service and (unsafe or not finding.needs_unsafe):
            settings = {**settings_of(after, finding), **settings}
    return settings
