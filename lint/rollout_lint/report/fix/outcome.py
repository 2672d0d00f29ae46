"""Outcome of a run of `fix`: counts, exit code and its reason, for every format."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rollout_lint.errors import ExitCode
from rollout_lint.linter.evaluation import EvaluationStatus
from rollout_lint.record import Record
from rollout_lint.report.common.groups import Group, merge_findings
from rollout_lint.report.common.style import plural

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rollout_lint.discovery.skipped import SkippedFile
    from rollout_lint.fix.model import FixResult, Unfixed
    from rollout_lint.rules.finding import Finding
    from rollout_lint.rules.model import Severity


class UnfixedGroup(Record):
    """Unfixed findings that are one finding to a reader."""

    group: Group
    unfixed: tuple[Unfixed, ...]

    @property
    def finding(self) -> Finding:
        """First finding, which represents all."""
        return self.group.finding

    @property
    def needs_unsafe(self) -> bool:
        """True if `--unsafe` would fix the finding."""
        return all(each.needs_unsafe for each in self.unfixed)

    @property
    def was_declined(self) -> bool:
        """True if the user declined the fix."""
        return any(each.was_declined for each in self.unfixed)

    @property
    def reasons(self) -> tuple[str, ...]:
        """Reasons why the finding is not fixed."""
        return tuple(dict.fromkeys(each.reason for each in self.unfixed))


class FixOutcome(Record):
    """Results of all recipes. `is_written` is False for a dry run.

    `failing` has for each result the severities at or above its threshold, `thresholds` the threshold of each.
    """

    results: list[FixResult]
    failing: list[tuple[Severity, ...]]
    thresholds: list[str]
    is_written: bool
    exits_zero: bool = False
    skipped: tuple[SkippedFile, ...] = ()

    @property
    def remaining(self) -> list[UnfixedGroup]:
        """Unfixed findings at or above the threshold."""
        return [
            each
            for result, severities in zip(self.results, self.failing, strict=True)
            for each in list_unfixed(result)
            if each.finding.severity in severities
        ]

    @property
    def has_errors(self) -> bool:
        """True if a recipe could not be evaluated, fixed or written."""
        return any(each.failed or each.after.status != EvaluationStatus.EVALUATED for each in self.results)

    @property
    def has_unwritten_changes(self) -> bool:
        """True for a dry run with changes."""
        return not self.is_written and any(each.changes for each in self.results)

    @property
    def exit_code(self) -> ExitCode:
        """2 for errors; 1 for changes that are not written, and for findings that remain at or above the threshold."""
        if self.has_errors:
            return ExitCode.ERROR
        is_failed = (self.has_unwritten_changes or self.remaining) and not self.exits_zero
        return ExitCode.FINDINGS if is_failed else ExitCode.OK

    @property
    def reason(self) -> str | None:
        """Reason for the exit code, or for an exit code other than 0 that `--exit-zero` prevents."""
        if self.has_errors:
            count = sum(each.failed or each.after.status != EvaluationStatus.EVALUATED for each in self.results)
            return f"{plural(count, 'recipe')} could not be fixed because of errors"
        reasons = ["the changes are not written"] if self.has_unwritten_changes else []
        if remaining := self.remaining:
            verb = "would remain" if not self.is_written else "remains" if len(remaining) == 1 else "remain"
            reasons.append(f"{plural(len(remaining), 'finding')} at or above {self._threshold()} {verb}")
        return " and ".join(reasons) or None

    def _threshold(self) -> str:
        names = dict.fromkeys(self.thresholds)
        return next(iter(names)) if len(names) == 1 else f"the threshold ({', '.join(names)})"


def list_unfixed(result: FixResult) -> list[UnfixedGroup]:
    """Return the unfixed findings as `check` counts them: once for all variants and services of an anchor."""
    unfixed = {each.finding.key: each for each in result.unfixed}
    groups = merge_findings(each.finding for each in unfixed.values())
    return [
        UnfixedGroup(Group(result.after, tuple(group)), tuple(unfixed[each.key] for each in group)) for group in groups
    ]


def list_fixed(result: FixResult) -> list[Group]:
    """Return the fixed findings as `check` counts them, also those that other fixes cover."""
    fixed = {each.key: each for one in result.applied for each in (one.finding, *one.others)}
    return [Group(result.evaluation, tuple(group)) for group in merge_findings(fixed.values())]


def count_errors(results: Iterable[FixResult]) -> int:
    """Return the number of errors that mechanical fixes correct."""
    return sum(len(file.problems) for each in results for file in each.corrected)
