"""Proofs of rule files against the engine suite and the evidence page."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from inspect import signature
from typing import TYPE_CHECKING, Any

from rollout_lint.facts.images import rules_directory

from tests.rules.config_proof import HEADINGS as CONFIG_HEADINGS
from tests.rules.config_proof import config_cases, format_cell
from tests.swarm.behaviour import BEHAVIOURS
from tests.swarm.deploy_proof import HEADINGS as DEPLOY_HEADINGS
from tests.swarm.deploy_proof import Answer, deploy_cases, is_expected
from tests.swarm.evidence import HEADINGS
from tests.swarm.proof import OLD_TASKS, RELEASES, UPDATES, Case, Expectation, cases
from tests.swarm.redeploy_proof import HEADINGS as REDEPLOY_HEADINGS
from tests.swarm.redeploy_proof import deploys, redeploy_cases

if TYPE_CHECKING:
    from rollout_lint.rules.model import Rule

RENEW = "ROLLOUT_LINT_EVIDENCE=rules/EVIDENCE.md pytest -m swarm tests/swarm"


def definitions() -> dict[str, Any]:
    return dict(json.loads((rules_directory() / "rule.schema.json").read_text("utf-8"))["$defs"])


def test_proof_schema_matches_the_engine_suite() -> None:
    behaviour, seen = definitions()["behaviour"]["properties"], definitions()["seen"]["properties"]
    parameters = {name for function in BEHAVIOURS.values() for name in signature(function).parameters}
    assert set(behaviour) == {"behaviour", "slots", "only_first", "others", *parameters}
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
        assert row == row | expected_cells(case), RENEW
        assert re.search(case.expected.message or "", row["message"]), RENEW


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
    for (_, _, taken, said), case in zip(rows, proofs, strict=True):
        assert is_expected(case, Answer(taken == "yes", said)), RENEW


def test_evidence_has_a_row_per_redeploy_proof() -> None:
    rows = [row for row in evidence_rows() if len(row) == len(REDEPLOY_HEADINGS)]
    proofs = redeploy_cases()
    expected = [[case.rule, case.example, *(deploy.words for deploy in deploys(case))] for case in proofs]
    assert [row[:4] for row in rows] == expected, RENEW
    for row, case in zip(rows, proofs, strict=True):
        assert row[4] in case.expected, RENEW


def expected_cells(case: Case) -> dict[str, str]:
    expected = case.expected
    old, new, memory = case.words
    row = {"old behaviour": old, "new behaviour": new, "host memory": memory}
    row |= {"update state": " or ".join(expected.update), "release by label": expected.release}
    row |= {"old task": expected.old_task} if expected.old_task else {}
    row |= {"replicas in `docker service ls`": expected.replicas or ""}
    return row | {"nothing ran for a moment": {True: "yes", False: "no", None: ""}[expected.outage]}
