"""What must hold for every rule, so that the next one is tested by existing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from rollout_lint.rule import load_rules

from tests.rules.examples import evaluate_files, found_at, repaired, without_condition

if TYPE_CHECKING:
    from rollout_lint.rule import Rule

RULES = load_rules()
BAD = [
    pytest.param(rule, example, id=f"{rule.id}-bad-{n}")
    for rule in RULES
    for n, example in enumerate(rule.examples["bad"])
]
REPAIRABLE = [
    pytest.param(rule, example, id=f"{rule.id}-bad-{n}")
    for rule in RULES
    for n, example in enumerate(rule.examples["bad"])
    if rule.fix is not None
]
GOOD = [
    pytest.param(rule, example, id=f"{rule.id}-good-{n}")
    for rule in RULES
    for n, example in enumerate(rule.examples["good"])
]
CONDITIONS = [pytest.param(rule, path, id=f"{rule.id}-{path}") for rule in RULES for path in rule.when]
EACH = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)


@pytest.mark.parametrize(("rule", "example"), BAD)
def test_a_bad_example_gives_the_finding_at_its_place_and_no_other(rule: Rule, example: dict[str, Any]) -> None:
    assert found_at(example, rule) == [(example["at"], example.get("severity", rule.severity))]


@pytest.mark.parametrize(("rule", "example"), GOOD)
def test_a_good_example_gives_none(rule: Rule, example: dict[str, Any]) -> None:
    assert found_at(example, rule) == []


@pytest.mark.parametrize(("rule", "example"), BAD + GOOD)
def test_docker_would_take_an_example(rule: Rule, example: dict[str, Any]) -> None:
    assert evaluate_files(example["files"], (rule,)).problems == []


@pytest.mark.parametrize(("rule", "path"), CONDITIONS)
def test_no_condition_is_idle(rule: Rule, path: str) -> None:
    examples = rule.examples["bad"] + rule.examples["good"]
    looser = without_condition(rule, path)
    assert [bool(found_at(each, rule)) for each in examples] != [bool(found_at(each, looser)) for each in examples]


@EACH
def test_each_grade_shows_in_an_example(rule: Rule) -> None:
    shown = {example.get("severity", rule.severity) for example in rule.examples["bad"]}
    assert {rule.severity, *(grade.severity for grade in rule.grades)} <= shown


@pytest.mark.parametrize(("rule", "example"), REPAIRABLE)
def test_the_fix_makes_a_bad_example_good_and_brings_no_other_finding(rule: Rule, example: dict[str, Any]) -> None:
    before = evaluate_files(example["files"], RULES, example.get("hosts"))
    after = evaluate_files(repaired(example["files"], rule), RULES, example.get("hosts"))
    assert [f for f in after.findings if f.rule.id == rule.id] == []
    assert {f.rule.id for f in after.findings} < {f.rule.id for f in before.findings}
    assert set(after.problems) <= set(before.problems)


@EACH
def test_high_and_medium_have_a_proof(rule: Rule) -> None:
    assert rule.severity in ("low", "info") or rule.proof is not None


@EACH
def test_every_fact_of_a_finding_can_be_noted(rule: Rule) -> None:
    assert rule.notes.keys() <= rule.when.keys()


@EACH
def test_the_finding_stands_where_the_repair_goes(rule: Rule) -> None:
    assert rule.fix is None or rule.place_fact in rule.fix_settings
