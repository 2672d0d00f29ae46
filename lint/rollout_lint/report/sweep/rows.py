"""The cells of the risk table, one row a recipe or a service, which every format of `sweep` shows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rollout_lint.fleet.risk_level import RiskLevel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rollout_lint.fleet.result_age import AgedResult
    from rollout_lint.fleet.risk import RecipeAssessment, Risk, ServiceAssessment

HEADINGS = ("Recipe", "failure_action", "order", "ccci overlay", "upgrade tests", "recent upgrade", "risk")
SERVICE_HEADINGS = ("Recipe", "service", "failure_action", "order", "in CI", "risk")

_NOT_SET = "—"
_SHORT = {"pass": "PASS", "fail": "FAIL", "rolled-back": "ROLLED BACK"}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table; `level` is the risk's, `because` its reasons."""

    level: RiskLevel
    cells: tuple[str, ...]
    because: list[str] = field(default_factory=list)
    tells: bool = True
    """Whether the reasons are more than that there is no risk."""


@dataclass(frozen=True, slots=True)
class Table:
    """The risk table: its headings, and its rows with the worst first. The last column is the risk.

    `naming` is how many of the first columns it takes to name a row.
    """

    headings: tuple[str, ...]
    rows: list[Row]
    naming: int = 1


def build_recipe_table(assessments: list[RecipeAssessment], unfold: bool) -> Table:
    """A row for each recipe; those not at risk in one at the end, unless unfolded."""
    ordered = sort_verdicts(assessments)
    rows = [_recipe_row(assessment) for assessment in ordered if unfold or not _is_folded(assessment.risk)]
    folded = [assessment for assessment in ordered if not unfold and _is_folded(assessment.risk)]
    if folded:
        rows.append(Row(RiskLevel.NOT_AT_RISK, ("all others", _actions(folded), *[_NOT_SET] * 4, _of_folded(folded))))
    return Table(HEADINGS, rows)


def build_service_table(assessments: list[RecipeAssessment], unfold: bool) -> Table:
    """A row for each service, and for each recipe that was not evaluated or whose upgrade failed; those not at risk as
    above.
    """
    rows = []
    folded: list[ServiceAssessment] = []
    for assessment in assessments:
        if assessment.risk.level in (RiskLevel.NOT_EVALUATED, RiskLevel.FAILING):
            cells = (assessment.recipe, _NOT_SET, _NOT_SET, _NOT_SET, _NOT_SET, assessment.risk.text)
            rows.append(
                (
                    assessment.risk.level.rank,
                    assessment.recipe,
                    Row(assessment.risk.level, cells, assessment.risk.because),
                )
            )
        for service in assessment.services:
            if _is_folded(service.risk) and not unfold:
                folded.append(service)
            else:
                rows.append((service.risk.level.rank, assessment.recipe, _service_row(assessment, service)))
    ordered = [row for _, _, row in sorted(rows, key=lambda each: each[:2])]
    if folded:
        cells = ("all others", _NOT_SET, _actions(folded), _NOT_SET, _NOT_SET, _of_folded(folded))
        ordered.append(Row(RiskLevel.NOT_AT_RISK, cells))
    return Table(SERVICE_HEADINGS, ordered, naming=2)


def sort_verdicts(assessments: list[RecipeAssessment]) -> list[RecipeAssessment]:
    """By level, then by name."""
    return sorted(assessments, key=lambda assessment: (assessment.risk.level.rank, assessment.recipe))


def format_recipe_cells(assessment: RecipeAssessment) -> tuple[str, ...]:
    """The words of a recipe's row, one for each of HEADINGS."""
    return (
        assessment.recipe,
        assessment.failure_action or _NOT_SET,
        assessment.order or _NOT_SET,
        _overlay(assessment),
        _tests(assessment),
        _upgrade(assessment),
        _told(assessment.risk),
    )


def age(assessment: RecipeAssessment) -> str:
    """How old the newest upgrade's result is, in days."""
    newest = assessment.recent_upgrade
    return _NOT_SET if newest is None or newest.age is None else f"{newest.age} d"


def _recipe_row(assessment: RecipeAssessment) -> Row:
    return Row(
        assessment.risk.level, format_recipe_cells(assessment), assessment.risk.because, not _is_quiet(assessment.risk)
    )


def _is_folded(risk: Risk) -> bool:
    """One that is not at risk since somebody has silenced what was found is told."""
    return risk.level is RiskLevel.NOT_AT_RISK and _is_quiet(risk)


def _is_quiet(risk: Risk) -> bool:
    return risk.level.is_without_risk and not risk.suppressed


def _told(risk: Risk) -> str:
    return "SAFE" if risk.text == "safe" else risk.text


def _service_row(assessment: RecipeAssessment, service: ServiceAssessment) -> Row:
    cells = (
        assessment.recipe,
        service.service or "(the stack)",
        service.failure_action or _NOT_SET,
        service.order or _NOT_SET,
        ", ".join(f"{key}: {value}" for key, value in service.ci_overrides.items()) or _NOT_SET,
        _told(service.risk),
    )
    return Row(service.risk.level, cells, service.risk.because, not _is_quiet(service.risk))


def _of_folded(folded: Sequence[RecipeAssessment | ServiceAssessment]) -> str:
    """What is said of all of them, where the same is."""
    texts = {each.risk.text for each in folded}
    return texts.pop() if len(texts) == 1 else "not at risk; of some not everything judged"


def _actions(folded: Sequence[RecipeAssessment | ServiceAssessment]) -> str:
    actions = sorted({each.failure_action for each in folded if each.failure_action})
    return f"{', '.join(actions)}, none or absent" if actions else "none or absent"


def _overlay(assessment: RecipeAssessment) -> str:
    if assessment.overlay is None:
        return "no"
    return "YES (fixed)" if assessment.risk.level is RiskLevel.MITIGATED else "yes"


def _tests(assessment: RecipeAssessment) -> str:
    if assessment.upgrade_tests is None:
        return "unknown"
    if assessment.upgrade_tests:
        return "yes"
    is_known_risk = assessment.risk.level.is_at_risk and assessment.risk.level is not RiskLevel.NOT_EVALUATED
    return "NO tests" if is_known_risk else "no"


def _upgrade(assessment: RecipeAssessment) -> str:
    """A pass after a failure is a repair only where the policy was repaired too; else the failure may come back."""
    newest = assessment.recent_upgrade
    if newest is None:
        return _without_upgrade(assessment)
    repaired = assessment.failed_before is not None and not assessment.risk.level.is_at_risk
    level = "" if newest.result.level is None else f" L{newest.result.level}"
    before = f"was {_short(assessment.failed_before)}" if assessment.failed_before and not repaired else ""
    notes = ", ".join(filter(None, [before, "stale" if newest.stale_reason else ""]))
    return f"{'FIXED' if repaired else _short(newest) + level}{f' ({notes})' if notes else ''}"


def _without_upgrade(assessment: RecipeAssessment) -> str:
    """A level alone proves no upgrade."""
    if assessment.upgrade_tests is False:
        return "n/a"
    level = next((each.result.level for each in reversed(assessment.results) if each.result.level is not None), None)
    return "unknown" if level is None else f"unknown (only L{level})"


def _short(seen: AgedResult) -> str:
    return _SHORT[seen.result.upgrade or ""]
