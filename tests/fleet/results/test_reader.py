"""Reading of results in JSON and YAML, and of any bytes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rollout_lint.errors import FleetError
from rollout_lint.fleet.model import UpgradeOutcome, UpgradeResult
from rollout_lint.fleet.results.dates import normalize_date, to_timestamp
from rollout_lint.fleet.results.model import Record
from rollout_lint.fleet.results.reader import read_results
from rollout_lint.syntax.parser import MAX_BYTES

from tests.fleet.results.texts import DAY, case, read, read_error, suite, upgrades

if TYPE_CHECKING:
    from rollout_lint.location import Problem
    from syrupy.assertion import SnapshotAssertion

RUN = {"recipe": "keycloak", "date": DAY, "ref": "1a2b3c4", "level": 4}


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        pytest.param({}, [None], id="level-only"),
        pytest.param({"upgrade": "pass"}, ["pass"], id="pass"),
        pytest.param({"upgrade": True}, ["pass"], id="true"),
        pytest.param({"upgrade": "Rolled_Back"}, ["rolled-back"], id="rolled-back"),
        pytest.param({"upgrade": None}, [None], id="null"),
        pytest.param(
            {"rungs": {"install": "pass", "upgrade": "fail", "backup_restore": "skip"}}, ["fail"], id="rung-failed"
        ),
        pytest.param({"rungs": {"install": "pass", "upgrade": "N/A"}}, [None], id="rung-not-available"),
        pytest.param({"rungs": {"install": "pass"}}, [None], id="no-upgrade-rung"),
        pytest.param({"rungs": {"lint": "amber", "L2": "green"}}, ["pass"], id="l2-rung"),
        pytest.param({"rungs": {"upgrade": {"status": "ok"}}}, ["pass"], id="status-object"),
        pytest.param(
            {"rungs": {"upgrade": {"result": "error", "detail": "state rollback_completed"}}},
            ["rolled-back"],
            id="detail-of-rollback",
        ),
        pytest.param({"rungs": {"upgrade": {"status": None}}}, [None], id="null-status"),
        pytest.param(
            {"rungs": [{"rung": "Upgrade", "level": 2, "status": "rollback_completed"}]},
            ["rolled-back"],
            id="list-of-rungs",
        ),
        pytest.param(
            {"rungs": [{"name": "upgrade", "result": "red", "message": "it was rolled back"}]},
            ["rolled-back"],
            id="message-of-rollback",
        ),
        pytest.param(
            {"rungs": [{"name": "upgrade", "result": "pass", "message": "was rolled back once"}]},
            ["pass"],
            id="passed-with-message",
        ),
        pytest.param(
            {"rungs": [{"name": "upgrade", "status": "fail"}, {"name": "upgrade", "status": "pass"}]},
            ["fail", "pass"],
            id="rung-repeated",
        ),
        pytest.param({"rungs": [{"name": "post-upgrade", "status": "pass"}]}, [None], id="other-rung"),
        pytest.param({"rungs": []}, [None], id="empty-rungs"),
        pytest.param({"rungs": None}, [None], id="null-rungs"),
        pytest.param({"upgrade": "pass", "rungs": {"upgrade": "fail"}}, ["fail"], id="rung-overrides-pass"),
        pytest.param({"upgrade": "pass", "rungs": {"upgrade": "skip"}}, [None], id="rung-skipped"),
        pytest.param({"upgrade": "fail", "rungs": {"upgrade": "pass"}}, ["fail"], id="own-failure"),
        pytest.param({"upgrade": "rolled-back", "rungs": {"upgrade": "fail"}}, ["rolled-back"], id="own-rollback"),
    ],
)
def test_runs_outcome_comes_from_upgrade_rung(keys: object, expected: list[str | None]) -> None:
    assert isinstance(keys, dict)
    run = RUN | keys | {"harness": {"anything": [1.5]}}
    for written in (run, [run], {"runs": [run]}, {"results": [run], "made": "today"}):
        records = read(json.dumps(written))
        assert [record.result.upgrade for record in records] == expected
        assert {(record.recipe, record.result.level, record.result.ref) for record in records} == {
            ("keycloak", 4, "1a2b3c4")
        }
    assert upgrades("\n".join((json.dumps(run), "", json.dumps(run), ""))) == expected * 2


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("- {date: 2026-06-10, ref: 12e4567, upgrade: pass, level: 4}", id="yaml"),
        pytest.param(
            "---\n- finished: 2026-06-10\n  commit: 12e4567\n  rungs: {upgrade: pass}\n  level: L4\n",
            id="yaml-document",
        ),
        pytest.param('[{"timestamp": "2026-06-10", "version": 12e4567, "upgrade": "pass", "level": "4"}]', id="json"),
        pytest.param(
            '\ufeff[{"date": "2026-06-10",\r\n "revision": "12e4567",\r\n "upgrade": "pass", "level": 4}]\r\n',
            id="json-with-bom",
        ),
        pytest.param(
            '{"runs": [{"started": "2026-06-10", "ref": "12e4567", "upgrade": "p\\u0061ss", "level": 4,"url": "\\/"}]}',
            id="json-runs",
        ),
    ],
)
def test_runs_accept_several_formats(text: str) -> None:
    assert read(text) == [Record(None, UpgradeResult(UpgradeOutcome.PASSED, DAY, "12e4567", 4, "r"))]


def test_runs_inherit_recipe_of_list() -> None:
    text = json.dumps(
        {"recipe": "n8n", "runs": [{"date": DAY, "level": 1}, {"recipe": "own", "date": DAY, "level": 1}]}
    )
    assert [record.recipe for record in read(text)] == ["n8n", "own"]
    assert read('{"runs": []}') == []


def test_results_are_sorted_across_time_zones() -> None:
    dates = ["2026-06-10T12:00:00+02:00", "2026-06-10T11:00:00Z", "2026-06-10", "2026-06-09T23:00:00-02:00"]
    found = read(json.dumps([{"date": date, "upgrade": "pass"} for date in dates]))
    assert [record.result.date for record in found] == [dates[2], dates[3], dates[0], dates[1]]


def test_run_without_date_uses_file_date(snapshot: SnapshotAssertion) -> None:
    assert read('{"upgrade": "pass"}', "2026-06-11 08:00:00")[0].result.date == "2026-06-11T08:00:00"
    assert read(suite(case("test_upgrade"), timestamp=""), "2026-06-11")[0].result.date == "2026-06-11"
    assert [read_error('{"upgrade": "pass"}', file_date).message for file_date in (None, "soon")] == snapshot


@pytest.mark.parametrize(
    ("text", "location"),
    [
        pytest.param("", (1, 1), id="empty-file"),
        pytest.param(" \n", (1, 1), id="blank-file"),
        pytest.param("# nothing\n", (1, 1), id="only-a-comment"),
        pytest.param("hello", (1, 1), id="bare-word"),
        pytest.param('"hello"', (1, 1), id="quoted-word"),
        pytest.param("[1]", (1, 2), id="number-in-list"),
        pytest.param("services:\n  app: {image: a}\n", (1, 1), id="stack"),
        pytest.param('version: "3.8"\nservices: {}\n', (1, 1), id="stack-with-version"),
        pytest.param(b"\x7fELF\x00\x01", (1, 1), id="binary"),
        pytest.param(b'[{\n "recipe": "\xff"}]', (2, 13), id="not-utf-8"),
        pytest.param('{"date": "2026-06-10",\n "upgrade": "pass"', (2, 19), id="open-brace"),
        pytest.param("[" * 100_000, (1, 1), id="too-deep"),
        pytest.param(
            '[{"date": "2026-06-10", "upgrade": "pass"},\n {"date": "2026-06-10", "result": "pass"}]',
            (2, 2),
            id="second-run-incomplete",
        ),
        pytest.param('[{"date": "2026-02-30", "upgrade": "pass"}]', (1, 11), id="no-such-day"),
        pytest.param('{"upgrade": "pass",\n "date": 1780000000}', (2, 10), id="number-as-date"),
        pytest.param('{"upgrade": "pass",\n "date": true}', (2, 10), id="boolean-as-date"),
        pytest.param(
            '{"date": "2026-06-10", "rungs": {\n "a\\"}": [{}],\n "upgrade": "blue"}}', (3, 13), id="unknown-status"
        ),
        pytest.param('{"date": "2026-06-10", "rungs": {"upgrade": [1]}}', (1, 45), id="rung-as-list"),
        pytest.param('{"date": "2026-06-10", "rungs": {"upgrade": {}}}', (1, 45), id="rung-without-status"),
        pytest.param('{"date": "2026-06-10", "rungs": "upgrade"}', (1, 33), id="rungs-as-text"),
        pytest.param('{"date": "2026-06-10", "rungs": [[]]}', (1, 34), id="rung-not-mapping"),
        pytest.param('{"date": "2026-06-10", "rungs": [{"status": "pass"}]}', (1, 34), id="rung-without-name"),
        pytest.param('{"date": "2026-06-10", "level": 4.5}', (1, 33), id="fraction-as-level"),
        pytest.param('{"date": "2026-06-10", "level": ' + "9" * 5000 + "}", (1, 33), id="huge-level"),
        pytest.param('{"date": "2026-06-10", "level": NaN}', (1, 33), id="nan-as-level"),
        pytest.param('{"date": "2026-06-10", "level": true}', (1, 33), id="boolean-as-level"),
        pytest.param('{"date": "2026-06-10", "upgrade": "fail",\n "upgrade": "pass"}', (2, 13), id="key-twice"),
        pytest.param('{"date": "2026-06-10", "upgrade": "pass", "recipe": "\\ud800"}', (1, 53), id="surrogate"),
        pytest.param('{"date": "2026-06-10", "upgrade": "pass", "ref": "\\u001b[2J"}', (1, 50), id="escape"),
        pytest.param(
            '{"date": "2026-06-10", "level": 1}\n{"date": "2026-06-10", "level": }\n', (2, 33), id="jsonl-bad-line"
        ),
        pytest.param('{"date": "2026-06-10", "level": 1}\n\n[]\n', (3, 1), id="jsonl-list-line"),
        pytest.param(
            '{"date": "2026-06-10", "level": 1}\r\n{"date": "soon", "level": 1}\r\n', (2, 10), id="jsonl-bad-date"
        ),
        pytest.param(
            "- {date: 2026-06-10, upgrade: pass}\n- {date: 2026-06-31, upgrade: pass}\n", (2, 10), id="yaml-bad-date"
        ),
        pytest.param(
            "- {date: 2026-06-10, upgrade: pass}\n- {upgrade: yes, date: 2026-06-10}\n",
            (2, 13),
            id="yaml-boolean-status",
        ),
        pytest.param("- {date: 2026-06-10, upgrade: pass, levl: 4}\n", (1, 43), id="yaml-misspelt-key"),
        pytest.param("- {date: 2026-06-10, upgrade: pass, x: 4}\n", (1, 40), id="yaml-unknown-key"),
        pytest.param(
            "- {date: 2026-06-10, upgrade: pass}\n---\n- {date: 2026-06-11, upgrade: fail}\n",
            (2, 1),
            id="yaml-second-document",
        ),
        pytest.param("- {date: 2026-06-10, upgrade: pass, upgrade: fail}\n", (1, 37), id="yaml-key-twice"),
    ],
)
def test_results_errors_have_a_location(
    text: str | bytes, location: tuple[int, int], snapshot: SnapshotAssertion
) -> None:
    problem = read_error(text)
    assert problem.message == snapshot
    assert (problem.line, problem.column) == location


def test_results_error_shortens_long_text() -> None:
    assert len(read_error(json.dumps({"date": DAY, "upgrade": "x" * 10_000})).message) < 200


def test_results_reject_huge_file(snapshot: SnapshotAssertion) -> None:
    assert read_error(b" " * (MAX_BYTES + 1)).message == snapshot(name="too-large")
    assert read_error(b" " * MAX_BYTES).message == snapshot(name="empty")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2026-06-10", "2026-06-10"),
        ("2026-06-10T08:30:00Z", "2026-06-10T08:30:00Z"),
        ("2026-06-10t08:30:00.123456789z", "2026-06-10T08:30:00.123456789Z"),
        ("2026-06-10 08:30:00,5 +0200", "2026-06-10T08:30:00.5+0200"),
        ("2026-06-10T08:30", "2026-06-10T08:30"),
        ("2024-02-29", "2024-02-29"),
        ("2026-02-29", None),
        ("2026-13-01", None),
        ("2026-06-10T25:00:00", None),
        ("20260610", None),
        ("2026-6-1", None),
        ("2026-06-10T", None),
        ("2026-06-10T08:30:00 CEST", None),
        ("٢٠٢٦-06-10", None),
        ("0000-01-01", None),
    ],
)
def test_normalize_date(written: str, expected: str | None) -> None:
    assert normalize_date(written) == expected


def test_to_timestamp_at_first_and_last_date() -> None:
    assert (
        to_timestamp("0001-01-01T00:00:00+14:00")
        < to_timestamp("0001-01-01")
        < to_timestamp("9999-12-31T23:59:59-12:00")
    )


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(["pass", "fail", DAY, "L4"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["upgrade", "rungs", "level", "date", "runs", "name", "status", "x"]), inner)
    ),
    max_leaves=12,
)
XML = st.recursive(
    st.text("abc &;<", max_size=4),
    lambda inner: st.builds(
        '<{0} name="{1}" value="{2}" timestamp="{2}">{3}</{0}>'.format,
        st.sampled_from(["testsuites", "testsuite", "testcase", "failure", "skipped", "properties", "property"]),
        st.sampled_from(["test_upgrade", "recipe", "ref", "level"]),
        st.sampled_from([DAY, "", "4", "x"]),
        st.lists(inner, max_size=3).map("".join),
    ),
    max_leaves=12,
)


@given(
    st.binary()
    | st.text().map(str.encode)
    | JSON.map(lambda value: json.dumps(value).encode())
    | st.lists(JSON, max_size=3).map(lambda values: "\n".join(map(json.dumps, values)).encode())
    | XML.map(str.encode)
)
def test_results_handle_any_bytes(data: bytes) -> None:
    records, problems = read_or_errors(data)
    assert all(problem.line >= 1 and problem.column >= 1 and problem.message for problem in problems)
    assert all(record.result.upgrade in (None, "pass", "fail", "rolled-back") for record in records)
    assert all(normalize_date(record.result.date) == record.result.date for record in records)


def read_or_errors(data: bytes) -> tuple[list[Record], list[Problem]]:
    try:
        return read_results(data, "r", lambda: DAY), []
    except FleetError as error:
        return [], error.problems
