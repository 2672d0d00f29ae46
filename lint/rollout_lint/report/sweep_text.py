"""`sweep` for people: the reasons, and the risk table at the end of the terminal."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from rollout_lint.report.style import plural, printable
from rollout_lint.report.sweep_rows import HEADINGS

if TYPE_CHECKING:
    from rollout_lint.report.style import Style
    from rollout_lint.report.sweep_rows import Row
    from rollout_lint.verdict import Verdict

_STYLES = {
    "not-evaluated": "bold magenta",
    "blocked": "bold red",
    "failing": "bold red",
    "latent-high": "bold red",
    "latent-medium": "bold yellow",
    "latent-low": "yellow",
    "latent-unexposed": "yellow",
    "mitigated": "cyan",
    "safe": "green",
    "not-at-risk": "dim",
}
_QUIET = ("safe", "not-at-risk")
_GAP = 2


def sweep_text(rows: list[Row], verdicts: list[Verdict], style: Style, width: int) -> str:
    """The reasons for each recipe that is not safe; then, where the eye is, the table fitted to `width` columns.

    A terminal too narrow for its longest words gets the table as wide as they need, so that nothing is cut off.
    """
    output = StringIO()
    table = _table(rows, width)
    console = Console(file=output, force_terminal=style.colour, no_color=not style.colour, highlight=False)
    console.width = max(width, _width(table))
    for row in rows:
        if row.level not in _QUIET and row.because:
            console.print(Text(f"{printable(row.cells[0])}: {printable(row.cells[-1])}", style="bold"))
            for reason in row.because:
                console.print(Padding(Text(printable(reason)), (0, 0, 0, 2), expand=False))
            console.print()
    console.print(table)
    lines = (line.rstrip() for line in output.getvalue().splitlines())
    return "\n".join(lines) + "\n" + _summary(verdicts)


def _table(rows: list[Row], width: int) -> Table:
    """Every cell in one line where there is room; else the last columns first, none narrower than its longest word."""
    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    wanted = []
    for position, heading in enumerate(HEADINGS):
        cells = [heading, *(printable(row.cells[position]) for row in rows)]
        wanted.append(max(map(cell_len, cells)))
        table.add_column(heading, overflow="fold", width=max(map(cell_len, " ".join(cells).split())))
    for column, most in zip(reversed(table.columns), reversed(wanted), strict=True):
        least = column.width or 0
        column.width = least + max(0, min(most - least, width - _width(table)))
    for row in rows:
        risk = Text(printable(row.cells[-1]), style=_STYLES[row.level])
        table.add_row(*(Text(printable(cell)) for cell in row.cells[:-1]), risk)
    return table


def _width(table: Table) -> int:
    return sum((column.width or 0) + _GAP for column in table.columns) - _GAP


def _summary(verdicts: list[Verdict]) -> str:
    counts: dict[str, int] = {}
    for verdict in sorted(verdicts, key=lambda each: each.rank):
        counts[verdict.risk.level] = counts.get(verdict.risk.level, 0) + 1
    told = ", ".join(f"{count} {level}" for level, count in counts.items())
    return f"\n{plural(len(verdicts), 'recipe')}: {told}.\n"
