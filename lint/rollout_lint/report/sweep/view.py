"""View model of a recipe for the HTML page of a sweep."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rollout_lint.fleet.risk_level import RiskLevel
from rollout_lint.report.sweep.descriptions import (
    LEVEL_DESCRIPTIONS,
    describe_cause,
    describe_next_update,
    describe_outcome,
)
from rollout_lint.report.sweep.rows import HEADINGS, Row, Table, format_age_cell, format_recipe_cells
from rollout_lint.report.sweep.service_view import ServiceView, build_service_views

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rollout_lint.fleet.risk import RecipeAssessment


@dataclass(frozen=True, slots=True)
class Cell:
    """Cell of the table, with the heading and the kind of its column."""

    heading: str
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Result:
    """Upgrade result, with a remark from the results before and after it. `tone` is good, bad or unknown."""

    upgrade: dict[str, Any]
    outcome: str
    tone: str
    remark: str | None


@dataclass(frozen=True, slots=True)
class RecipeView:
    """Recipe of the page. `number` counts from 1 in page order; the filter also searches in `words`.

    `lead` is what the next update does, `cause` why the recipe needs attention, in one sentence.
    """

    number: int
    recipe: dict[str, Any]
    cells: list[Cell]
    lead: str
    cause: str
    words: str
    results: list[Result]
    services: list[ServiceView]
    other_services: list[str]

    @property
    def level(self) -> RiskLevel:
        """Risk level."""
        return RiskLevel(self.recipe["risk"]["level"])

    @property
    def mark(self) -> str:
        """Mark of the risk level."""
        return LEVEL_DESCRIPTIONS[self.level].mark

    @property
    def rank(self) -> int:
        """Position of the risk level; 0 is the worst."""
        return self.level.rank

    @property
    def age(self) -> int | None:
        """Days since the newest result, or None if there is no dated result."""
        recent = self.recipe["recent_upgrade"]
        age: int | None = recent["age"] if recent else None
        return age


def build_page_table(assessments: list[RecipeAssessment]) -> Table:
    """Return the risk table with an age column and a row per assessment, in the given order."""
    headings = (*HEADINGS[:-1], "age", HEADINGS[-1])
    return Table(headings, [_build_row(assessment) for assessment in assessments])


def sort_rows(rows: list[Row]) -> list[int]:
    """Return the positions of the rows sorted by level and recipe name."""
    return sorted(range(len(rows)), key=lambda position: (rows[position].level.rank, rows[position].cells[0]))


def column_kinds(headings: tuple[str, ...]) -> list[str]:
    """Return the kind of each column: `name` (first), `risk` (last), `age` or `word`."""
    between = ["age" if heading == "age" else "word" for heading in headings[1:-1]]
    return ["name", *between, "risk"]


def build_recipe_view(number: int, recipe: dict[str, Any], cells: list[Cell], rules: dict[str, Any]) -> RecipeView:
    """Return the view of a recipe. `rules` are those of the document."""
    detailed = build_service_views(recipe)
    named = [view.service["service"] for view in detailed]
    return RecipeView(
        number=number,
        recipe=recipe,
        cells=cells,
        lead=describe_next_update(recipe, rules),
        cause=describe_cause(recipe),
        words=" ".join(_search_words(recipe)),
        results=_build_results(recipe["evidence"]),
        services=detailed,
        other_services=[
            each["service"] for each in recipe["services"] if each["service"] and each["service"] not in named
        ],
    )


def _build_row(assessment: RecipeAssessment) -> Row:
    *words, risk = format_recipe_cells(assessment)
    return Row(assessment.risk.level, (*words, format_age_cell(assessment), risk), assessment.risk.because)


def _search_words(recipe: dict[str, Any]) -> Iterator[str]:
    yield from recipe["rules"]
    yield from filter(None, (recipe["role"], recipe["note"], recipe["service"]))
    yield from (service["service"] for service in recipe["services"] if service["service"])


def _build_results(evidence: list[dict[str, Any]]) -> list[Result]:
    passed = {each["ref"] for each in evidence if each["result"] == "pass" and each["ref"]}
    results = []
    has_later_pass = False
    for each in evidence:
        remark = _describe_failure(each, passed, has_later_pass)
        results.append(Result(each, describe_outcome(each["result"]), _tone(each), remark))
        has_later_pass = has_later_pass or each["result"] == "pass"
    return results


def _tone(result: dict[str, Any]) -> str:
    if result["result"] is None:
        return "unknown"
    return "good" if result["result"] == "pass" else "bad"


def _describe_failure(result: dict[str, Any], passed: set[str], has_later_pass: bool) -> str | None:
    """Return a remark on a failure if its revision also passed, or a later upgrade passed."""
    if result["result"] in ("pass", None):
        return None
    if result["ref"] in passed:
        return "intermittent: the same revision passed too"
    return "a later upgrade passed: fixed, or intermittent" if has_later_pass else None
