"""`await --format text`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rollout_lint.live.result import format_convergence
from rollout_lint.printable import printable

if TYPE_CHECKING:
    from rollout_lint.live import Convergence
    from rollout_lint.report.common.style import Style


def format_await_text(convergence: Convergence, style: Style) -> str:
    """Return a line per service, the events and failed tasks of services that did not converge, and a summary."""
    converged = {printable(result.name): result.ok for result in convergence.results}
    return "".join(f"{_add_colour(line, converged, style)}\n" for line in format_convergence(convergence))


def _add_colour(line: str, converged: dict[str, bool], style: Style) -> str:
    name, gap, text = line.partition("  ")
    if not gap or name not in converged:
        return line
    return f"{style(name, 'bold')}{gap}{style(text, 'green' if converged[name] else 'red')}"
