"""`sweep --format markdown`: risk table for an issue or a wiki."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rollout_lint.report.common.markdown import escape_markdown, format_skipped_section
from rollout_lint.report.sweep.port_text import HEADING, list_port_conflicts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rollout_lint.discovery.skipped import SkippedFile
    from rollout_lint.fleet.compare import Comparison
    from rollout_lint.fleet.published_ports import PortConflict
    from rollout_lint.report.sweep.rows import Table


def format_sweep_markdown(
    table: Table,
    comparison: Comparison | None,
    skipped: Sequence[SkippedFile] = (),
    port_conflicts: Sequence[PortConflict] = (),
) -> str:
    """Return the risk table, ports of several recipes, the skipped files and the changes since an earlier sweep."""
    rule = "|" + "---|" * len(table.headings)
    lines = [
        _format_row(table.headings),
        rule,
        *(_format_row(row.cells) for row in table.rows),
        *_format_port_conflicts(port_conflicts),
        *format_skipped_section(skipped),
        *_format_changes(comparison),
    ]
    return "\n".join(lines) + "\n"


def _format_port_conflicts(conflicts: Sequence[PortConflict]) -> Iterator[str]:
    if conflicts:
        yield from ("", f"### {HEADING}", "")
        yield from (f"- {escape_markdown(each)}" for each in list_port_conflicts(conflicts))


def _format_changes(comparison: Comparison | None) -> Iterator[str]:
    if comparison is None:
        return
    yield ""
    if not comparison.changes:
        yield f"Nothing has changed since {escape_markdown(comparison.since)}."
        return
    yield f"Since {escape_markdown(comparison.since)}:"
    yield ""
    for change in comparison.changes:
        yield f"- **{change.kind}** {escape_markdown(change.text)}"


def _format_row(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(escape_markdown(cell) for cell in cells)} |"
