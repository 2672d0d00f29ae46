"""Report of `rules --test`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rollout_lint.printable import printable
from rollout_lint.selftest import CHECKS, describe_location

if TYPE_CHECKING:
    from rollout_lint.location import Problem
    from rollout_lint.rules.model import Rule


def format_selftest_text(rules: tuple[Rule, ...], failures: list[Problem], warnings: list[Problem]) -> str:
    """Return a line per failure and warning, with its location, and two lines per rule that passes.

    The second names the fact that decides the location of a finding.
    """
    failed = {failure.file for failure in failures}
    lines = [printable(f"{each.file}:{each.line}: {each.message}") for each in (*failures, *warnings)]
    for rule in rules:
        if str(rule.path) not in failed:
            lines.append(f"{rule.id} {rule.name} passes {len(CHECKS)} checks")
            lines.append(f"  location of a finding: {describe_location(rule)}")
    return "\n".join(lines) + "\n"
