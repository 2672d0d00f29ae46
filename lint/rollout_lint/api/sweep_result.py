"""Result of `sweep`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rollout_lint.api.sweep import prepare_sweep
from rollout_lint.api.sweep_exit import ExitPolicy
from rollout_lint.api.sweep_summary import SweepSummary
from rollout_lint.discovery.revision_paths import close_new_exports

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rollout_lint.api.sweep import SweepOptions
    from rollout_lint.api.thresholds import RiskThreshold
    from rollout_lint.discovery.skipped import SkippedFile
    from rollout_lint.errors import ExitCode
    from rollout_lint.fleet.compare import Comparison
    from rollout_lint.fleet.published_ports import PortConflict
    from rollout_lint.fleet.risk import RecipeAssessment
    from rollout_lint.location import Problem


@dataclass(frozen=True, slots=True)
class SweepResult:
    """Result of a sweep: the risk of each recipe, and the stack files that were not checked.

    `problems` are the errors in the manifest and in the files that it names. `port_conflicts` are the ports that
    several recipes publish. `comparison` has the changes since the earlier sweep. `exit_code` is that of the command,
    and `reason` says why.
    """

    recipes: tuple[RecipeAssessment, ...]
    skipped: tuple[SkippedFile, ...]
    problems: tuple[Problem, ...]
    port_conflicts: tuple[PortConflict, ...]
    comparison: Comparison | None
    exit_code: ExitCode
    reason: str

    def __iter__(self) -> Iterator[RecipeAssessment]:
        """Return the recipes."""
        return iter(self.recipes)


def run_sweep(
    options: SweepOptions, fail_on: RiskThreshold | None, fail_on_worse: bool, jobs: int | None
) -> SweepResult:
    """Sweep a fleet, and leave no temporary file."""
    with close_new_exports():
        run = prepare_sweep(options)
        fleet = run.sweep.fleet
        summary = SweepSummary(run.earlier)
        for _ in summary.collect(run.sweep.rows(jobs)):
            pass
        decided = ExitPolicy(fail_on, fail_on_worse, run.has_manifest_errors).decide(summary)
        return SweepResult(
            tuple(summary.assessments),
            tuple(fleet.skipped),
            (*fleet.problems, *fleet.unreadable),
            tuple(summary.port_conflicts()),
            summary.comparison(),
            decided.code,
            decided.reason,
        )
