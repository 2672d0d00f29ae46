"""Application of suppressions. What reads them is imported only if there are any."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from rollout_lint.record import Record

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from rollout_lint.linter.suppression.directives import IgnoreComment, IgnoreEntry
    from rollout_lint.rules.finding import Finding
    from rollout_lint.rules.model import Rule
    from rollout_lint.syntax.source import Source


BASELINE = ".rollout-lint-baseline.json"
"""File name of a baseline."""


class SuppressionSettings(Record):
    """Suppressions of the config, and how they apply.

    `rule_ids` are the ids of all rules, also of disabled ones. With the default of `today`, every suppression that ends
    has expired. Unless `enabled`, nothing is suppressed.
    """

    ignores: tuple[IgnoreEntry, ...] = ()
    today: date = date.max
    rule_ids: frozenset[str] = frozenset()
    enabled: bool = True


class SuppressionScope(Record):
    """Checked parts of a recipe: path of its stack file, files of each variant, and rules.

    `is_whole` is True if everything could be read, so that a suppression without a finding is unused.
    """

    path: str
    variants: Mapping[str, tuple[str, ...]]
    sources: Mapping[str, Source]
    rules: tuple[Rule, ...]
    is_whole: bool


def apply_suppressions(
    findings: list[Finding], scope: SuppressionScope, settings: SuppressionSettings
) -> list[Finding]:
    """Return the findings with their suppressions, then the findings about the suppressions.

    A finding whose superseder is suppressed is active again, unless a suppression names its rule too.
    """
    comments = _find_comments(scope.sources.values())
    if not comments and not settings.ignores:
        return findings
    from rollout_lint.linter.suppression.suppressor import Suppressor

    suppressor = Suppressor(comments, scope, settings)
    suppressed = suppressor.suppress(findings)
    return [*(suppressed if settings.enabled else findings), *suppressor.findings_about_suppressions()]


def _find_comments(sources: Iterable[Source]) -> list[IgnoreComment]:
    """Return the comments of the files for this linter."""
    naming = [each for each in sources if b"rollout-lint" in each.data.replace(b"\0", b"").lower()]
    if not naming:
        return []
    from rollout_lint.linter.suppression.directives import ignore_comments

    return [comment for source in naming for comment in ignore_comments(source)]
