"""Conditions of rules in words."""

from __future__ import annotations

from typing import Any

import pytest
from rollout_lint.facts.derived import DERIVED, RESOURCE_FACTS, STACK_FACTS
from rollout_lint.facts.suppression import SUPPRESSION_FACTS
from rollout_lint.report.rules.conditions import describe_condition, describe_severities
from rollout_lint.rules.loader import load_rules

from tests.rules.builders import make_condition, make_rule

RULES = load_rules()
CONDITIONS = {
    describe_condition(path, condition): path
    for rule in RULES
    for conditions in (rule.when, rule.unsafe, *(grade.when for grade in rule.grades))
    for path, condition in conditions.items()
}


def test_conditions_on_derived_facts_have_phrases() -> None:
    assert [words for words in CONDITIONS if words.startswith(("derived.", "stack.", "resource.", "ignore."))] == []


def test_a_packaged_rule_uses_the_words_of_each_fact() -> None:
    derived = [fact.words for fact in [*DERIVED.values(), *STACK_FACTS.values(), *RESOURCE_FACTS.values()]]
    suppressions = [fact.words for fact in SUPPRESSION_FACTS.values()]
    assert {sentence for words in [*derived, *suppressions] for sentence in words.values()} - set(CONDITIONS) == set()


def test_conditions_show_no_schema() -> None:
    assert [words for words in CONDITIONS if set("{}[]") & set(words)] == []


@pytest.mark.parametrize(
    ("path", "schema", "words"),
    [
        ("deploy.update_config.order", {"const": "start-first"}, "deploy.update_config.order is start-first"),
        ("deploy.update_config.order", {"not": {"const": "x"}}, "deploy.update_config.order is not x"),
        ("deploy.update_config.monitor", {"maximum": 90}, "deploy.update_config.monitor is at most 1m30s"),
        ("deploy.resources.limits.memory", {"absent": True}, "deploy.resources.limits.memory is not set"),
        ("deploy.resources.limits.memory", {"absent": False}, "deploy.resources.limits.memory is set"),
        ("deploy.update_config.max_failure_ratio", {"minimum": 1, "maximum": 1}, None),
        ("deploy.replicas", {"enum": [1, 2]}, "deploy.replicas is 1 or 2"),
        ("derived.tasks", {"minimum": 3}, "derived.tasks is at least 3"),
        ("derived.tasks", {"minimum": 2}, "two or more tasks run"),
        ("derived.lost_ports", {"minItems": 2}, "derived.lost_ports has at least 2 items"),
        ("image", {"pattern": "^x"}, 'image is {"pattern": "^x"}'),
    ],
    ids=["const", "not", "bound", "absent", "present", "equal-bounds", "enum", "plain", "phrase", "items", "schema"],
)
def test_describe_condition(path: str, schema: dict[str, Any], words: str | None) -> None:
    assert describe_condition(path, make_condition(schema)) == (words or f"{path} is 1")


def test_describe_severities_fills_in_the_service() -> None:
    rule = make_rule({"image": {"const": "a"}, "restart": {"const": "no"}}, assumes="{service} is small")
    [described] = describe_severities(rule)
    assert described == ("medium", "if image is a and restart is no", "the service is small")
