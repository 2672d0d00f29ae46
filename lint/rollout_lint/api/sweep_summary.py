"""Data from the rows of a sweep for its exit code, its comparison and its tables."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rollout_lint.fleet.compare import Comparison, EarlierSweep, RecipeState, compare, to_recipe_state
from rollout_lint.fleet.published_ports import find_port_conflicts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rollout_lint.fleet.published_ports import PortConflict, PublishedPort
    from rollout_lint.fleet.risk import RecipeAssessment
    from rollout_lint.fleet.risk_level import RiskLevel
    from rollout_lint.fleet.sweep import SweepRow


@dataclass(slots=True)
class SweepSummary:
    """Data from the rows for the exit code, the comparison and the tables.

    `keeps_verdicts` is False for a document that is written row by row, to save memory for a large fleet.
    """

    earlier: EarlierSweep | None
    keeps_verdicts: bool = True
    assessments: list[RecipeAssessment] = field(default_factory=list)
    levels: Counter[RiskLevel] = field(default_factory=Counter)
    unevaluated: int = 0
    """Number of recipes with a variant that could not be evaluated."""
    states: dict[str, RecipeState] = field(default_factory=dict)
    ports: list[PublishedPort] = field(default_factory=list)

    def collect(self, rows: Iterator[SweepRow]) -> Iterator[SweepRow]:
        """Yield the rows and keep their data."""
        for row in rows:
            risk = row.assessment.risk
            self.levels[risk.level] += 1
            self.unevaluated += not risk.is_known or risk.is_partly_known
            if self.keeps_verdicts:
                self.assessments.append(row.assessment)
            if self.earlier is not None:
                self.states[row.assessment.recipe] = to_recipe_state(row.assessment)
            self.ports += row.ports
            yield row

    def port_conflicts(self) -> list[PortConflict]:
        """Return the ports that several recipes publish."""
        return find_port_conflicts(self.ports)

    def comparison(self) -> Comparison | None:
        """Return the changes since the earlier sweep, if there is one."""
        return None if self.earlier is None else compare(self.earlier, self.states)
