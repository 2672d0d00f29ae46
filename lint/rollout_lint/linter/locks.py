"""Locked rules: a config that extends another one must not disable, suppress or lower them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rollout_lint.linter.resolve import find_locks, resolve_rules, rules_matching, section_severities
from rollout_lint.location import Location, Problem
from rollout_lint.rules.model import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rollout_lint.linter.config import Config, Section, SourcedValue
    from rollout_lint.rules.model import Rule


def find_lock_errors(config: Config, rules: tuple[Rule, ...]) -> Iterator[Problem]:
    """Yield an error for each value of a config, and of those that it extends, against a lock of a config above."""
    for each in config.lineage:
        locks = {} if each.parent is None else find_locks(each.parent, rules)
        if locks:
            yield from _ConfigErrors(each, locks, rules).all()


class _ConfigErrors:
    """Errors of one config. `locks` are the values that lock rules, by the id of the rule."""

    def __init__(self, config: Config, locks: dict[str, SourcedValue], rules: tuple[Rule, ...]) -> None:
        self._config = config
        self._locks = locks
        self._rules = rules
        above = config.parent.lineage if config.parent is not None else ()
        settings = resolve_rules(tuple(each.base for each in reversed(above)), rules)
        effective = [each.effective_rule for each in settings if each.rule.id in locks]
        self._least = {
            rule.id: min((rule.severity, *(each.severity for each in rule.grades)), key=_rank) for rule in effective
        }

    def all(self) -> Iterator[Problem]:
        """Yield the errors."""
        for section in (self._config.base, *self._config.overrides):
            yield from self._disabled(section)
            yield from self._lowered(section)
        for entry in self._config.ignores:
            if entry.location.file == self._config.file:
                for name in self._locks.keys() & set(entry.rules):
                    yield self._problem(entry.location, name, "cannot be suppressed")

    def _disabled(self, section: Section) -> Iterator[Problem]:
        for value in section.disable:
            for rule in rules_matching(value.value, self._rules):
                if rule.id in self._locks:
                    yield self._problem(value.location, rule.id, "cannot be disabled")
        if section.select is not None:
            selected = {rule.id for each in section.select for rule in rules_matching(each.value, self._rules)}
            for name in sorted(self._locks.keys() - selected):
                yield self._problem(section.select[0].location, name, "must be selected")

    def _lowered(self, section: Section) -> Iterator[Problem]:
        for name, value in section_severities(section, self._rules).items():
            if name in self._locks and not Severity(value.value).at_least(self._least[name]):
                yield self._problem(value.location, name, f"must have at least the severity {self._least[name]}")

    def _problem(self, location: Location | str, rule: str, what: str) -> Problem:
        lock = self._locks[rule].location
        assert isinstance(location, Location)
        assert isinstance(lock, Location)
        message = f"{rule} is locked in {lock.file}:{lock.line} and {what}"
        return Problem(location.file, location.line, location.column, message)


def _rank(severity: Severity) -> int:
    return severity.rank
