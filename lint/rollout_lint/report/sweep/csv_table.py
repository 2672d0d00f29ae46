"""`sweep --format csv`: risk table for spreadsheets."""

from __future__ import annotations

import csv
from io import StringIO
from typing import TYPE_CHECKING

from rollout_lint.printable import printable
from rollout_lint.report.sweep.rows import HEADINGS, build_service_table, format_recipe_cells, sort_assessments

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rollout_lint.fleet.risk import RecipeAssessment

_DETAIL_HEADINGS = ("service", "level", "date", "revision", "age_in_days", "stale", "rules", "because")
_NO_VALUE = "—"
"""Cell of the other formats for a missing value. It is empty here."""
_SEPARATOR = " | "
"""Separator of the reasons of a row."""

_FORMULA_STARTS = ("=", "+", "-", "@")


def format_sweep_csv(assessments: list[RecipeAssessment]) -> str:
    """Return a row per recipe, sorted by risk, with its cells and details."""
    return _write_rows(
        [
            (*_format_headings(HEADINGS), *_DETAIL_HEADINGS),
            *((*format_recipe_cells(each), *_list_details(each)) for each in sort_assessments(assessments)),
        ]
    )


def format_services_csv(assessments: list[RecipeAssessment]) -> str:
    """Return a row per service, sorted by risk."""
    table = build_service_table(assessments, unfold=True)
    rows = ((*row.cells, row.level, _SEPARATOR.join(row.because)) for row in table.rows)
    return _write_rows([(*_format_headings(table.headings), "level", "because"), *rows])


def _format_headings(headings: Iterable[str]) -> Iterator[str]:
    """Yield headings as column names, such as `upgrade_tests`."""
    return (heading.lower().replace(" ", "_") for heading in headings)


def _list_details(assessment: RecipeAssessment) -> Iterator[str]:
    newest = assessment.recent_upgrade
    yield assessment.service or ""
    yield assessment.risk.level
    yield newest.result.date if newest else ""
    yield (newest.result.ref or "") if newest else ""
    yield "" if newest is None or newest.age is None else str(newest.age)
    yield (newest.stale_reason or "") if newest else ""
    yield " ".join(assessment.rules)
    yield _SEPARATOR.join(assessment.risk.because)


def _write_rows(rows: Iterable[tuple[str, ...]]) -> str:
    output = StringIO()
    writer = csv.writer(output, lineterminator="\n")
    writer.writerows([_escape_cell(cell) for cell in row] for row in rows)
    return output.getvalue()


def _escape_cell(text: str) -> str:
    """Return text on one line that a spreadsheet does not evaluate as a formula."""
    escaped = "" if text == _NO_VALUE else printable(text)
    return f"'{escaped}" if escaped.startswith(_FORMULA_STARTS) else escaped
