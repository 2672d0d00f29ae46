"""The proofs' schema knows what the engine suite knows, and the table of what an engine showed has every proof."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from inspect import signature
from typing import Any

from rollout_lint.facts.images import rules_directory
from rollout_lint.rules.loader import load_rules

from tests.rules.config_proof import HEADINGS as CONFIG_HEADINGS
from tests.rules.config_proof import config_cases, told
from tests.swarm.behaviour import BEHAVIOURS
from tests.swarm.deploy_proof import HEADINGS as DEPLOY_HEADINGS
from tests.swarm.deploy_proof import as_stated, deploy_cases
from tests.swarm.evidence import HEADINGS
from tests.swarm.proof import OLD_TASKS, RELEASES, UPDATES, Case, Expectation, cases

RENEW = "ROLLOUT_LINT_EVIDENCE=rules/EVIDENCE.md pytest -m swarm tests/swarm"


def definitions() -> dict[str, Any]:
    return dict(json.loads((rules_directory() / "rule.schema.json").read_text("utf-8"))["$defs"])


def test_the_words_of_a_proof_are_those_of_the_engine_suite() -> None:
    behaviour, seen = definitions()["behaviour"]["properties"], definitions()["seen"]["properties"]
    parameters = {name for function in BEHAVIOURS.values() for name in signature(function).parameters}
    assert set(behaviour) == {"behaviour", "slots", "only_first", "others", *parameters}
    assert set(behaviour["behaviour"]["enum"]) == set(BEHAVIOURS)
    assert set(definitions()["update"]["enum"]) == set(UPDATES)
    assert set(seen) == {field.name for field in fields(Expectation)}
    assert set(seen["release"]["enum"]) == set(RELEASES)
    assert set(seen["old_task"]["enum"]) == set(OLD_TASKS)


def test_each_side_of_each_proof_has_its_row() -> None:
    rows = [dict(zip(HEADINGS, row, strict=True)) for row in rows_of_the_page() if len(row) == len(HEADINGS)]
    stated = cases(rules_directory())
    assert [(row["rule"], row["example"]) for row in rows] == [(case.rule, case.example) for case in stated], RENEW
    for row, case in zip(rows, stated, strict=True):
        assert row == row | what_the_rule_states(case), RENEW
        assert re.search(case.expected.message or "", row["message"]), RENEW


def rows_of_the_page() -> list[list[str]]:
    page = (rules_directory() / "EVIDENCE.md").read_text("utf-8")
    lines = [line.removeprefix("| ").removesuffix(" |") for line in page.splitlines() if line.startswith("| RL")]
    return [line.split(" | ") for line in lines]


def test_each_side_of_each_config_proof_has_its_row() -> None:
    rows = [row for row in rows_of_the_page() if len(row) == len(CONFIG_HEADINGS)]
    stated = config_cases(load_rules())
    assert [row[:2] for row in rows] == [[case.rule, case.example] for case in stated], RENEW
    for (_, _, shown), case in zip(rows, stated, strict=True):
        if "refused" in case.stated:
            assert re.search(case.stated["refused"], shown.removeprefix("refused: ")), RENEW
        else:
            assert shown == told(case.stated), RENEW


def test_each_side_of_each_deploy_proof_has_its_row() -> None:
    rows = [row for row in rows_of_the_page() if len(row) == len(DEPLOY_HEADINGS)]
    stated = deploy_cases()
    assert [row[:2] for row in rows] == [[case.rule, case.example] for case in stated], RENEW
    for (_, _, taken, said), case in zip(rows, stated, strict=True):
        assert as_stated(case, None if taken == "yes" else said), RENEW


def what_the_rule_states(case: Case) -> dict[str, str]:
    expected = case.expected
    old, new, memory = case.words
    row = {"old behaviour": old, "new behaviour": new, "host memory": memory}
    row |= {"update state": " or ".join(expected.update), "release by label": expected.release}
    row |= {"old task": expected.old_task} if expected.old_task else {}
    return row | {"nothing ran for a moment": {True: "yes", False: "no", None: ""}[expected.outage]}
