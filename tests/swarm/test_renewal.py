"""Rows of the evidence page from outcomes and from an old page, without an engine."""

from dataclasses import replace

import pytest
from rollout_lint.packaged import rules_directory

from tests.swarm.evidence import row_start
from tests.swarm.installation import SUITES
from tests.swarm.observe import Observation
from tests.swarm.proof import cases
from tests.swarm.renewal import EvidenceError, proof_rows
from tests.swarm.scenario import Outcome

CASE = next(case for case in cases(rules_directory()) if case.name == "RL004-fixed")
OLD = f"{row_start(CASE)}old | old | old |"


def outcomes(update: str = "completed", engines: tuple[str, ...] = tuple(SUITES)) -> list[Outcome]:
    seen = Observation(update, "new", "stopped", replicas="")
    return [Outcome(CASE, name, f"{name}.0", (seen,)) for name in engines]


def test_outcomes_on_all_engines_make_a_row() -> None:
    [row] = proof_rows([CASE], outcomes(), OLD)
    assert row.removeprefix(row_start(CASE)).split(" | ") == ["completed; label new"] * 2 + ["completed; label new |"]


def test_row_of_repeated_proof_has_the_count() -> None:
    expected = replace(CASE.expected, moved=True, empty_volume=True)
    case = replace(CASE, side="bad", repeat=3, expected=expected)
    moved = Observation("completed", "new", "stopped", moved=True, empty_volume=True)
    stayed = replace(moved, moved=False, empty_volume=False)
    seen = [Outcome(case, name, f"{name}.0", (stayed, moved, moved)) for name in SUITES]
    [row] = proof_rows([case], seen, "")
    cell = "2 of 3: completed; label new; a new task on another node; its volume is empty"
    assert row.removeprefix(row_start(case)).removesuffix(" |").split(" | ") == [cell] * 3


def test_row_is_kept_unless_all_engines_ran() -> None:
    assert proof_rows([CASE], [], f"# Page\n\n{OLD}\n") == [OLD]
    assert proof_rows([CASE], outcomes(engines=("20.10", "26.1")), OLD) == [OLD]


def test_row_of_changed_proof_is_not_kept() -> None:
    changed = replace(CASE, words=("a task runs after 2 s", *CASE.words[1:]))
    with pytest.raises(EvidenceError, match="engine proofs without a result on each of 20"):
        proof_rows([changed], [], OLD)


def test_row_of_failed_proof_is_not_kept() -> None:
    with pytest.raises(EvidenceError, match="RL004-fixed"):
        proof_rows([CASE], outcomes("paused"), OLD)
