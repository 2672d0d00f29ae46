"""Rows of the risk table, one per recipe or service, for every format of `sweep`."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from rollout_lint.fleet.risk_level import RiskLevel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rollout_lint.fleet.result_age import AgedResult
    from rollout_lint.fleet.risk import RecipeAssessment
    from rollout_lint.fleet.service_risk import Risk, ServiceAssessment

HEADINGS = ("Recipe", "failure_action", "order", "ccci overlay", "upgrade tests", "recent upgrade", "risk")
SERVICE_HEADINGS = ("Recipe", "service", "failure_action", "order", "in CI", "risk")

_NOT_SET = "—"
_OUTCOMES = {"pass": "PASS", "fail": "FAIL", "rolled-back": "ROLLED BACK"}


@dataclass(frozen=True, slots=True)
class Row:
    """Row of the table, with the level and the reasons of the risk."""

    level: RiskLevel
    cells: tuple[str, ...]
    because: list[str] = field(default_factory=list)
    has_risk: bool = True
    """True if the reasons explain a risk, a suppressed finding, or a variant that was not evaluated."""


@dataclass(frozen=True, slots=True)
class Table:
    """Risk table, sorted by risk. The last column is the risk.

    The first `key_columns` columns identify a row.
    """

    headings: tuple[str, ...]
    rows: list[Row]
    key_columns: int = 1


def build_recipe_table(assessments: list[RecipeAssessment], unfold: bool) -> Table:
    """Return a row per recipe. Recipes that are not at risk share the last row, unless `unfold` is set."""
    ordered = sort_assessments(assessments)
    rows = [_build_recipe_row(assessment) for assessment in ordered if unfold or not _is_folded(assessment.risk)]
    folded = [assessment for assessment in ordered if not unfold and _is_folded(assessment.risk)]
    if folded:
        rows.append(
            Row(RiskLevel.NOT_AT_RISK, ("all others", _list_actions(folded), *[_NOT_SET] * 4, _describe_folded(folded)))
        )
    return Table(HEADINGS, rows)


def with_service_column(table: Table, assessments: list[RecipeAssessment]) -> Table:
    """Return the table of recipes with a column for the service that a row is about, if it is one of several."""
    names = {each.recipe: each.service for each in assessments if each.service and _has_several_services(each)}
    if not names:
        return table
    name, *headings = table.headings
    rows = [replace(row, cells=(row.cells[0], names.get(row.cells[0], _NOT_SET), *row.cells[1:])) for row in table.rows]
    return Table((name, "service", *headings), rows, table.key_columns)


def _has_several_services(assessment: RecipeAssessment) -> bool:
    return sum(service.service is not None for service in assessment.services) > 1


def build_service_table(assessments: list[RecipeAssessment], unfold: bool) -> Table:
    """Return a row per service, and per recipe that was not or only partly evaluated or whose upgrade failed.

    Services that are not at risk share the last row, unless `unfold` is set.
    """
    rows = []
    folded: list[ServiceAssessment] = []
    for assessment in assessments:
        risk = assessment.risk
        if risk.level in (RiskLevel.NOT_EVALUATED, RiskLevel.FAILING) or risk.is_partly_known:
            cells = (assessment.recipe, _NOT_SET, _NOT_SET, _NOT_SET, _NOT_SET, risk.text)
            rows.append((risk.level.rank, assessment.recipe, Row(risk.level, cells, risk.because)))
        for service in assessment.services:
            if _is_folded(service.risk) and not unfold:
                folded.append(service)
            else:
                rows.append((service.risk.level.rank, assessment.recipe, _build_service_row(assessment, service)))
    ordered = [row for _, _, row in sorted(rows, key=lambda each: each[:2])]
    if folded:
        cells = ("all others", _NOT_SET, _list_actions(folded), _NOT_SET, _NOT_SET, _describe_folded(folded))
        ordered.append(Row(RiskLevel.NOT_AT_RISK, cells))
    return Table(SERVICE_HEADINGS, ordered, key_columns=2)


def sort_assessments(assessments: list[RecipeAssessment]) -> list[RecipeAssessment]:
    """Return assessments sorted by level and recipe name."""
    return sorted(assessments, key=lambda assessment: (assessment.risk.level.rank, assessment.recipe))


def format_recipe_cells(assessment: RecipeAssessment) -> tuple[str, ...]:
    """Return the cells of a recipe, one per heading."""
    return (
        assessment.recipe,
        assessment.failure_action or _NOT_SET,
        assessment.order or _NOT_SET,
        _format_overlay(assessment),
        _format_tests(assessment),
        _format_upgrade(assessment),
        _format_risk(assessment.risk),
    )


def format_age_cell(assessment: RecipeAssessment) -> str:
    """Return the age of the newest upgrade result in days."""
    newest = assessment.recent_upgrade
    return _NOT_SET if newest is None or newest.age is None else f"{newest.age} d"


def _build_recipe_row(assessment: RecipeAssessment) -> Row:
    return Row(
        assessment.risk.level, format_recipe_cells(assessment), assessment.risk.because, _has_risk(assessment.risk)
    )


def _is_folded(risk: Risk) -> bool:
    """Return True if the row is folded. A risk that is only suppressed or only partly known keeps its row."""
    return risk.level is RiskLevel.NOT_AT_RISK and not _has_risk(risk)


def _has_risk(risk: Risk) -> bool:
    return not risk.level.is_without_risk or bool(risk.suppressed) or risk.is_partly_known


def _format_risk(risk: Risk) -> str:
    return "SAFE" if risk.text == "safe" else risk.text


def _build_service_row(assessment: RecipeAssessment, service: ServiceAssessment) -> Row:
    cells = (
        assessment.recipe,
        service.service or "(the stack)",
        service.failure_action or _NOT_SET,
        service.order or _NOT_SET,
        ", ".join(f"{key}: {value}" for key, value in service.ci_overrides.items()) or _NOT_SET,
        _format_risk(service.risk),
    )
    return Row(service.risk.level, cells, service.risk.because, _has_risk(service.risk))


def _describe_folded(folded: Sequence[RecipeAssessment | ServiceAssessment]) -> str:
    """Return the common risk text of the folded rows, or a summary of different texts."""
    texts = {each.risk.text for each in folded}
    return texts.pop() if len(texts) == 1 else "not at risk; some only partly evaluated"


def _list_actions(folded: Sequence[RecipeAssessment | ServiceAssessment]) -> str:
    actions = sorted({each.failure_action for each in folded if each.failure_action})
    return ", ".join((*actions, "none or absent"))


def _format_overlay(assessment: RecipeAssessment) -> str:
    if assessment.overlay is None:
        return "no"
    return "YES (fixed)" if assessment.risk.level is RiskLevel.MITIGATED else "yes"


def _format_tests(assessment: RecipeAssessment) -> str:
    if assessment.upgrade_tests is None:
        return "unknown"
    if assessment.upgrade_tests:
        return "yes"
    is_known_risk = assessment.risk.level.is_at_risk and assessment.risk.level is not RiskLevel.NOT_EVALUATED
    return "NO tests" if is_known_risk else "no"


def _format_upgrade(assessment: RecipeAssessment) -> str:
    """Return the newest upgrade result. A pass after a failure is FIXED only if the policy was fixed too.

    The policy of a variant that could not be evaluated is unknown.
    """
    newest = assessment.recent_upgrade
    if newest is None:
        return _format_missing_upgrade(assessment)
    is_at_risk = assessment.risk.level.is_at_risk or assessment.risk.is_partly_known
    is_fixed = assessment.failed_before is not None and not is_at_risk
    level = "" if newest.result.level is None else f" L{newest.result.level}"
    before = f"was {_format_outcome(assessment.failed_before)}" if assessment.failed_before and not is_fixed else ""
    notes = ", ".join(filter(None, [before, "stale" if newest.stale_reason else ""]))
    return f"{'FIXED' if is_fixed else _format_outcome(newest) + level}{f' ({notes})' if notes else ''}"


def _format_missing_upgrade(assessment: RecipeAssessment) -> str:
    """Return the cell of a recipe without an upgrade result. A level alone does not prove an upgrade."""
    if assessment.upgrade_tests is False:
        return "n/a"
    level = next((each.result.level for each in reversed(assessment.results) if each.result.level is not None), None)
    return "unknown" if level is None else f"unknown (only L{level})"


def _format_outcome(seen: AgedResult) -> str:
    return _OUTCOMES[seen.result.upgrade or ""]
