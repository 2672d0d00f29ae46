"""Options and results of fixing a recipe."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from rollout_lint.record import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from rollout_lint.linter.evaluation import Evaluation
    from rollout_lint.location import Problem
    from rollout_lint.rules.finding import Finding
    from rollout_lint.rules.model import Rule

Contents: TypeAlias = "Mapping[str, bytes]"
"""File contents by display name."""

Settings: TypeAlias = "dict[str, object]"
"""Values by their dotted path below a service."""


class Change(Record):
    """A change of one file: its display name, its path, and its contents before (None for a new file) and after."""

    name: str
    path: Path
    before: bytes | None
    after: bytes


class CorrectedFile(Record):
    """A file that Docker accepts after mechanical fixes of these errors."""

    name: str
    problems: tuple[Problem, ...]


class AppliedFix(Record):
    """A finding that was fixed, and the settings and files of its fix.

    The same fix resolves `others`, and brings findings that are less severe than the fixed one.
    """

    finding: Finding
    settings: Settings
    files: tuple[str, ...]
    others: tuple[Finding, ...] = ()
    brings: tuple[Finding, ...] = ()


class Unfixed(Record):
    """A finding that was not fixed, and the reason.

    `needs_unsafe` is True if `--unsafe` would fix it, `was_declined` if the user declined its fix.
    """

    finding: Finding
    reason: str
    needs_unsafe: bool = False
    was_declined: bool = False


class FixOptions(Record):
    """Findings to fix: those of the rules `only`, or errors and the findings of all rules if it is empty.

    `confirm` is called for each fix with the changes that it makes, and returns True to apply it. With
    `max_evaluations`, the planner stops after so many evaluations; its fixes are the first that it makes without.
    """

    only: frozenset[str] = frozenset()
    unsafe: bool = False
    confirm: Callable[[AppliedFix | CorrectedFile, tuple[Change, ...]], bool] | None = None
    max_evaluations: int | None = None

    def includes(self, rule: Rule) -> bool:
        """Return True if findings of the rule are to be fixed."""
        return not self.only or rule.id in self.only


class FixResult:
    """Result of fixing a recipe: its first evaluation, the fixes, the unfixed findings and the changes to write.

    `after` is the evaluation of the fixed recipe. `failed` is True if the recipe could not be fixed or written.
    """

    __slots__ = ("after", "applied", "changes", "corrected", "evaluation", "failed", "unfixed")

    def __init__(self, evaluation: Evaluation, *, failed: bool = False) -> None:
        """Begin without fixes."""
        self.evaluation = evaluation
        self.after = evaluation
        self.corrected: tuple[CorrectedFile, ...] = ()
        self.applied: list[AppliedFix] = []
        self.unfixed: list[Unfixed] = []
        self.changes: tuple[Change, ...] = ()
        self.failed = failed
