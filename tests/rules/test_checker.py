"""Checks of facts by rules, superseded findings, and texts of facts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from rollout_lint.facts.format import format_fact, json_value
from rollout_lint.facts.model import Fact
from rollout_lint.location import Location
from rollout_lint.rules.checker import RuleIndex, check_rules, failing_condition, supersede
from rollout_lint.rules.finding import Finding, Suppression, SuppressionSource
from rollout_lint.rules.model import Grade, Severity
from rollout_lint.stack.shorthand import Port, Volume

from tests.rules.builders import LOCATION, make_condition, make_facts, make_rule
from tests.support import facts_for, service_with

if TYPE_CHECKING:
    from rollout_lint.rules.model import Rule
    from syrupy.assertion import SnapshotAssertion

SERVICE_LOCATION = Location("compose.yml", 1, 1, 1, 2)
ORDER = "deploy.update_config.order"
ACTION = "deploy.update_config.failure_action"


def policy(order: Any, action: str | None = None) -> dict[str, Fact]:
    return make_facts(**({ORDER: order} if action is None else {ORDER: order, ACTION: action}))


def check(rules: list[Rule], facts: dict[str, Fact], service: str | None = "app") -> list[Finding]:
    return list(check_rules(rules, "default", service, SERVICE_LOCATION, facts))


def ids(findings: list[Finding]) -> list[str]:
    return [finding.rule.id for finding in findings]


START_FIRST: dict[str, dict[str, Any]] = {ORDER: {"const": "start-first"}}
"""Condition that no default meets, so that RuleIndex can skip its rule for most services."""


def test_candidates_keep_the_order_of_rules() -> None:
    rules = [
        make_rule(START_FIRST, "TT001"),
        make_rule({"derived.x": {"const": True}}, "TT002"),
        make_rule({ACTION: {"const": "rollback"}}, "TT003"),
        make_rule({"image": {"type": "string"}}, "TT004"),
        make_rule(START_FIRST, "TT005"),
    ]
    candidates = RuleIndex(rules).candidates(policy("start-first", "rollback"))
    assert [each.id for each in candidates] == ["TT001", "TT002", "TT003", "TT004", "TT005"]


def test_candidates_skip_rules_on_other_texts() -> None:
    index = RuleIndex([make_rule({ORDER: {"enum": ["start-first", "stop-first"]}}), make_rule(START_FIRST, "TT002")])
    assert [each.id for each in index.candidates(policy("stop-first"))] == ["TT001"]
    assert list(index.candidates(policy(3))) == []
    assert list(index.candidates({})) == []


def test_rule_is_indexed_by_a_condition_no_default_meets() -> None:
    index = RuleIndex([make_rule({ACTION: {"const": "pause"}, **START_FIRST})])
    defaults = policy("stop-first", "pause")
    assert list(index.candidates(defaults)) == []


def test_candidates_skip_rules_about_other_subjects() -> None:
    about_the_stack = make_rule({"stack.versions": {"minItems": 2}})
    mixed = make_rule({"stack.versions": {"minItems": 2}, ORDER: {"type": "string"}}, "TT002")
    index = RuleIndex([about_the_stack, mixed])
    assert [each.id for each in index.candidates(policy("stop-first"))] == ["TT002"]
    facts = make_facts(**{"stack.versions": ["3.8", "3.9"]})
    assert ids(list(index.check("default", None, SERVICE_LOCATION, facts))) == ["TT001"]


def test_rule_matches_if_all_conditions_hold() -> None:
    both = make_rule({ORDER: {"const": "start-first"}, ACTION: {"const": "rollback"}})
    assert ids(check([both], policy("start-first", "rollback"))) == ["TT001"]
    assert check([both], policy("start-first", "pause")) == []
    assert failing_condition(both, policy("start-first")) == ACTION
    assert check([make_rule({"image": {"type": "null"}})], {}) != []


@pytest.mark.parametrize(
    ("service", "is_absent"),
    [
        ("labels: {}", True),
        ("labels: {backup: daily}", False),
        ("labels: {backup: $UNKNOWN}", False),
    ],
)
def test_absent_fact_is_set_in_no_file(service: str, is_absent: bool) -> None:
    facts = dict(facts_for(service_with(service)).items())
    found = [bool(check([make_rule({"labels": {"absent": expected}})], facts)) for expected in (True, False)]
    assert found == [is_absent, not is_absent]


def test_absent_fact_is_located_at_service_or_another_fact() -> None:
    absent = {"image": {"absent": True}}
    [alone] = check([make_rule(absent)], {})
    assert alone.location == SERVICE_LOCATION
    [beside] = check([make_rule({**START_FIRST, **absent})], policy("start-first"))
    assert beside.location == LOCATION


def test_stack_is_checked_only_by_rules_on_its_facts() -> None:
    both = make_rule({"derived.a": {"const": 1}, "derived.b": {"const": 2}})
    only_b = make_rule({"derived.b": {"const": 2}}, "TT002")
    of_service = make_rule({"image": {"type": "null"}, "derived.a": {"const": 1}}, "TT003")
    stack = make_facts(derived__a=1, derived__b=2)
    assert ids(check([both, only_b, of_service], stack, service=None)) == ["TT001", "TT002"]
    assert ids(check([of_service], stack)) == ["TT003"]


@pytest.mark.parametrize("service", ["app", None], ids=["service", "stack"])
def test_finding_names_service_or_stack(service: str | None, snapshot: SnapshotAssertion) -> None:
    [one] = check(
        [make_rule({"derived.a": {"const": 1}}, assumes="{service} is known")], make_facts(derived__a=1), service
    )
    assert one.service == service
    assert [one.subject, one.message, one.assumes] == snapshot


def test_message_shows_that_a_fact_is_not_set(snapshot: SnapshotAssertion) -> None:
    [one] = check(
        [make_rule({"image": {"type": "null"}}, message="{image} and {derived.a}")], make_facts(derived__a=[1, "b"])
    )
    assert one.message == snapshot


def test_finding_is_located_at_the_fact_its_fix_changes() -> None:
    facts = policy("start-first", "rollback")
    facts[ORDER] = facts[ORDER]._replace(location=Location("b.yml", 2, 2, 2, 3))
    when = {ORDER: {"const": "start-first"}, ACTION: {"const": "rollback"}}
    assert check([make_rule(when)], facts)[0].location == LOCATION
    assert (
        check([make_rule(when, fix={"deploy": {"update_config": {"order": "stop-first"}}})], facts)[0].location.file
        == "b.yml"
    )
    assert check([make_rule({"image": {"type": "null"}})], facts)[0].location == SERVICE_LOCATION


def test_first_matching_grade_applies() -> None:
    grades = (
        Grade(Severity.HIGH, {"derived.a": make_condition({"const": 2})}, "blocked", None, None),
        Grade(
            Severity.LOW,
            {"derived.a": make_condition({"const": 1})},
            "latent",
            "{service} alone",
            "{service} may be",
        ),
        Grade(Severity.INFO, {}, None, None, None),
    )
    graded = make_rule({ORDER: {"const": "start-first"}}, grades=grades, risk="latent-high", assumes="all of it")
    for value, expected in (
        (1, ("low", "latent", "app alone", "app may be")),
        (2, ("high", "blocked", None, "app matches")),
        (3, ("info", None, None, "app matches")),
    ):
        [one] = check([graded], policy("start-first") | make_facts(derived__a=value))
        assert (one.severity, one.risk, one.assumes, one.message) == expected
    [plain] = check([graded._replace(grades=grades[:1])], policy("start-first"))
    assert (plain.severity, plain.risk, plain.assumes) == ("medium", "latent-high", "all of it")


def of_severity(severity: str, id_: str, **others: Any) -> Finding:
    [one] = check(
        [make_rule({"derived.a": {"const": 1}}, id_, severity=Severity(severity), risk="latent", **others)],
        make_facts(derived__a=1),
    )
    return one


@pytest.mark.parametrize(
    ("severity", "other", "superseded_by"),
    [("medium", "high", "TT002"), ("medium", "medium", "TT002"), ("medium", "low", None), ("low", "info", None)],
)
def test_supersede_needs_at_least_the_same_severity(severity: str, other: str, superseded_by: str | None) -> None:
    first = of_severity(severity, "TT001")
    second = of_severity(other, "TT002", supersedes=frozenset(("TT001",)))
    one, two = supersede([first, second])
    assert (one.superseded_by, one.risk, two.superseded_by) == (superseded_by, "latent", None)
    assert (one.is_active, one.is_suppressed) == (superseded_by is None, False)


def test_supersede_prefers_the_worst_rule() -> None:
    superseding = {"supersedes": frozenset(("TT001",))}
    findings = [
        of_severity("low", "TT001"),
        of_severity("low", "TT002", **superseding),
        of_severity("high", "TT003", **superseding),
    ]
    assert supersede(findings)[0].superseded_by == "TT003"


def test_voided_finding_is_superseded_at_any_severity() -> None:
    findings = [of_severity("high", "TT001"), of_severity("info", "TT002", voids=frozenset(("TT001",)))]
    [one, two] = supersede(findings)
    assert (one.superseded_by, one.risk) == ("TT002", None)
    assert (two.superseded_by, two.risk) == (None, "latent")


def test_suppressed_finding_is_not_active() -> None:
    suppressed = of_severity("high", "TT001")._replace(suppressed=Suppression(SuppressionSource.COMMENT, "known"))
    assert (suppressed.is_active, suppressed.is_suppressed) == (False, True)
    superseded = suppressed._replace(superseded_by="TT002")
    assert (superseded.is_active, superseded.is_suppressed) == (False, False)


@pytest.mark.parametrize(
    ("severity", "trade_off", "needs_unsafe"),
    [
        ("high", "a moment", False),
        ("medium", "a moment", False),
        ("low", "a moment", True),
        ("info", "a moment", True),
        ("low", None, False),
    ],
)
def test_low_fix_with_trade_off_needs_unsafe(severity: str, trade_off: str | None, needs_unsafe: bool) -> None:
    assert of_severity(severity, "TT001", trade_off=trade_off).needs_unsafe is needs_unsafe


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
def test_format_fact_shows_written_text_or_unit(path: str, fact: Fact, shown: str) -> None:
    assert format_fact(path, fact) == shown


def test_json_value_of_ports_and_volumes() -> None:
    port = Port(target=80, published=8080, mode="host", protocol="tcp")
    volume = Volume(type="bind", source="/a", target="/b", read_only=True)
    assert json_value([port, volume, "c"]) == [
        {"target": 80, "published": 8080, "mode": "host", "protocol": "tcp"},
        {"type": "bind", "source": "/a", "target": "/b", "read_only": True},
        "c",
    ]
    assert json_value(None) is None
