"""The proofs' schema knows what the engine suite knows, and the table of what an engine showed has every proof."""

from __future__ import annotations

import json

from rollout_lint.images import rules_directory

from tests.swarm.behaviour import BEHAVIOURS
from tests.swarm.proof import OLD_TASKS, RELEASES, UPDATES, cases


def test_the_words_of_a_proof_are_those_of_the_engine_suite() -> None:
    definitions = json.loads((rules_directory() / "rule.schema.json").read_text("utf-8"))["$defs"]
    seen = definitions["seen"]["properties"]
    assert set(definitions["behaviour"]["properties"]["behaviour"]["enum"]) == set(BEHAVIOURS)
    assert set(definitions["update"]["enum"]) == set(UPDATES)
    assert set(seen["release"]["enum"]) == set(RELEASES)
    assert set(seen["old_task"]["enum"]) == set(OLD_TASKS)


def test_each_side_of_each_proof_has_its_row() -> None:
    page = (rules_directory() / "EVIDENCE.md").read_text("utf-8")
    rows = [line.strip("| ").split(" | ")[:6] for line in page.splitlines() if line.startswith("| RL")]
    stated = [(case.rule, case.side, *case.words, case.expected.update) for case in cases(rules_directory())]
    assert [(*row[:5], tuple(row[5].split(" or "))) for row in rows] == stated, (
        "ROLLOUT_LINT_EVIDENCE=rules/EVIDENCE.md pytest tests/swarm"
    )
