"""Reading of JUnit XML results."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from rollout_lint.fleet.model import UpgradeOutcome, UpgradeResult
from rollout_lint.fleet.results.model import Record

from tests.fleet.results.texts import DAY, case, read, read_error, suite, upgrades

if TYPE_CHECKING:
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion


FAILED = '<failure message="boom">AssertionError</failure>'
ROLLED = '<failure message="UpdateStatus.State is rollback_completed"/>'


def test_junit_reads_recipe_and_revision() -> None:
    properties = "recipe=keycloak ref=12e4567 level=L4"
    xml = f"<testsuites>{suite(case('test_install') + case('test_upgrade'), properties)}</testsuites>"
    result = UpgradeResult(UpgradeOutcome.PASSED, f"{DAY}T08:00:00", "12e4567", 4, "r")
    assert read(xml) == [Record("keycloak", result)]
    assert read('<?xml version="1.0" encoding="utf-8"?>\n' + xml) == [Record("keycloak", result)]


@pytest.mark.parametrize(
    ("cases", "expected"),
    [
        pytest.param(case("test_upgrade", FAILED), ["fail"], id="failure"),
        pytest.param(case("test_upgrade", "<error/>"), ["fail"], id="error"),
        pytest.param(case("test_upgrade", ROLLED), ["rolled-back"], id="rollback-state"),
        pytest.param(
            case("test_upgrade", "<failure>x was Rolled Back by Swarm</failure>"),
            ["rolled-back"],
            id="rolled-back-text",
        ),
        pytest.param(case("test_upgrade", '<error type="rollback_paused"/>'), ["rolled-back"], id="rollback-type"),
        pytest.param(
            case("test_upgrade", "<failure>the rollback plan is scrolled back</failure>"),
            ["fail"],
            id="other-rollback-text",
        ),
        pytest.param(case("test_upgrade", "<skipped/>"), [None], id="skipped"),
        pytest.param(case("test_upgrade", more='status="notrun"'), [None], id="not-run"),
        pytest.param(case("test_upgrade", more='status="run" result="suppressed"'), [None], id="suppressed"),
        pytest.param(case("test_upgrade", more='status="failed"'), ["fail"], id="failed-status"),
        pytest.param(case("test_upgrade", more='status="run"'), ["pass"], id="run-status"),
        pytest.param(case("test_install", FAILED), [None], id="other-case-failed"),
        pytest.param("", [None], id="no-case"),
        pytest.param(
            case("test_install", FAILED) + case("test_upgrade"), ["pass"], id="other-case-failed-upgrade-passed"
        ),
        pytest.param(
            case("test_upgrade[a]", ROLLED) + case("test_upgrade[b]", FAILED), ["rolled-back"], id="worst-of-two"
        ),
        pytest.param(
            case("test_upgrade[a]") + case("test_upgrade[b]", "<skipped/>"), ["pass"], id="passed-and-skipped"
        ),
        pytest.param(case("test_upgrade[a]") + case("test_upgrade[b]", FAILED), ["fail"], id="passed-and-failed"),
        pytest.param(case("test_upgrade[a]", FAILED) + case("test_upgrade[b]"), ["fail"], id="failed-and-passed"),
        pytest.param(case("test_upgrade", FAILED) + case("test_upgrade"), ["fail", "pass"], id="rerun-passed"),
        pytest.param(
            case("test_upgrade", ROLLED) + case("test_upgrade"),
            ["rolled-back", "pass"],
            id="rerun-passed-after-rollback",
        ),
        pytest.param(case("test_upgrade") + case("test_upgrade", FAILED), ["fail"], id="rerun-failed"),
        pytest.param(case("test_upgrade", FAILED) + case("test_upgrade", "<skipped/>"), ["fail"], id="rerun-skipped"),
        pytest.param(
            case("test_upgrade", FAILED) + case("test_upgrade", classname="tests.other"),
            ["fail"],
            id="same-name-other-class",
        ),
        pytest.param(case("test_upgrade", "<flakyFailure/>"), ["fail", "pass"], id="flaky"),
        pytest.param(
            case("test_upgrade", "<flakyError><stackTrace>rollback_started</stackTrace></flakyError>"),
            ["rolled-back", "pass"],
            id="flaky-rollback",
        ),
        pytest.param(case("test_upgrade", "<failure/><rerunFailure/>"), ["fail"], id="rerun-failure"),
        pytest.param(
            case("test_upgrade", "<failure/><rerunError>rolled back</rerunError>"), ["rolled-back"], id="rerun-rollback"
        ),
        pytest.param(
            case("test_upgrade[a]", "<flakyFailure/>") + case("test_upgrade[b]", FAILED),
            ["fail"],
            id="flaky-and-failed",
        ),
        pytest.param(
            case("test_upgrade[a]", "<flakyFailure/>") + case("test_upgrade[b]"),
            ["fail", "pass"],
            id="flaky-and-passed",
        ),
    ],
)
def test_junit_outcome_comes_from_upgrade_cases(cases: str, expected: list[str | None]) -> None:
    found = read(suite(cases, "ref=1a"))
    assert [record.result.upgrade for record in found] == expected
    assert {(record.result.date, record.result.ref) for record in found} == {(f"{DAY}T08:00:00", "1a")}


@pytest.mark.parametrize(
    ("name", "classname", "about"),
    [
        pytest.param("test_upgrade", "", True, id="snake-case"),
        pytest.param("upgrade: keycloak", "", True, id="sentence"),
        pytest.param("test_it", "tests.test_upgrade.TestStack", True, id="module"),
        pytest.param("testUpgrade2", "", True, id="camel-case"),
        pytest.param("it", "UpgradeTest", True, id="class-name"),
        pytest.param("UPGRADES", "", True, id="upper-case"),
        pytest.param("while-upgrading", "", True, id="hyphen"),
        pytest.param("upgraded_docs_lint", "", False, id="past-tense"),
        pytest.param("test_upgrader", "", False, id="agent-noun"),
        pytest.param("test_preupgrade", "", False, id="prefix"),
        pytest.param("test_grade", "", False, id="other-word"),
    ],
)
def test_junit_recognizes_upgrade_cases(name: str, classname: str, about: bool) -> None:
    assert upgrades(suite(case(name, classname=classname))) == ["pass" if about else None]


def test_junit_makes_a_record_per_recipe() -> None:
    several = (
        suite(case("test_upgrade", FAILED), "recipe=n8n", "2026-06-12")
        + suite(case("test_lint"), "recipe=n8n", "2026-06-13")
        + suite(case("test_upgrade"), "recipe=keycloak git.sha=1a", "2026-06-11 10:00:00 +0200")
        + suite(case("test_install"), "", "2026-06-10")
    )
    assert read(f"<testsuites>{several}</testsuites>") == [
        Record(None, UpgradeResult(None, DAY, source="r")),
        Record("keycloak", UpgradeResult(UpgradeOutcome.PASSED, "2026-06-11T10:00:00+0200", "1a", source="r")),
        Record("n8n", UpgradeResult(UpgradeOutcome.FAILED, "2026-06-12", source="r")),
    ]


def test_junit_nested_suite_inherits_properties() -> None:
    inner = f'<testsuite name="inner">{case("test_upgrade")}</testsuite>'
    xml = suite(inner, "recipe=drone recipe_ref=2b ref=other", "2026-06-10T08:00:00Z")
    assert read(xml) == [
        Record("drone", UpgradeResult(UpgradeOutcome.PASSED, "2026-06-10T08:00:00Z", "2b", source="r"))
    ]


def test_junit_case_can_name_its_recipe() -> None:
    named = '<properties><property name="recipe">{}</property></properties>'
    cases = case("test_upgrade[a]", named.format("a")) + case("test_upgrade[b]", named.format("b") + FAILED)
    assert [(record.recipe, record.result.upgrade) for record in read(suite(cases))] == [("a", "pass"), ("b", "fail")]


def test_junit_orders_suites_by_date() -> None:
    later, before = suite(case("test_upgrade", FAILED), "", "2026-06-12"), suite(case("test_upgrade"), "", "2026-06-11")
    assert upgrades(f"<testsuites>{later}{before}</testsuites>") == ["fail"]
    assert read(f"<testsuites>{later}{before}</testsuites>")[0].result.date == "2026-06-12"


def test_junit_rerun_needs_same_suite() -> None:
    one = suite(case("upgrade", FAILED)).replace("pytest", "keycloak")
    assert upgrades(f"<testsuites>{one}{suite(case('upgrade')).replace('pytest', 'n8n')}</testsuites>") == ["fail"]


@pytest.mark.parametrize(
    ("xml", "location"),
    [
        pytest.param('<!DOCTYPE html>\n<html lang="en"></html>', (2, 1), id="doctype"),
        pytest.param(
            '<!DOCTYPE testsuite SYSTEM "x.dtd">\n<testsuite>&other;</testsuite>', (2, 12), id="skipped-entity"
        ),
        pytest.param('<test-run id="2"/>', (1, 1), id="nunit-3"),
        pytest.param("<test-results/>", (1, 1), id="nunit-2"),
        pytest.param("<assemblies/>", (1, 1), id="xunit-net"),
        pytest.param("<failsafe-summary/>", (1, 1), id="failsafe-summary"),
        pytest.param('<testsuites>\n<testsuite name="ci" tests="3" failures="1"/></testsuites>', (2, 1), id="summary"),
        pytest.param("<html></html>", (1, 1), id="html"),
        pytest.param("<testsuite>\n <testcase></testsuite>", (2, 14), id="mismatched-tag"),
        pytest.param("<testsuite>&other;</testsuite>", (1, 12), id="unknown-entity"),
        pytest.param('<?xml version="1.0" encoding="klingon"?><testsuite/>', (1, 1), id="unknown-encoding"),
        pytest.param("<a>" * 200, (1, 301), id="too-deep"),
        pytest.param(
            "<testsuites>\n" + suite(case("test_upgrade"), timestamp="2026-02-30") + "</testsuites>",
            (2, 1),
            id="no-such-day",
        ),
        pytest.param(suite(case("test_upgrade"), timestamp="Tuesday"), (1, 1), id="not-a-date"),
        pytest.param(suite(case("test_upgrade"), timestamp=""), (1, 1), id="no-date"),
        pytest.param(suite(case("test_upgrade"), "level=high"), (1, 70), id="bad-level"),
    ],
)
def test_junit_errors_have_a_location(xml: str, location: tuple[int, int], snapshot: SnapshotAssertion) -> None:
    problem = read_error(xml)
    assert problem.message == snapshot
    assert (problem.line, problem.column) == location


@pytest.mark.parametrize(
    "doctype",
    [
        "<!DOCTYPE testsuite>",
        '<!DOCTYPE testsuite SYSTEM "junit.dtd">',
        "<!DOCTYPE testsuite [<!ELEMENT testsuite ANY>]>",
    ],
)
def test_junit_accepts_doctype_without_entities(doctype: str) -> None:
    assert upgrades(doctype + suite(case("test_upgrade", FAILED))) == ["fail"]


@pytest.mark.parametrize(
    ("name", "classname", "expected"),
    [
        pytest.param("upgrade", "test", ["fail"], id="node-test"),
        pytest.param("Upgrade keycloak", "", ["fail"], id="no-class"),
        pytest.param("upgrade", "upgrade", ["fail"], id="class-of-suite"),
        pytest.param("upgrade", "tests.test_install", [None], id="other-class"),
        pytest.param("upgraded docs", "test", [None], id="other-word"),
        pytest.param("install", "test", [None], id="other-suite"),
    ],
)
def test_junit_reads_upgrade_in_suite_name(name: str, classname: str, expected: list[str | None]) -> None:
    inner = suite(case("keycloak answers", FAILED, classname)).replace('name="pytest"', f'name="{name}"', 1)
    assert upgrades(inner) == expected
    assert upgrades(f"<testsuites>{inner}</testsuites>") == expected
    outer = suite(case("keycloak answers", FAILED, classname)).replace('name="pytest"', 'name="shop"', 1)
    nested = f'<testsuite name="{name}">{outer}</testsuite>'
    assert upgrades(f"<testsuites>{nested}</testsuites>") == expected


def test_junit_reads_dates_of_mocha() -> None:
    xml = suite(case("test_upgrade"), timestamp="Wed, 10 Jun 2026 08:30:00 GMT")
    assert read(xml)[0].result.date == "2026-06-10T08:30:00Z"


def test_junit_expands_no_entity(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    (tmp_path / "secret").write_text("hunter2")
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    for declaration in (f'<!ENTITY l0 "ha">{laughs}', f'<!ENTITY l11 SYSTEM "{(tmp_path / "secret").as_uri()}">'):
        xml = f'<!DOCTYPE testsuite [{declaration}]><testsuite name="&l11;">{case("test_upgrade")}</testsuite>'
        assert read_error(xml, DAY).message == snapshot(name="read_error")


def test_junit_reads_other_encodings() -> None:
    xml = '<?xml version="1.0" encoding="{}"?>' + suite(case("test_upgrade"), "recipe=münchen")
    for encoding in ("utf-16", "iso-8859-15", "utf-8-sig"):
        assert read(xml.format(encoding.removesuffix("-sig")).encode(encoding))[0].recipe == "münchen"
