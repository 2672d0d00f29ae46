"""`sweep --format csv`: the risk table for a spreadsheet."""

from __future__ import annotations

import csv
from io import StringIO
from typing import TYPE_CHECKING

from rollout_lint.report.common.style import printable
from rollout_lint.report.sweep.rows import HEADINGS, build_service_table, format_recipe_cells, sort_verdicts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rollout_lint.fleet.risk import RecipeAssessment

_FURTHER = ("service", "level", "date", "revision", "age in days", "stale", "rules", "because")
_FORMULA = ("=", "+", "-", "@")


def format_sweep_csv(assessments: list[RecipeAssessment]) -> str:
    """A row for each recipe, the worst first: the table's cells, then what its details say."""
    return _csv(
        [
            (*HEADINGS, *_FURTHER),
            *((*format_recipe_cells(each), *_further(each)) for each in sort_verdicts(assessments)),
        ]
    )


def format_services_csv(assessments: list[RecipeAssessment]) -> str:
    """A row for each service, the worst first."""
    table = build_service_table(assessments, unfold=True)
    rows = ((*row.cells, row.level, "\n".join(row.because)) for row in table.rows)
    return _csv([(*table.headings, "level", "because"), *rows])


def _further(assessment: RecipeAssessment) -> Iterator[str]:
    newest = assessment.recent_upgrade
    yield assessment.service or ""
    yield assessment.risk.level
    yield newest.result.date if newest else ""
    yield (newest.result.ref or "") if newest else ""
    yield "" if newest is None or newest.age is None else str(newest.age)
    yield (newest.stale_reason or "") if newest else ""
    yield " ".join(assessment.rules)
    yield "\n".join(assessment.risk.because)


def _csv(rows: Iterable[tuple[str, ...]]) -> str:
    output = StringIO()
    writer = csv.writer(output, lineterminator="\n")
    writer.writerows([_cell(cell) for cell in row] for row in rows)
    return output.getvalue()


def _cell(text: str) -> str:
    """A cell that a spreadsheet takes for text: one that looks like a formula is run where it is opened."""
    shown = "\n".join(printable(line) for line in text.split("\n"))
    return f"'{shown}" if shown.startswith(_FORMULA) else shown
