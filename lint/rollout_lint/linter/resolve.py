"""Effective configuration of one recipe: the values and rules that remain after all sections of its config."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rollout_lint.errors import ConfigError
from rollout_lint.facts.cluster import Cluster, Node
from rollout_lint.location import Location, Problem
from rollout_lint.record import Record
from rollout_lint.rules.model import Rule, Severity
from rollout_lint.stack.docker_version import parse_docker_version
from rollout_lint.syntax.wording import quote, suggest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from rollout_lint.linter.config import Config, Section, SourcedValue
    from rollout_lint.stack.docker_version import DockerVersion


class RuleSetting(Record):
    """State of a rule, and the config values that switched it and set its severity, if any."""

    rule: Rule
    is_enabled: bool = True
    switched_by: SourcedValue | None = None
    severity: SourcedValue | None = None
    locked_by: SourcedValue | None = None

    @property
    def effective_rule(self) -> Rule:
        """Rule with the severity of the config, which also overrides its grades, and with its lock."""
        rule = self.rule if self.locked_by is None else self.rule._replace(is_locked=True)
        if self.severity is None:
            return rule
        severity = Severity(self.severity.value)
        grades = tuple(grade._replace(severity=severity) for grade in rule.grades)
        return rule._replace(severity=severity, grades=grades)

    @property
    def affects_risk(self) -> bool:
        """True if a finding of the rule can change the risk of a recipe."""
        return any((self.rule.risk, *(grade.risk for grade in self.rule.grades)))


class EffectiveConfig(Record):
    """Effective values by key; a missing key is not set. `rule_settings` has every rule, in the given order."""

    config: Config
    hosts: Mapping[str, SourcedValue] = {}
    nodes: tuple[SourcedValue, ...] = ()
    deploys: Mapping[str, SourcedValue] = {}
    engine: SourcedValue | None = None
    client: SourcedValue | None = None
    images: Mapping[str, dict[str, SourcedValue]] = {}
    fail_on: SourcedValue | None = None
    print_severity: SourcedValue | None = None
    print_rules: tuple[SourcedValue, ...] | None = None
    variables: Mapping[str, SourcedValue] = {}
    rule_settings: tuple[RuleSetting, ...] = ()

    def __eq__(self, other: object) -> bool:
        """Return True for the same object, so that caches need not compare values."""
        return self is other

    def __hash__(self) -> int:
        """Return a hash of the object."""
        return id(self)

    @property
    def cluster(self) -> Cluster:
        """Data of the hosts and deploys. Without a `client`, its version is that of the engine.

        Most stacks are deployed on a manager, and Docker releases both together.
        """
        verified = self.deploys.get("verified")
        described = tuple(Node.from_values(each.value) for each in self.nodes)
        hosts = {"nodes": len(described) or None} | {key: value.value for key, value in self.hosts.items()}
        return Cluster(
            **hosts,
            deploys_verified=verified is not None and verified.value,
            described=described,
            engine=_parse_version(self.engine),
            client=_parse_version(self.client or self.engine),
        )

    @property
    def printed_rules(self) -> frozenset[str] | None:
        """Ids of the rules whose findings are printed, None for all."""
        if self.print_rules is None:
            return None
        rules = [setting.rule for setting in self.rule_settings]
        return frozenset(rule.id for each in self.print_rules for rule in rules_matching(each.value, rules))


def resolve_config(config: Config, sections: tuple[Section, ...], rules: tuple[Rule, ...]) -> EffectiveConfig:
    """Return the effective configuration of these sections, of which a later one overrides earlier ones.

    Raises ConfigError if they disable every rule, or if `hosts.nodes` is not the number of `nodes`.
    """
    hosts: dict[str, SourcedValue] = {}
    nodes: tuple[SourcedValue, ...] = ()
    deploys: dict[str, SourcedValue] = {}
    images: dict[str, dict[str, SourcedValue]] = {}
    variables: dict[str, SourcedValue] = {}
    engine = client = fail_on = print_severity = print_rules = None
    for section in sections:
        hosts |= section.hosts
        nodes = section.nodes or nodes
        deploys |= section.deploys
        engine = section.engine or engine
        client = section.client or client
        variables |= section.variables
        fail_on = section.fail_on or fail_on
        print_severity = section.print_severity or print_severity
        print_rules = section.print_rules or print_rules
        for name, claims in section.images.items():
            images[name] = images.get(name, {}) | claims
    if nodes and "nodes" in hosts and hosts["nodes"].value != len(nodes):
        raise ConfigError([_problem(hosts["nodes"], _describe_other_number(hosts["nodes"].value, nodes))])
    locks = find_locks(config, rules)
    rule_settings = tuple(
        setting._replace(locked_by=locks.get(setting.rule.id)) for setting in resolve_rules(sections, rules)
    )
    return EffectiveConfig(
        config,
        hosts,
        nodes,
        deploys,
        engine,
        client,
        images,
        fail_on,
        print_severity,
        print_rules,
        variables,
        rule_settings,
    )


def _parse_version(version: SourcedValue | None) -> DockerVersion | None:
    return None if version is None else parse_docker_version(version.value)


def _describe_other_number(number: int, nodes: tuple[SourcedValue, ...]) -> str:
    first = nodes[0].location
    where = f"{first.file}:{first.line}" if isinstance(first, Location) else first
    return f"hosts.nodes is {number}, but nodes at {where} has {len(nodes)} entries: remove hosts.nodes, or correct it"


def find_locks(config: Config, rules: tuple[Rule, ...]) -> dict[str, SourcedValue]:
    """Return the values that lock rules in a config and the ones that it extends, by the id of the rule."""
    locked = [value for each in config.lineage for value in each.locked]
    return {rule.id: value for value in locked for rule in rules_matching(value.value, rules)}


def invalid_rule_names(config: Config, rules: tuple[Rule, ...]) -> list[Problem]:
    """Return an error for each place of a config that names an unknown rule, or gives a rule two severities.

    The configs that it extends are included.
    """
    problems: list[Problem] = []
    for locked in (value for each in config.lineage for value in each.locked):
        problems += _unknown_rule(locked.value, locked, rules)
    for section in (section for each in config.lineage for section in (each.base, *each.overrides)):
        for value in (*(section.select or ()), *section.disable, *(section.print_rules or ())):
            problems += _unknown_rule(value.value, value, rules)
        seen: dict[str, str] = {}
        for pattern, value in section.severity.items():
            problems += _unknown_rule(pattern, value, rules)
            for rule in _rules_named(pattern, rules):
                if rule.id in seen:
                    problems.append(_problem(value, f"{pattern} and {seen[rule.id]} are both {rule.id}: keep one"))
                seen[rule.id] = pattern
    return problems


def rules_matching(pattern: str, rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """Return the rule of this id or name, else those with this prefix of the id, ignoring letter case."""
    rules = tuple(rules)
    prefix = pattern.upper()
    return _rules_named(pattern, rules) or tuple(rule for rule in rules if rule.id.upper().startswith(prefix))


def _rules_named(pattern: str, rules: Iterable[Rule]) -> tuple[Rule, ...]:
    return tuple(rule for rule in rules if pattern.lower() in (rule.id.lower(), rule.name.lower()))


def describe_unknown_rule(pattern: str, rules: Iterable[Rule]) -> str:
    """Return the message for a pattern that matches no rule, with the rule that it probably means."""
    by_name = {name.lower(): rule for rule in rules for name in (rule.id, rule.name)}
    near = suggest(pattern.strip().lower(), by_name)
    if near is None:
        return f"unknown rule {quote(pattern.strip())}: run `rollout-lint rules` for a list"
    return f"unknown rule {quote(pattern.strip())} (did you mean {by_name[near].id} {by_name[near].name}?)"


def _unknown_rule(pattern: str, value: SourcedValue, rules: tuple[Rule, ...]) -> Iterator[Problem]:
    if not pattern.strip() or not rules_matching(pattern, rules):
        yield _problem(value, describe_unknown_rule(pattern, rules))


def _problem(value: SourcedValue, message: str) -> Problem:
    assert isinstance(value.location, Location)
    return Problem(value.location.file, value.location.line, value.location.column, message)


def resolve_rules(sections: tuple[Section, ...], rules: tuple[Rule, ...]) -> tuple[RuleSetting, ...]:
    """Return the state of every rule after these sections. Raises ConfigError if they disable every rule."""
    rule_settings = {rule.id: RuleSetting(rule) for rule in rules}
    for section in sections:
        _switch(rule_settings, section, rules)
        for name, value in section_severities(section, rules).items():
            rule_settings[name] = rule_settings[name]._replace(severity=value)
        values = (*(section.select or ()), *section.disable)
        if values and not any(setting.is_enabled for setting in rule_settings.values()):
            raise ConfigError([_problem(values[-1], "every rule is disabled: enable at least one")])
    return tuple(rule_settings.values())


def section_severities(section: Section, rules: tuple[Rule, ...]) -> dict[str, SourcedValue]:
    """Return the severities that a section sets, by the id of the rule; the most specific pattern applies."""
    ordered = sorted(section.severity.items(), key=lambda item: _specificity(item[0], rules))
    return {rule.id: value for pattern, value in ordered for rule in rules_matching(pattern, rules)}


def _switch(rule_settings: dict[str, RuleSetting], section: Section, rules: tuple[Rule, ...]) -> None:
    """Apply `select`, which replaces the enabled rules, then `disable`, which removes some."""
    if section.select is not None:
        selected = {rule.id: value for value in section.select for rule in rules_matching(value.value, rules)}
        for name, setting in rule_settings.items():
            value = selected.get(name, section.select[0])
            rule_settings[name] = setting._replace(is_enabled=name in selected, switched_by=value)
    for value in section.disable:
        for rule in rules_matching(value.value, rules):
            if rule_settings[rule.id].is_enabled:
                rule_settings[rule.id] = rule_settings[rule.id]._replace(is_enabled=False, switched_by=value)


def _specificity(pattern: str, rules: tuple[Rule, ...]) -> tuple[bool, int]:
    return bool(_rules_named(pattern, rules)), len(pattern)
