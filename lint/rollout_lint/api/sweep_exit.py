"""Exit code of `sweep`, and the reason for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rollout_lint.api.thresholds import RiskThreshold
from rollout_lint.errors import ExitCode
from rollout_lint.fleet.risk_level import RiskLevel
from rollout_lint.printable import printable
from rollout_lint.record import Record
from rollout_lint.report.common.style import plural

if TYPE_CHECKING:
    from rollout_lint.api.sweep_summary import SweepSummary

_LEVELS = {
    RiskThreshold.HIGH: RiskLevel.LATENT_HIGH,
    RiskThreshold.MEDIUM: RiskLevel.LATENT_MEDIUM,
    RiskThreshold.LOW: RiskLevel.LATENT_LOW,
    RiskThreshold.INFO: RiskLevel.LATENT_UNEXPOSED,
    RiskThreshold.NEVER: None,
}
"""Least risk level that fails, by severity. `info` means every level at risk."""


class SweepExit(Record):
    """Exit code and the reason for it."""

    code: ExitCode
    reason: str

    @property
    def text(self) -> str:
        """Sentence for the summary."""
        return f"Exit {self.code:d}: {self.reason}."


class ExitPolicy(Record):
    """Options that decide the exit code. `has_manifest_errors` is True if parts of the manifest were skipped."""

    fail_on: RiskThreshold | None = None
    fail_on_worse: bool = False
    has_manifest_errors: bool = False

    @property
    def is_set(self) -> bool:
        """True if an option asks for exit code 1."""
        return self.fail_on is not None or self.fail_on_worse

    def decide(self, summary: SweepSummary) -> SweepExit:
        """Return the exit code of a sweep whose rows are in the summary."""
        if self.has_manifest_errors:
            return SweepExit(ExitCode.ERROR, "the manifest has errors")
        if summary.unevaluated:
            return SweepExit(ExitCode.ERROR, f"{plural(summary.unevaluated, 'recipe')} not or only partly evaluated")
        checks = [*self._check_levels(summary), *self._check_changes(summary)]
        failed = [each for each in checks if each.code is ExitCode.FINDINGS]
        if failed or checks:
            code = ExitCode.FINDINGS if failed else ExitCode.OK
            return SweepExit(code, ", ".join(each.reason for each in failed or checks))
        return SweepExit(ExitCode.OK, "no --fail-on")

    def _check_levels(self, summary: SweepSummary) -> list[SweepExit]:
        level = find_level(self.fail_on) if self.fail_on is not None else None
        if level is None:
            return []
        count = sum(number for each, number in summary.levels.items() if each.rank <= level.rank)
        recipes = plural(count, "recipe") if count else "no recipe"
        code = ExitCode.FINDINGS if count else ExitCode.OK
        return [SweepExit(code, f"{recipes} at {level} or worse (--fail-on {self.fail_on})")]

    def _check_changes(self, summary: SweepSummary) -> list[SweepExit]:
        comparison = summary.comparison()
        if not self.fail_on_worse or comparison is None:
            return []
        count = sum(change.is_worse for change in comparison.changes)
        recipes = f"{plural(count, 'recipe')} worse" if count else "no recipe worse"
        code = ExitCode.FINDINGS if count else ExitCode.OK
        return [SweepExit(code, f"{recipes} since {printable(comparison.since)} (--fail-on-worse)")]


def find_level(threshold: RiskThreshold) -> RiskLevel | None:
    """Return the least risk level that fails, or None for `never`."""
    return _LEVELS[threshold] if threshold in _LEVELS else RiskLevel(threshold.value)
