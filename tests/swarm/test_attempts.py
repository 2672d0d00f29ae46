"""Attempts of a proof: which outcome counts."""

from dataclasses import replace

import pytest

from tests.swarm.engine import EngineError
from tests.swarm.observe import Observation
from tests.swarm.proof import Expectation, cases, rules_folder
from tests.swarm.scenario import Outcome, first_as_expected

CASE = replace(cases(rules_folder())[0], expected=Expectation(("completed",), "new"))
EXPECTED = Outcome(CASE, "26.1", "26.1.5", Observation("completed", "new", "stopped"))
OTHER = Outcome(CASE, "26.1", "26.1.5", Observation("paused", "new", "stopped"))
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
