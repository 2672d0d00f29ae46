"""Report of `rules --selftest`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rollout_lint.report.common.style import printable
from rollout_lint.selftest import CHECKS

if TYPE_CHECKING:
    from rollout_lint.location import Problem
    from rollout_lint.rules.model import Rule


def format_selftest_text(rules: tuple[Rule, ...], failures: list[Problem]) -> str:
    """Return a line per failure, with its location, and a line per rule that passes."""
    failed = {failure.file for failure in failures}
    lines = [printable(f"{failure.file}:{failure.line}: {failure.message}") for failure in failures]
    lines += [f"{rule.id} {rule.name} passes {len(CHECKS)} checks" for rule in rules if str(rule.path) not in failed]
    return "\n".join(lines) + "\n"
