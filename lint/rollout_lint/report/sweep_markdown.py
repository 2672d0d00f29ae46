"""`sweep --format markdown`: the risk table for an issue or a wiki."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rollout_lint.report.style import printable
from rollout_lint.report.sweep_rows import HEADINGS

if TYPE_CHECKING:
    from rollout_lint.report.sweep_rows import Row

_MARKUP = re.compile(r"[\\|<>`*\[\]]")


def sweep_markdown(rows: list[Row]) -> str:
    """A pipe table."""
    lines = [_line(HEADINGS), "|" + "---|" * len(HEADINGS), *(_line(row.cells) for row in rows)]
    return "\n".join(lines) + "\n"


def _line(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(_escape(cell) for cell in cells)} |"


def _escape(cell: str) -> str:
    return _MARKUP.sub(r"\\\g<0>", printable(cell))
