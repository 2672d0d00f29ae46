"""Attempts of a proof: which outcome counts."""

from dataclasses import replace

import pytest

from tests.swarm.engine import EngineError
from tests.swarm.observe import Observation
from tests.swarm.proof import Expectation, cases, rules_folder
from tests.swarm.scenario import Outcome, first_as_expected

CASE = replace(cases(rules_folder())[0], expected=Expectation(("completed",), "new"))
EXPECTED = Outcome(CASE, "26.1", "26.1.5", (Observation("completed", "new", "stopped"),))
OTHER = Outcome(CASE, "26.1", "26.1.5", (Observation("paused", "new", "stopped"),))
MOVES, STAYS = (replace(EXPECTED.observation, moved=moved) for moved in (True, False))
REASON = "update is paused, not ('completed',)"


def result_of(*attempts: Outcome | EngineError) -> tuple[Outcome, int]:
    """Return the outcome of these attempts, and the number of those that were not made."""
    left = list(attempts)

    def attempt() -> Outcome:
        made = left.pop(0)
        if isinstance(made, EngineError):
            raise made
        return made

    return first_as_expected(attempt), len(left)


def test_first_attempt_counts_if_it_is_as_expected() -> None:
    assert result_of(EXPECTED, OTHER) == (EXPECTED, 1)


def test_later_attempt_has_the_reasons_of_the_earlier_ones() -> None:
    outcome, left = result_of(OTHER, EngineError("the old release does not run"), EXPECTED, OTHER)
    assert (outcome.differences, left) == ([], 1)
    assert outcome.lost == (REASON, "the old release does not run")


def test_third_attempt_is_the_last() -> None:
    outcome, left = result_of(OTHER, OTHER, OTHER, EXPECTED)
    assert (outcome.differences, outcome.lost, left) == ([REASON], (REASON, REASON), 1)


def test_error_of_the_third_attempt_is_raised() -> None:
    with pytest.raises(EngineError, match="third"):
        result_of(OTHER, EngineError("second"), EngineError("third"), EXPECTED)


@pytest.mark.parametrize(
    ("side", "moved", "is_certain", "fails"),
    [
        ("bad", [False, True], False, False),
        ("bad", [False, True, False], True, False),
        ("bad", [False, False, False], False, True),
        ("bad", [False, False, False, True], True, False),
        ("bad", [False] * 12, True, True),
        ("fixed", [True, True], False, False),
        ("fixed", [True, False, True], True, True),
        ("fixed", [True, True, True], True, False),
    ],
)
def test_repeated_bad_example_must_fail_once(side: str, moved: list[bool], is_certain: bool, fails: bool) -> None:
    case = replace(CASE, side=side, repeat=3, expected=replace(CASE.expected, moved=True))
    outcome = replace(EXPECTED, case=case, observations=tuple(MOVES if each else STAYS for each in moved))
    assert (outcome.is_certain, bool(outcome.differences)) == (is_certain, fails)
    assert outcome.observation == (MOVES if any(moved) else STAYS)
