"""`sweep` for people: the reasons, and the risk table at the end of the terminal."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import Console
from rich.padding import Padding
from rich.table import Table as RichTable
from rich.text import Text

from rollout_lint.fleet.risk_level import RiskLevel
from rollout_lint.report.common.style import plural, printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rollout_lint.fleet.compare import Comparison
    from rollout_lint.fleet.risk import RecipeAssessment
    from rollout_lint.report.common.style import Style
    from rollout_lint.report.sweep.rows import Row, Table

_STYLES = {
    RiskLevel.NOT_EVALUATED: "bold magenta",
    RiskLevel.BLOCKED: "bold red",
    RiskLevel.FAILING: "bold red",
    RiskLevel.LATENT_HIGH: "bold red",
    RiskLevel.LATENT_MEDIUM: "bold yellow",
    RiskLevel.LATENT_LOW: "yellow",
    RiskLevel.LATENT_UNEXPOSED: "yellow",
    RiskLevel.MITIGATED: "cyan",
    RiskLevel.SAFE: "green",
    RiskLevel.NOT_AT_RISK: "dim",
}
_KINDS = {"worse": ("bold", "red"), "new": ("bold",), "changed": ("yellow",), "better": ("green",), "gone": ("dim",)}
_NAMED = 5
"""How many recipes with the same reasons are named."""

_GAP = 2


def format_sweep_text(
    table: Table, assessments: list[RecipeAssessment], comparison: Comparison | None, style: Style, width: int
) -> str:
    """The reasons for each row that is not safe, or has something silenced; then, where the eye is, the table in
    `width` columns.

    A terminal too narrow for its longest words gets the table as wide as they need, so that nothing is cut off. What
    changed since an earlier sweep comes last.
    """
    output = StringIO()
    shown = _table(table, width)
    console = Console(file=output, force_terminal=style.colour, no_color=not style.colour, highlight=False)
    console.width = max(width, _width(shown))
    for names, row in _told_once(table):
        console.print(Text(f"{printable(names)}: {printable(row.cells[-1])}", style="bold"))
        for reason in row.because:
            console.print(Padding(Text(printable(reason)), (0, 0, 0, 2), expand=False))
        console.print()
    console.print(shown)
    lines = [line.rstrip() for line in output.getvalue().splitlines()]
    return "\n".join([*lines, "", *_summary(assessments), *_changes(comparison, style)]) + "\n"


def _told_once(table: Table) -> Iterator[tuple[str, Row]]:
    """Each row with reasons to tell; those that say the same, as recipes with the same files do, told once."""
    alike: dict[tuple[str, ...], list[Row]] = {}
    for row in table.rows:
        if row.tells and row.because:
            alike.setdefault((row.cells[-1], *row.because), []).append(row)
    for same in alike.values():
        names = list(dict.fromkeys(" ".join(row.cells[: table.naming]) for row in same))
        more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED + 1 else ""
        yield ", ".join(names[:_NAMED] if more else names) + more, same[0]


def _table(table: Table, width: int) -> RichTable:
    """Every cell in one line where there is room; else the last columns first, none narrower than its longest word."""
    shown = RichTable(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    wanted = []
    for position, heading in enumerate(table.headings):
        cells = [heading, *(printable(row.cells[position]) for row in table.rows)]
        wanted.append(max(map(cell_len, cells)))
        shown.add_column(heading, overflow="fold", width=max(map(cell_len, " ".join(cells).split())))
    for column, most in zip(reversed(shown.columns), reversed(wanted), strict=True):
        least = column.width or 0
        column.width = least + max(0, min(most - least, width - _width(shown)))
    for row in table.rows:
        risk = Text(printable(row.cells[-1]), style=_STYLES[row.level])
        shown.add_row(*(Text(printable(cell)) for cell in row.cells[:-1]), risk)
    return shown


def _width(table: RichTable) -> int:
    return sum((column.width or 0) + _GAP for column in table.columns) - _GAP


def _summary(assessments: list[RecipeAssessment]) -> Iterator[str]:
    counts: dict[RiskLevel, int] = {}
    for assessment in sorted(assessments, key=lambda each: each.risk.level.rank):
        counts[assessment.risk.level] = counts.get(assessment.risk.level, 0) + 1
    told = ", ".join(f"{count} {level}" for level, count in counts.items())
    yield f"{plural(len(assessments), 'recipe')}: {told}."


def _changes(comparison: Comparison | None, style: Style) -> Iterator[str]:
    if comparison is None:
        return
    yield ""
    if not comparison.changes:
        yield f"Nothing has changed since {printable(comparison.since)}."
        return
    yield f"Since {printable(comparison.since)}:"
    width = max(len(change.kind) for change in comparison.changes)
    for change in comparison.changes:
        kind = style(change.kind.ljust(width), *_KINDS[change.kind])
        yield f"  {kind}  {printable(change.text)}"
