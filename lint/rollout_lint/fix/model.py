"""Options and results of fixing a recipe."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from rollout_lint.linter.evaluation import Evaluation
    from rollout_lint.rules.finding import Finding
    from rollout_lint.rules.model import Rule

Contents: TypeAlias = "Mapping[str, bytes]"
"""File contents by display name."""

Settings: TypeAlias = "dict[str, object]"
"""Values by their dotted path below a service."""

FindingKey: TypeAlias = "tuple[str, str | None, str]"
"""Rule, service and variant, which have at most one finding."""


def finding_key(finding: Finding) -> FindingKey:
    """Return the key that identifies a finding before and after a change."""
    return finding.rule.id, finding.service, finding.variant


@dataclass(frozen=True, slots=True)
class Change:
    """A change of one file: its display name, its path, and its contents before (None for a new file) and after."""

    name: str
    path: Path
    before: bytes | None
    after: bytes


@dataclass(frozen=True, slots=True)
class AppliedFix:
    """A finding that was fixed, the settings and files of its fix, and `others`, which the same fix resolves."""

    finding: Finding
    settings: Settings
    files: tuple[str, ...]
    others: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Unfixed:
    """A finding that was not fixed, and the reason.

    `needs_unsafe` is True if `--unsafe` would fix it, `was_declined` if the user declined its fix.
    """

    finding: Finding
    reason: str
    needs_unsafe: bool = False
    was_declined: bool = False


@dataclass(frozen=True, slots=True)
class FixOptions:
    """Findings to fix: those of the rules `only`, or of all rules if it is empty.

    `confirm` is called for each fix with the changes that it makes, and returns True to apply it.
    """

    only: frozenset[str] = frozenset()
    unsafe: bool = False
    confirm: Callable[[AppliedFix, tuple[Change, ...]], bool] | None = None

    def includes(self, rule: Rule) -> bool:
        """Return True if findings of the rule are to be fixed."""
        return not self.only or rule.id in self.only


@dataclass(slots=True)
class FixResult:
    """Result of fixing a recipe: its first evaluation, the fixes, the unfixed findings and the changes to write.

    `failed` is True if the recipe could not be fixed or written.
    """

    evaluation: Evaluation
    applied: list[AppliedFix] = field(default_factory=list)
    unfixed: list[Unfixed] = field(default_factory=list)
    changes: tuple[Change, ...] = ()
    failed: bool = False
