"""Ids of rules in suppressions."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from rollout_lint.location import Problem
from rollout_lint.packaged import rules_directory
from rollout_lint.syntax.wording import quote, suggest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rollout_lint.linter.suppression.apply import SuppressionSettings
    from rollout_lint.rules.model import Rule


def invalid_rule_ids(rules: Iterable[Rule], settings: SuppressionSettings) -> Iterator[Problem]:
    """Yield the config entries that name an unknown rule, or one that cannot be suppressed."""
    rules = tuple(rules)
    for entry in settings.ignores:
        for rule in entry.rules:
            if error := rule_id_error(rule, rules, all_rule_ids(rules, settings)):
                yield Problem(entry.location.file, entry.location.line, entry.location.column, f"ignore: {error}")


def rule_id_error(rule: str, rules: Iterable[Rule], ids: Iterable[str]) -> str | None:
    """Return why a rule id cannot be suppressed, with the id that was probably meant; None if it can."""
    by_name = {each.name.upper(): each.id for each in rules}
    if rule in {each.id for each in rules if each.is_about_suppressions}:
        return f"{rule} cannot be suppressed"
    if rule in {each.id for each in rules if each.is_locked}:
        return f"{rule} is locked in the config and cannot be suppressed"
    if rule in ids:
        return None
    near = by_name.get(rule) or suggest(rule, sorted(ids))
    return f"unknown rule {quote(rule)}" + (f" (did you mean {near}?)" if near else "")


def all_rule_ids(rules: Iterable[Rule], settings: SuppressionSettings) -> frozenset[str]:
    """Return the ids of all rules, also of disabled ones."""
    return settings.rule_ids | {rule.id for rule in rules} | _packaged_ids()


@cache
def _packaged_ids() -> frozenset[str]:
    return frozenset(path.name.partition("-")[0] for path in rules_directory().glob("*-*.yaml"))
