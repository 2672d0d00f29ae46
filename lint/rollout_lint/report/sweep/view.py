"""What the page of a sweep shows of one recipe, worked out before any markup."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rollout_lint.fleet.risk_level import RiskLevel
from rollout_lint.report.sweep.descriptions import LEVEL_DESCRIPTIONS, describe_next_update, outcome
from rollout_lint.report.sweep.rows import HEADINGS, Row, Table, age, format_recipe_cells

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rollout_lint.fleet.risk import RecipeAssessment


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of the table: its heading, what kind of column that is, its words."""

    heading: str
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Result:
    """An upgrade of the document, with what the results around it say of it; `tone` is good, bad or unknown."""

    shown: dict[str, Any]
    outcome: str
    tone: str
    remark: str | None


@dataclass(frozen=True, slots=True)
class Change:
    """A value of the policy that a CI overlay changes, as the document has it; None before is what no file states."""

    path: str
    before: dict[str, Any] | None
    after: dict[str, Any]


@dataclass(frozen=True, slots=True)
class OverlayChanges:
    """What one CI variant changes in the policy of a service."""

    files: list[str]
    changes: list[Change]


@dataclass(frozen=True, slots=True)
class Service:
    """A service that has something to show."""

    shown: dict[str, Any]
    overlaid: list[OverlayChanges]


@dataclass(frozen=True, slots=True)
class RecipeView:
    """A recipe of the page; `number` counts from 1 in the page's order, `words` is what the filter looks at besides."""

    number: int
    recipe: dict[str, Any]
    cells: list[Cell]
    lead: str
    words: str
    results: list[Result]
    services: list[Service]
    silent: list[str]

    @property
    def level(self) -> RiskLevel:
        """The level of its risk."""
        return RiskLevel(self.recipe["risk"]["level"])

    @property
    def mark(self) -> str:
        """The sign of that level."""
        return LEVEL_DESCRIPTIONS[self.level].mark

    @property
    def rank(self) -> int:
        """The position of the level, 0 for the worst."""
        return self.level.rank

    @property
    def age(self) -> int | None:
        """The days since the newest result, None where there is none or it has no date."""
        recent = self.recipe["recent_upgrade"]
        age: int | None = recent["age"] if recent else None
        return age


def build_page_table(assessments: list[RecipeAssessment]) -> Table:
    """The terminal's table with the age before the risk, and a row for each verdict, in their order."""
    headings = (*HEADINGS[:-1], "age", HEADINGS[-1])
    return Table(headings, [_row(assessment) for assessment in assessments])


def sort_rows(rows: list[Row]) -> list[int]:
    """The positions of the rows by their level, then by the recipe's name."""
    return sorted(range(len(rows)), key=lambda position: (rows[position].level.rank, rows[position].cells[0]))


def column_kinds(headings: tuple[str, ...]) -> list[str]:
    """How each column is set and sorted: `name`, the first; `risk`, the last; `age`; else `word`."""
    between = ["age" if heading == "age" else "word" for heading in headings[1:-1]]
    return ["name", *between, "risk"]


def build_recipe_view(number: int, recipe: dict[str, Any], cells: list[Cell], rules: dict[str, Any]) -> RecipeView:
    """The recipe of the page with this number; `rules` are the document's."""
    speaking = [service for service in recipe["services"] if service["policy"] or service["findings"]]
    return RecipeView(
        number=number,
        recipe=recipe,
        cells=cells,
        lead=describe_next_update(recipe, rules),
        words=" ".join(_words(recipe)),
        results=_results(recipe["evidence"]),
        services=[Service(service, _overlaid(service, recipe["variants"])) for service in speaking],
        silent=[service["service"] for service in recipe["services"] if service not in speaking and service["service"]],
    )


def _row(assessment: RecipeAssessment) -> Row:
    *words, risk = format_recipe_cells(assessment)
    return Row(assessment.risk.level, (*words, age(assessment), risk), assessment.risk.because)


def _words(recipe: dict[str, Any]) -> Iterator[str]:
    yield from recipe["rules"]
    yield from filter(None, (recipe["role"], recipe["note"], recipe["service"]))
    yield from (service["service"] for service in recipe["services"] if service["service"])


def _results(evidence: list[dict[str, Any]]) -> list[Result]:
    passed = {each["ref"] for each in evidence if each["result"] == "pass" and each["ref"]}
    found = []
    later_pass = False
    for each in evidence:
        went_wrong = each["result"] not in ("pass", None)
        found.append(Result(each, outcome(each["result"]), _tone(each), _remark(each, passed, went_wrong, later_pass)))
        later_pass = later_pass or each["result"] == "pass"
    return found


def _tone(result: dict[str, Any]) -> str:
    if result["result"] is None:
        return "unknown"
    return "good" if result["result"] == "pass" else "bad"


def _remark(result: dict[str, Any], passed: set[str], went_wrong: bool, later_pass: bool) -> str | None:
    """A failure that a pass follows is a repair or chance; of one and the same revision it is chance."""
    if went_wrong and result["ref"] in passed:
        return "intermittent: the same revision passed too"
    return "a later one passed: repaired, or intermittent" if went_wrong and later_pass else None


def _overlaid(service: dict[str, Any], variants: list[dict[str, Any]]) -> list[OverlayChanges]:
    if not service["policy"]:
        return []
    first = next(variant for variant in variants if variant["name"] in service["variants"])
    return [
        OverlayChanges(
            [file for file in variant["files"] if file not in first["files"]],
            [
                Change(path, values.get(first["name"]), values[variant["name"]])
                for path, values in service["policy"].items()
                if variant["name"] in values
            ],
        )
        for variant in variants
        if variant["ci"] and variant is not first
    ]
