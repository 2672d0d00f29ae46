"""The loop over rules: which are asked, what a finding says, which tells the cause, and how a fact is shown."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from rollout_lint.facts.format import format_fact, json_value
from rollout_lint.facts.model import Fact, Kind
from rollout_lint.location import Location
from rollout_lint.rules.checker import RuleIndex, check_rules, failing_condition, supersede
from rollout_lint.rules.condition import compile_condition
from rollout_lint.rules.finding import Finding, Suppression
from rollout_lint.rules.loader import load_rules
from rollout_lint.rules.model import Grade, Rule, Severity
from rollout_lint.stack.shorthand import Port, Volume

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

HERE = Location("compose.yml", 1, 1, 1, 2)
THERE = Location("compose.yml", 7, 3, 7, 9)
ORDER = "deploy.update_config.order"
ACTION = "deploy.update_config.failure_action"
ANY = Kind(frozenset(("string", "integer", "boolean", "array", "null")))


def rule(when: dict[str, dict[str, Any]], id_: str = "TT001", **others: Any) -> Rule:
    plain: dict[str, Any] = {
        "severity": Severity.MEDIUM, "grades": (), "fix": None, "trade": None, "risk": None, "assumes": None,
        "message": "{service} it is", "supersedes": frozenset(), "voids": frozenset(),
    }  # fmt: skip
    conditions = {path: compile_condition(schema, ANY) for path, schema in when.items()}
    return replace(load_rules()[0], id=id_, when=conditions, **(plain | others))


def facts(**values: Any) -> dict[str, Fact]:
    """By path, with two underscores for a dot."""
    return {path.replace("__", "."): Fact(value, default=False, location=THERE) for path, value in values.items()}


def policy(order: Any, action: str | None = None) -> dict[str, Fact]:
    stated = {ORDER: order} if action is None else {ORDER: order, ACTION: action}
    return facts(**stated)


def found(rules: list[Rule], stated: dict[str, Fact], service: str | None = "app") -> list[Finding]:
    return list(check_rules(rules, "default", service, HERE, stated))


def ids(findings: list[Finding]) -> list[str]:
    return [finding.rule.id for finding in findings]


START_FIRST: dict[str, dict[str, Any]] = {ORDER: {"const": "start-first"}}
"""What Swarm does not do of itself, so that a rule with it is asked only where a file says so."""


def test_rules_are_checked_in_their_order() -> None:
    rules = [
        rule(START_FIRST, "TT001"),
        rule({"derived.x": {"const": True}}, "TT002"),
        rule({ACTION: {"const": "rollback"}}, "TT003"),
        rule({"image": {"type": "string"}}, "TT004"),
        rule(START_FIRST, "TT005"),
    ]
    asked = RuleIndex(rules).candidates(policy("start-first", "rollback"))
    assert [each.id for each in asked] == ["TT001", "TT002", "TT003", "TT004", "TT005"]


def test_a_rule_on_texts_is_checked_only_for_those_texts() -> None:
    index = RuleIndex([rule({ORDER: {"enum": ["start-first", "stop-first"]}}), rule(START_FIRST, "TT002")])
    assert [each.id for each in index.candidates(policy("stop-first"))] == ["TT001"]
    assert list(index.candidates(policy(3))) == []
    assert list(index.candidates({})) == []


def test_a_rule_is_indexed_by_a_condition_no_default_meets() -> None:
    index = RuleIndex([rule({ACTION: {"const": "pause"}, **START_FIRST})])
    usual = policy("stop-first", "pause")
    assert list(index.candidates(usual)) == []


def test_a_rule_holds_where_all_its_conditions_do() -> None:
    both = rule({ORDER: {"const": "start-first"}, ACTION: {"const": "rollback"}})
    assert ids(found([both], policy("start-first", "rollback"))) == ["TT001"]
    assert found([both], policy("start-first", "pause")) == []
    assert failing_condition(both, policy("start-first")) == ACTION
    assert found([rule({"image": {"type": "null"}})], {}) != []


def test_the_stack_is_asked_only_what_it_has() -> None:
    of_all = rule({"derived.a": {"const": 1}, "derived.b": {"const": 2}})
    of_one = rule({"derived.b": {"const": 2}}, "TT002")
    of_a_service = rule({"image": {"type": "null"}, "derived.a": {"const": 1}}, "TT003")
    stack = facts(derived__a=1, derived__b=2)
    assert ids(found([of_all, of_one, of_a_service], stack, service=None)) == ["TT001", "TT002"]
    assert ids(found([of_a_service], stack)) == ["TT003"]


@pytest.mark.parametrize("service", ["app", None], ids=["service", "stack"])
def test_a_finding_says_whose_it_is(service: str | None, snapshot: SnapshotAssertion) -> None:
    [one] = found([rule({"derived.a": {"const": 1}}, assumes="{service} is known")], facts(derived__a=1), service)
    assert one.service == service
    assert [one.subject, one.message, one.assumes] == snapshot


def test_what_nothing_states_is_shown_as_nothing(snapshot: SnapshotAssertion) -> None:
    [one] = found([rule({"image": {"type": "null"}}, message="{image} and {derived.a}")], facts(derived__a=[1, "b"]))
    assert one.message == snapshot


def test_a_finding_points_at_the_fact_that_its_fix_changes() -> None:
    stated = policy("start-first", "rollback")
    stated[ORDER] = replace(stated[ORDER], location=Location("b.yml", 2, 2, 2, 3))
    when = {ORDER: {"const": "start-first"}, ACTION: {"const": "rollback"}}
    assert found([rule(when)], stated)[0].location == THERE
    assert (
        found([rule(when, fix={"deploy": {"update_config": {"order": "stop-first"}}})], stated)[0].location.file
        == "b.yml"
    )
    assert found([rule({"image": {"type": "null"}})], stated)[0].location == HERE


def test_the_first_grade_that_holds_decides() -> None:
    grades = (
        Grade(Severity.HIGH, {"derived.a": compile_condition({"const": 2}, ANY)}, "blocked", None, None),
        Grade(
            Severity.LOW,
            {"derived.a": compile_condition({"const": 1}, ANY)},
            "latent",
            "{service} alone",
            "{service} may be",
        ),
        Grade(Severity.INFO, {}, None, None, None),
    )
    graded = rule({ORDER: {"const": "start-first"}}, grades=grades, risk="latent-high", assumes="all of it")
    for value, told in (
        (1, ("low", "latent", "app alone", "app may be")),
        (2, ("high", "blocked", None, "app it is")),
        (3, ("info", None, None, "app it is")),
    ):
        [one] = found([graded], policy("start-first") | facts(derived__a=value))
        assert (one.severity, one.risk, one.assumes, one.message) == told
    [plain] = found([replace(graded, grades=grades[:1])], policy("start-first"))
    assert (plain.severity, plain.risk, plain.assumes) == ("medium", "latent-high", "all of it")


def of_severity(severity: str, id_: str, **others: Any) -> Finding:
    [one] = found(
        [rule({"derived.a": {"const": 1}}, id_, severity=Severity(severity), risk="latent", **others)],
        facts(derived__a=1),
    )
    return one


@pytest.mark.parametrize(
    ("severity", "other", "by"),
    [("medium", "high", "TT002"), ("medium", "medium", "TT002"), ("medium", "low", None), ("low", "info", None)],
)
def test_a_finding_is_superseded_by_one_that_is_no_less_grave(severity: str, other: str, by: str | None) -> None:
    first = of_severity(severity, "TT001")
    second = of_severity(other, "TT002", supersedes=frozenset(("TT001",)))
    one, two = supersede([first, second])
    assert (one.superseded_by, one.risk, two.superseded_by) == (by, "latent", None)
    assert (one.is_active, one.is_suppressed) == (by is None, False)


def test_the_gravest_that_tells_the_cause_is_named() -> None:
    tells = {"supersedes": frozenset(("TT001",))}
    findings = [
        of_severity("low", "TT001"),
        of_severity("low", "TT002", **tells),
        of_severity("high", "TT003", **tells),
    ]
    assert supersede(findings)[0].superseded_by == "TT003"


def test_what_another_makes_void_is_no_risk_however_grave() -> None:
    findings = [of_severity("high", "TT001"), of_severity("info", "TT002", voids=frozenset(("TT001",)))]
    [one, two] = supersede(findings)
    assert (one.superseded_by, one.risk) == ("TT002", None)
    assert (two.superseded_by, two.risk) == (None, "latent")


def test_a_silenced_finding_counts_for_nothing() -> None:
    silenced = replace(of_severity("high", "TT001"), suppressed=Suppression("comment", "known"))
    assert (silenced.is_active, silenced.is_suppressed) == (False, True)
    told_already = replace(silenced, superseded_by="TT002")
    assert (told_already.is_active, told_already.is_suppressed) == (False, False)


@pytest.mark.parametrize(
    ("severity", "trade", "wants"),
    [
        ("high", "a moment", False),
        ("medium", "a moment", False),
        ("low", "a moment", True),
        ("info", "a moment", True),
        ("low", None, False),
    ],
)
def test_a_fix_with_a_trade_off_needs_consent_at_low_severity(severity: str, trade: str | None, wants: bool) -> None:
    assert of_severity(severity, "TT001", trade=trade).needs_unsafe is wants


@pytest.mark.parametrize(
    ("path", "fact", "shown"),
    [
        ("deploy.resources.limits.memory", Fact(1 << 30, default=True), "1 GiB"),
        ("deploy.resources.limits.memory", Fact(1 << 30, default=False), "1 GiB"),
        ("deploy.resources.limits.memory", Fact(1 << 30, default=False, written="1024m"), "1024m"),
        ("deploy.update_config.monitor", Fact(90.0, default=True), "1m30s"),
        ("deploy.update_config.monitor", Fact(5.0, default=True, written="0s"), "5s"),
        ("deploy.update_config.monitor", Fact(90.0, default=False, written="90s"), "90s"),
        ("deploy.update_config.max_failure_ratio", Fact(0.5, default=True), "0.5"),
        ("deploy.replicas", Fact(3, default=True), "3"),
        ("deploy.replicas", Fact(16, default=False, written="0x10"), "0x10"),
        (ORDER, Fact("stop-first", default=True), "stop-first"),
        (ORDER, Fact("stop-first", default=True, written="$ORDER"), "stop-first"),
        (ORDER, Fact("stop-first", default=False, written="${ORDER:-stop-first}"), "${ORDER:-stop-first}"),
        ("networks", Fact(["a", "b"], default=False), "a, b"),
    ],
)
def test_a_fact_is_shown_as_it_is_written_or_in_its_unit(path: str, fact: Fact, shown: str) -> None:
    assert format_fact(path, fact) == shown


def test_what_json_has_of_a_fact() -> None:
    port = Port(target=80, published=8080, mode="host", protocol="tcp")
    volume = Volume(type="bind", source="/a", target="/b", read_only=True)
    assert json_value([port, volume, "c"]) == [
        {"target": 80, "published": 8080, "mode": "host", "protocol": "tcp"},
        {"type": "bind", "source": "/a", "target": "/b", "read_only": True},
        "c",
    ]
    assert json_value(None) is None
