"""What came of trying rules on their own examples."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rollout_lint.report.common.style import printable
from rollout_lint.selftest import CHECKS

if TYPE_CHECKING:
    from rollout_lint.location import Problem
    from rollout_lint.rules.model import Rule


def format_selftest_text(tried: tuple[Rule, ...], failures: list[Problem]) -> str:
    """A line for each failure, with its place, and one for each rule that holds."""
    failed = {failure.file for failure in failures}
    lines = [printable(f"{failure.file}:{failure.line}: {failure.message}") for failure in failures]
    lines += [f"{rule.id} {rule.name} holds in {len(CHECKS)} trials" for rule in tried if str(rule.path) not in failed]
    return "\n".join(lines) + "\n"
