"""`sweep` for people: the risk table in the terminal, the reasons below it."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
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


def sweep_text(rows: list[Row], verdicts: list[Verdict], style: Style, width: int) -> str:
    """The table fitted to `width` columns, and for each recipe that is not safe the reasons."""
    output = StringIO()
    console = Console(file=output, width=width, force_terminal=style.colour, no_color=not style.colour, highlight=False)
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for heading in HEADINGS:
        table.add_column(heading, overflow="fold", no_wrap=heading not in ("Recipe", "risk"))
    for row in rows:
        colour = _STYLES[row.level]
        table.add_row(*(Text(printable(cell)) for cell in row.cells[:-1]), Text(printable(row.cells[-1]), style=colour))
    console.print(table)
    for row in rows:
        if row.level not in _QUIET and row.because:
            console.print(Text(f"{printable(row.cells[0])}: {printable(row.cells[-1])}", style="bold"))
            for reason in row.because:
                console.print(Padding(Text(printable(reason)), (0, 0, 0, 2)))
    return output.getvalue() + _summary(verdicts)


def _summary(verdicts: list[Verdict]) -> str:
    counts: dict[str, int] = {}
    for verdict in sorted(verdicts, key=lambda each: each.rank):
        counts[verdict.risk.level] = counts.get(verdict.risk.level, 0) + 1
    told = ", ".join(f"{count} {level}" for level, count in counts.items())
    return f"\n{plural(len(verdicts), 'recipe')}: {told}.\n"
