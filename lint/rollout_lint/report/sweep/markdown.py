"""`sweep --format markdown`: risk table for an issue or a wiki."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rollout_lint.report.common.style import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rollout_lint.fleet.compare import Comparison
    from rollout_lint.report.sweep.rows import Table

_MARKUP = re.compile(r"[\\|<>`*\[\]]")


def format_sweep_markdown(table: Table, comparison: Comparison | None) -> str:
    """Return the risk table and the changes since an earlier sweep."""
    rule = "|" + "---|" * len(table.headings)
    lines = [
        _format_row(table.headings),
        rule,
        *(_format_row(row.cells) for row in table.rows),
        *_format_changes(comparison),
    ]
    return "\n".join(lines) + "\n"


def _format_changes(comparison: Comparison | None) -> Iterator[str]:
    if comparison is None:
        return
    yield ""
    if not comparison.changes:
        yield f"Nothing has changed since {_escape(comparison.since)}."
        return
    yield f"Since {_escape(comparison.since)}:"
    yield ""
    for change in comparison.changes:
        yield f"- **{change.kind}** {_escape(change.text)}"


def _format_row(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(_escape(cell) for cell in cells)} |"


def _escape(cell: str) -> str:
    return _MARKUP.sub(r"\\\g<0>", printable(cell))
