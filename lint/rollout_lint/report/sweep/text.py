"""`sweep --format text`: risk table, then the reasons of each risk."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from rollout_lint.fleet.risk_level import RiskLevel
from rollout_lint.printable import printable
from rollout_lint.record import Record
from rollout_lint.report.common.notes import wrap_text
from rollout_lint.report.common.skipped import count_skipped, describe_unchecked, format_skipped
from rollout_lint.report.common.style import plural
from rollout_lint.report.sweep.port_text import HEADING, list_port_conflicts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rollout_lint.discovery.skipped import SkippedFile
    from rollout_lint.fleet.compare import Comparison
    from rollout_lint.fleet.published_ports import PortConflict
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
_MAX_NAMES = 5
"""Maximum number of named recipes with the same reasons."""

_GAP = 2


class SweepReport(Record):
    """Result of a sweep to print. `outcome` says why the command exits with its code."""

    assessments: list[RecipeAssessment]
    comparison: Comparison | None = None
    skipped: Sequence[SkippedFile] = ()
    outcome: str = ""
    port_conflicts: Sequence[PortConflict] = ()


class TextOptions(Record):
    """Options of the text: the table alone if it is `brief`, and every skipped file with `list_skipped`."""

    style: Style
    width: int
    list_skipped: bool = False
    brief: bool = False


def format_sweep_text(table: Table, report: SweepReport, options: TextOptions) -> str:
    """Return the table, the reasons of each row that has a risk or a suppressed finding, skipped files and changes.

    The table takes the width of the options, or more if its longest words need them, so no word is cut.
    """
    output = StringIO()
    rich_table = _build_table(table, options.width)
    colour = options.style.colour
    console = Console(file=output, force_terminal=colour, no_color=not colour, highlight=False)
    console.width = max(options.width, _table_width(rich_table))
    console.print(rich_table)
    lines = [line.rstrip() for line in output.getvalue().splitlines()]
    for names, row in () if options.brief else _group_reasons(table):
        head = wrap_text(f"{printable(names)}: {printable(row.cells[-1])}", console.width)
        lines += ["", *(options.style(line, "bold") for line in head)]
        lines += [line for reason in row.because for line in wrap_text(printable(reason), console.width, "  ", "  ")]
    if report.port_conflicts:
        lines += ["", options.style(f"{HEADING}:", "bold")]
        for conflict in list_port_conflicts(report.port_conflicts):
            lines += wrap_text(printable(conflict), console.width, "  ", "  ")
    if report.skipped:
        lines += ["", *_format_skipped(report.skipped, options)]
    lines += ["", _format_summary(report), *_format_changes(report.comparison, options.style)]
    return "\n".join(lines) + "\n"


def _format_skipped(skipped: Sequence[SkippedFile], options: TextOptions) -> list[str]:
    if options.brief and not options.list_skipped:
        return [printable(count_skipped(skipped))]
    return format_skipped(skipped, options.style, options.list_skipped)


def _group_reasons(table: Table) -> Iterator[tuple[str, Row]]:
    """Yield the names and one row of each group of rows with the same risk and reasons."""
    groups: dict[tuple[str, ...], list[Row]] = {}
    for row in table.rows:
        if row.has_risk and row.because:
            groups.setdefault((row.cells[-1], *row.because), []).append(row)
    for rows in groups.values():
        names = list(dict.fromkeys(" ".join(row.cells[: table.key_columns]) for row in rows))
        more = f" and {len(names) - _MAX_NAMES} more" if len(names) > _MAX_NAMES + 1 else ""
        yield ", ".join(names[:_MAX_NAMES] if more else names) + more, rows[0]


def _build_table(table: Table, width: int) -> RichTable:
    """Return the table with as few wrapped cells as possible.

    A column is at least as wide as its longest word. The remaining width goes to the last columns first.
    """
    rich_table = RichTable(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    full_widths = []
    for position, heading in enumerate(table.headings):
        cells = [heading, *(printable(row.cells[position]) for row in table.rows)]
        full_widths.append(max(map(cell_len, cells)))
        rich_table.add_column(heading, overflow="fold", width=max(map(cell_len, " ".join(cells).split())))
    for column, full_width in zip(reversed(rich_table.columns), reversed(full_widths), strict=True):
        minimum = column.width or 0
        column.width = minimum + max(0, min(full_width - minimum, width - _table_width(rich_table)))
    for row in table.rows:
        risk = Text(printable(row.cells[-1]), style=_STYLES[row.level])
        rich_table.add_row(*(Text(printable(cell)) for cell in row.cells[:-1]), risk)
    return rich_table


def _table_width(table: RichTable) -> int:
    return sum((column.width or 0) + _GAP for column in table.columns) - _GAP


def _format_summary(report: SweepReport) -> str:
    if not report.assessments and report.skipped:
        return f"{describe_unchecked(report.skipped)} {report.outcome}".rstrip()
    counts: dict[RiskLevel, int] = {}
    for assessment in sorted(report.assessments, key=lambda each: each.risk.level.rank):
        counts[assessment.risk.level] = counts.get(assessment.risk.level, 0) + 1
    partly = sum(assessment.risk.is_partly_known for assessment in report.assessments)
    suffix = f"; {partly} only partly evaluated" if partly else ""
    levels = ", ".join(f"{count} {level}" for level, count in counts.items())
    return f"{plural(len(report.assessments), 'recipe')}: {levels}{suffix}. {report.outcome}".rstrip()


def _format_changes(comparison: Comparison | None, style: Style) -> Iterator[str]:
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
