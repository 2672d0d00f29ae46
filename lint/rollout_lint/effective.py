"""What counts for one recipe of all that its config says: the last word on each value, and on each rule."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from rollout_lint.config import ConfigError, Stated
from rollout_lint.facts import Cluster
from rollout_lint.place import Place, Problem
from rollout_lint.suggest import closest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rollout_lint.config import Config, Section
    from rollout_lint.rule import Rule


class Choice(NamedTuple):
    """Whether a rule judges, and how gravely; who said so, None where nobody did."""

    rule: Rule
    on: bool = True
    switch: Stated | None = None
    severity: Stated | None = None

    @property
    def judging(self) -> Rule:
        """The rule with the severity that is stated, whatever else is known."""
        if self.severity is None:
            return self.rule
        severity: str = self.severity.value
        grades = tuple(grade._replace(severity=severity) for grade in self.rule.grades)
        return replace(self.rule, severity=severity, grades=grades)

    @property
    def matters_to_risk(self) -> bool:
        """Whether a recipe's risk depends on it."""
        return any((self.rule.risk, *(grade.risk for grade in self.rule.grades)))


@dataclass(frozen=True, slots=True, eq=False)
class Effective:
    """By key what is stated last; what is not there is not stated. `choices` are all rules, as they were given."""

    config: Config
    hosts: dict[str, Stated] = field(default_factory=dict)
    images: dict[str, dict[str, Stated]] = field(default_factory=dict)
    fail_on: Stated | None = None
    choices: tuple[Choice, ...] = ()

    @property
    def cluster(self) -> Cluster:
        """What is stated of hosts."""
        return Cluster(**{key: stated.value for key, stated in self.hosts.items()})


def effective(config: Config, sections: tuple[Section, ...], rules: tuple[Rule, ...]) -> Effective:
    """What counts of these sections of a config, a later one more than an earlier one.

    Raises ConfigError where they leave no rule on.
    """
    hosts: dict[str, Stated] = {}
    images: dict[str, dict[str, Stated]] = {}
    fail_on: Stated | None = None
    for section in sections:
        hosts |= section.hosts
        fail_on = section.fail_on or fail_on
        for name, claims in section.images.items():
            images[name] = images.get(name, {}) | claims
    return Effective(config, hosts, images, fail_on, _choices(sections, rules))


def unknown_rules(config: Config, rules: tuple[Rule, ...]) -> list[Problem]:
    """Each place of a config that calls a rule by what is no rule's, and each that says a severity twice."""
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
    """The rule of this id or name, else those whose ids begin so; letter case does not matter."""
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
    assert isinstance(stated.place, Place)
    return Problem(stated.place.file, stated.place.line, stated.place.column, message)


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
    """`select` begins anew with the rules that it calls, `disable` takes away of those that are on."""
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
