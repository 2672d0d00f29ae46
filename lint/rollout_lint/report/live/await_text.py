"""`await` for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rollout_lint.live.result import format_convergence
from rollout_lint.report.common.style import Style, printable

if TYPE_CHECKING:
    from rollout_lint.live import Convergence


def format_await_text(convergence: Convergence, style: Style) -> str:
    """Every service, the way there and its failed tasks where it did not converge, and the sum."""
    good = {result.name: result.ok for result in convergence.results}
    lines = [printable(line) for line in format_convergence(convergence)]
    return "".join(f"{_coloured(line, good, style)}\n" for line in lines)


def _coloured(line: str, good: dict[str, bool], style: Style) -> str:
    name, gap, verdict = line.partition("  ")
    if not gap or name not in good:
        return line
    return f"{style(name, 'bold')}{gap}{style(verdict, 'green' if good[name] else 'red')}"
