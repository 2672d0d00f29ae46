"""Findings and their fixes in one line, for reports that show nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rollout_lint.facts.format import format_fact
from rollout_lint.facts.stated import FACTS, FREE_TEXTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rollout_lint.report.common.groups import Group
    from rollout_lint.rules.model import Rule


def describe_finding(group: Group) -> str:
    """Return the message, the values that decide, and the fix: what a reader needs without the file."""
    values = ", ".join(_list_values(group))
    fix = describe_fix(group.rule)
    return f"{group.message}{f' ({values})' if values else ''}{f'. Fix: {fix}' if fix else ''}"


def _list_values(group: Group) -> Iterator[str]:
    """Yield the values of the conditions that all services share. Free text and lists may contain a secret."""
    for path, fact in group.finding.facts.items():
        if path in FACTS and path not in FREE_TEXTS and isinstance(fact.value, str | int | float):
            values = {format_fact(path, each.facts[path]) for each in group.findings if path in each.facts}
            if len(values) == 1:
                yield f"{path}: {values.pop()}{' (default)' if fact.default else ''}"


def list_fixes(rule: Rule) -> list[str]:
    """Return the fixes of a rule, of which one is enough: its settings or its advice, and the alternative."""
    settings = [f"{path}: {value}" for path, value in rule.fix_settings.items()]
    return [each for each in (_join_settings(settings), rule.advice, rule.alternative) if each]


def describe_fix(rule: Rule) -> str:
    """Return the fix of a rule in one line, such as `either A or B`."""
    fixes = list_fixes(rule)
    return f"either {' or '.join(fixes)}" if len(fixes) > 1 else "".join(fixes)


def _join_settings(settings: Sequence[str]) -> str:
    """Return settings that belong together as one text, such as `both A and B`."""
    if len(settings) < 2:
        return "".join(settings)
    *first, last = settings
    return f"{'both' if len(settings) == 2 else 'all of'} {', '.join(first)} and {last}"
