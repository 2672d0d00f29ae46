"""Proofs of rule files against the engine suite and the evidence page."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from inspect import signature
from typing import TYPE_CHECKING, Any

from rollout_lint.packaged import rules_directory
from rollout_lint.report.rules.proofs import ENGINES

from tests.rules.config_proof import HEADINGS as CONFIG_HEADINGS
from tests.rules.config_proof import config_cases, format_cell
from tests.swarm.behaviour import BEHAVIOURS
from tests.swarm.deploy_proof import HEADINGS as DEPLOY_HEADINGS
from tests.swarm.deploy_proof import deploy_cases, is_expected, read_answer
from tests.swarm.evidence import COMMAND, HEADINGS
from tests.swarm.installation import SUITES
from tests.swarm.proof import OLD_TASKS, RELEASES, UPDATES, Case, Expectation, cases
from tests.swarm.redeploy_proof import HEADINGS as REDEPLOY_HEADINGS
from tests.swarm.redeploy_proof import deploys, redeploy_cases

if TYPE_CHECKING:
    from rollout_lint.rules.model import Rule

RENEW = COMMAND


def definitions() -> dict[str, Any]:
    return dict(json.loads((rules_directory() / "rule.schema.json").read_text("utf-8"))["$defs"])


def test_proof_schema_matches_the_engine_suite() -> None:
    behaviour, seen = definitions()["behaviour"]["properties"], definitions()["seen"]["properties"]
    parameters = {name for function in BEHAVIOURS.values() for name in signature(function).parameters}
    assert set(behaviour) == {"behaviour", "slots", "only_first", "others", "healthcheck", *parameters}
    assert set(behaviour["behaviour"]["enum"]) == set(BEHAVIOURS)
    assert set(definitions()["update"]["enum"]) == set(UPDATES)
    assert set(seen) == {field.name for field in fields(Expectation)}
    assert set(seen["release"]["enum"]) == set(RELEASES)
    assert set(seen["old_task"]["enum"]) == set(OLD_TASKS)


def test_evidence_has_a_row_per_engine_proof() -> None:
    rows = [dict(zip(HEADINGS, row, strict=True)) for row in evidence_rows() if len(row) == len(HEADINGS)]
    proofs = cases(rules_directory())
    assert [(row["rule"], row["example"]) for row in rows] == [(case.rule, case.example) for case in proofs], RENEW
    for row, case in zip(rows, proofs, strict=True):
        assert row == row | dict(zip(HEADINGS[2:5], case.words, strict=True)), RENEW
        for engine in SUITES:
            assert_expected(case, row[engine])


def test_explain_names_the_engines_of_the_evidence() -> None:
    assert tuple(SUITES) == ENGINES


def evidence_rows() -> list[list[str]]:
    page = (rules_directory() / "EVIDENCE.md").read_text("utf-8")
    lines = [line.removeprefix("| ").removesuffix(" |") for line in page.splitlines() if line.startswith("| RL")]
    return [line.split(" | ") for line in lines]


def test_evidence_has_a_row_per_config_proof(packaged_rules: tuple[Rule, ...]) -> None:
    rows = [row for row in evidence_rows() if len(row) == len(CONFIG_HEADINGS)]
    config_proofs = config_cases(packaged_rules)
    assert [row[:2] for row in rows] == [[case.rule, case.example] for case in config_proofs], RENEW
    for (_, _, shown), case in zip(rows, config_proofs, strict=True):
        if "refused" in case.expected:
            assert re.search(case.expected["refused"], shown.removeprefix("refused: ")), RENEW
        else:
            assert shown == format_cell(case.expected), RENEW


def test_evidence_has_a_row_per_deploy_proof() -> None:
    rows = [row for row in evidence_rows() if len(row) == len(DEPLOY_HEADINGS)]
    proofs = deploy_cases()
    assert [row[:2] for row in rows] == [[case.rule, case.example] for case in proofs], RENEW
    for (_, _, *said), case in zip(rows, proofs, strict=True):
        assert [is_expected(case, read_answer(text)) for text in said] == [True] * len(SUITES), RENEW


def test_evidence_has_a_row_per_redeploy_proof() -> None:
    rows = [row for row in evidence_rows() if len(row) == len(REDEPLOY_HEADINGS)]
    proofs = redeploy_cases()
    expected = [[case.rule, case.example, *(deploy.words for deploy in deploys(case))] for case in proofs]
    assert [row[:4] for row in rows] == expected, RENEW
    for row, case in zip(rows, proofs, strict=True):
        assert [result in case.expected for result in row[4:]] == [True] * len(SUITES), RENEW


def assert_expected(case: Case, cell: str) -> None:
    """Compare the parts of a cell with the proof: all that it states, in this order."""
    expected = case.expected
    update, *parts = cell.split("; ")
    if case.repeat > 1:
        times, update = update.split(": ")
        assert_count(case, *map(int, times.split(" of ")))
    assert update == " or ".join(expected.update), RENEW
    if update != "refused":
        assert parts.pop(0) == f"label {expected.release}", RENEW
    if expected.old_task is not None:
        assert parts.pop(0) == f"old tasks {expected.old_task}", RENEW
    if expected.outage is not None:
        assert parts.pop(0) == ("for a moment no task ran" if expected.outage else "a task always ran"), RENEW
    if expected.replicas is not None:
        assert parts.pop(0) == expected.replicas, RENEW
    if expected.moved:
        assert parts.pop(0) == "a new task on another node", RENEW
    if expected.empty_volume:
        assert parts.pop(0) == "its volume is empty", RENEW
    assert re.search(expected.message or "", "; ".join(parts)), RENEW


def assert_count(case: Case, seen: int, updates: int) -> None:
    """Check how often the result was seen: once or more in the bad example, and always in the fixed one."""
    assert updates >= case.repeat, RENEW
    assert 0 < seen <= updates if case.side == "bad" else seen == updates, RENEW
