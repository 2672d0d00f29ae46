"""Effective configuration of one recipe: the values and rules that remain after all sections of its config."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from rollout_lint.errors import ConfigError
from rollout_lint.facts.cluster import Cluster
from rollout_lint.location import Location, Problem
from rollout_lint.rules.model import Rule, Severity
from rollout_lint.syntax.suggest import closest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rollout_lint.linter.config import Config, Section, Stated


class Choice(NamedTuple):
    """A rule, enabled or disabled, with the config values that decided it; None if they are not set."""

    rule: Rule
    on: bool = True
    switch: Stated | None = None
    severity: Stated | None = None

    @property
    def effective_rule(self) -> Rule:
        """Rule with the severity of the config, which also overrides its grades."""
        if self.severity is None:
            return self.rule
        severity = Severity(self.severity.value)
        grades = tuple(grade._replace(severity=severity) for grade in self.rule.grades)
        return replace(self.rule, severity=severity, grades=grades)

    @property
    def matters_to_risk(self) -> bool:
        """True if the risk of a recipe depends on the rule."""
        return any((self.rule.risk, *(grade.risk for grade in self.rule.grades)))


@dataclass(frozen=True, slots=True, eq=False)
class EffectiveConfig:
    """Effective values by key; a missing key is not set. `choices` has every rule, in the given order."""

    config: Config
    hosts: dict[str, Stated] = field(default_factory=dict)
    images: dict[str, dict[str, Stated]] = field(default_factory=dict)
    fail_on: Stated | None = None
    choices: tuple[Choice, ...] = ()

    @property
    def cluster(self) -> Cluster:
        """Data of the hosts."""
        return Cluster(**{key: stated.value for key, stated in self.hosts.items()})


def resolve_config(config: Config, sections: tuple[Section, ...], rules: tuple[Rule, ...]) -> EffectiveConfig:
    """Return the effective configuration of these sections, of which a later one overrides earlier ones.

    Raises ConfigError if they disable every rule.
    """
    hosts: dict[str, Stated] = {}
    images: dict[str, dict[str, Stated]] = {}
    fail_on: Stated | None = None
    for section in sections:
        hosts |= section.hosts
        fail_on = section.fail_on or fail_on
        for name, claims in section.images.items():
            images[name] = images.get(name, {}) | claims
    return EffectiveConfig(config, hosts, images, fail_on, _choices(sections, rules))


def invalid_rule_names(config: Config, rules: tuple[Rule, ...]) -> list[Problem]:
    """Return the places of a config that name an unknown rule, or give a rule two severities."""
    problems: list[Problem] = []
    for section in (config.everywhere, *config.overrides):
        for stated in (*(section.select or ()), *section.disable):
            problems += _unknown(stated.value, stated, rules)
        seen: dict[str, str] = {}
        for word, stated in section.severity.items():
            problems += _unknown(word, stated, rules)
            for rule in _exactly(word, rules):
                if rule.id in seen:
                    problems.append(_problem(stated, f"{word} is {rule.id}, as {seen[rule.id]} is"))
                seen[rule.id] = word
    return problems


def rules_called(word: str, rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """Return the rule of this id or name, else those with this prefix of the id, ignoring letter case."""
    rules = tuple(rules)
    beginning = word.upper()
    return _exactly(word, rules) or tuple(rule for rule in rules if rule.id.upper().startswith(beginning))


def _exactly(word: str, rules: Iterable[Rule]) -> tuple[Rule, ...]:
    return tuple(rule for rule in rules if word.lower() in (rule.id.lower(), rule.name.lower()))


def _unknown(word: str, stated: Stated, rules: tuple[Rule, ...]) -> Iterator[Problem]:
    if not word.strip() or not rules_called(word, rules):
        known = {called: rule.id for rule in rules for called in (rule.id.lower(), rule.name.lower())}
        near = closest(word.lower(), known)
        called = next((rule for rule in rules if near and rule.id == known[near]), None)
        meant = f"; did you mean {called.id} {called.name}?" if called else "; rollout-lint rules lists them"
        yield _problem(stated, f"there is no rule {word.strip() or repr(word)}{meant}")


def _problem(stated: Stated, message: str) -> Problem:
    assert isinstance(stated.location, Location)
    return Problem(stated.location.file, stated.location.line, stated.location.column, message)


def _choices(sections: tuple[Section, ...], rules: tuple[Rule, ...]) -> tuple[Choice, ...]:
    choices = {rule.id: Choice(rule) for rule in rules}
    for section in sections:
        _switch(choices, section, rules)
        for word, stated in sorted(section.severity.items(), key=lambda item: _closeness(item[0], rules)):
            for rule in rules_called(word, rules):
                choices[rule.id] = choices[rule.id]._replace(severity=stated)
        last = (*(section.select or ()), *section.disable)
        if last and not any(choice.on for choice in choices.values()):
            raise ConfigError([_problem(last[-1], "this leaves no rule that judges")])
    return tuple(choices.values())


def _switch(choices: dict[str, Choice], section: Section, rules: tuple[Rule, ...]) -> None:
    """Apply `select`, which replaces the enabled rules, then `disable`, which removes some."""
    if section.select is not None:
        selected = {rule.id: stated for stated in section.select for rule in rules_called(stated.value, rules)}
        for name, choice in choices.items():
            why = selected.get(name, section.select[0])
            choices[name] = choice._replace(on=name in selected, switch=why)
    for stated in section.disable:
        for rule in rules_called(stated.value, rules):
            if choices[rule.id].on:
                choices[rule.id] = choices[rule.id]._replace(on=False, switch=stated)


def _closeness(word: str, rules: tuple[Rule, ...]) -> tuple[bool, int]:
    return bool(_exactly(word, rules)), len(word)
