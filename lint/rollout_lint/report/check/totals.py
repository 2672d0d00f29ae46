"""Numbers of a check, added up recipe by recipe."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from rollout_lint.linter.evaluation import EvaluationStatus
from rollout_lint.record import Record
from rollout_lint.report.common.groups import count_suppressed, list_active_groups, list_problems

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rollout_lint.discovery.skipped import SkippedFile
    from rollout_lint.errors import ExitCode
    from rollout_lint.linter.evaluation import Evaluation
    from rollout_lint.rules.model import Severity


class Totals:
    """Numbers of recipes, variants, services, errors and findings.

    `checked`, `variants` and `checked_services` are those of recipes that have services or are stacks. `findings` are
    those that a report prints, `hidden` those that its filter excludes.
    """

    def __init__(self) -> None:
        """Begin with 0."""
        self.statuses: Counter[EvaluationStatus] = Counter()
        self.services = 0
        self.checked = 0
        self.variants = 0
        self.checked_services = 0
        self.errors = 0
        self.findings: Counter[Severity] = Counter()
        self.hidden: Counter[Severity] = Counter()
        self.suppressed = 0

    @property
    def recipes(self) -> int:
        """Number of recipes."""
        return self.statuses.total()

    def add(self, other: Totals) -> None:
        """Add other numbers."""
        self.statuses += other.statuses
        self.services += other.services
        self.checked += other.checked
        self.variants += other.variants
        self.checked_services += other.checked_services
        self.errors += other.errors
        self.findings += other.findings
        self.hidden += other.hidden
        self.suppressed += other.suppressed


def count_recipe(evaluation: Evaluation) -> Totals:
    """Return the numbers of one recipe."""
    services = len(evaluation.services)
    is_checked = bool(services) or evaluation.status not in (
        EvaluationStatus.NOT_A_STACK,
        EvaluationStatus.TEMPLATE,
    )
    totals = Totals()
    totals.statuses[evaluation.status] = 1
    totals.services = services
    totals.checked = int(is_checked)
    totals.variants = len(evaluation.variants) if is_checked else 0
    totals.checked_services = services if is_checked else 0
    totals.errors = len(list_problems(evaluation))
    totals.suppressed = count_suppressed(evaluation)
    for group in list_active_groups(evaluation):
        counts = totals.findings if evaluation.filter.includes(group.finding) else totals.hidden
        counts[group.finding.severity] += 1
    return totals


class CheckSummary(Record):
    """Numbers, skipped files and exit code after the last recipe.

    With `since`, the name of a commit, recipes and skipped files are only those that changed since then.
    """

    totals: Totals
    skipped: Sequence[SkippedFile]
    exit_code: ExitCode
    since: str | None = None
