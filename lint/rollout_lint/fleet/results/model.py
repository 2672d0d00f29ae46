"""What the readers of results files share: a record, the words for a result, and how attempts add up."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, NoReturn, Protocol

from rollout_lint.errors import FleetError
from rollout_lint.fleet.results.dates import iso_date, moment
from rollout_lint.location import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rollout_lint.fleet.model import UpgradeResult

PASSED: Final = "pass"
FAILED: Final = "fail"
ROLLED_BACK: Final = "rolled-back"

_WORDS: dict[str, str | None] = {
    **dict.fromkeys(("pass", "passed", "ok", "success", "successful", "succeeded", "green", "true"), PASSED),
    **dict.fromkeys(("fail", "failed", "failure", "error", "errored", "red", "false"), FAILED),
    **dict.fromkeys(("rolled-back", "rollback-completed", "rollback-started", "rollback-paused"), ROLLED_BACK),
    **dict.fromkeys(
        ("skip", "skipped", "na", "n/a", "none", "null", "unverified", "not-run", "notrun", "disabled", "suppressed"),
        None,
    ),
}
_ROLLED_BACK = re.compile(r"rollback_(?:completed|started|paused)|\brolled[ _-]back\b", re.IGNORECASE)
_LEVEL = re.compile(r"[Ll]?(\d{1,4})", re.ASCII)
_SHOWN_CHARACTERS = 60

READABLE: Final = (
    "what can be read is JUnit XML, a run or a list of runs in JSON or YAML with a date and `upgrade`, `rungs` or "
    "`level`, or one such run a line"
)


@dataclass(frozen=True, slots=True)
class Record:
    """One run that a results file tells of: the recipe where the file names it, and the result."""

    recipe: str | None
    result: UpgradeResult


@dataclass(frozen=True, slots=True)
class Reading:
    """The file that is read: its name as shown, and the date of a run that has none."""

    name: str
    file_date: str | None = None

    def refuse(self, location: tuple[int, int], message: str) -> NoReturn:
        """Raise FleetError with the problem at line and column."""
        raise FleetError([Problem(self.name, *location, message)])

    def refuse_shape(self, location: tuple[int, int], reason: str) -> NoReturn:
        """Raise FleetError for a file that is something else, with what would be read."""
        self.refuse(location, f"is not a results file: {reason}; {READABLE}")


class Stated(Protocol):
    """A text of the file, and how to refuse it at its place."""

    @property
    def text(self) -> str:
        """As it is written."""

    def refuse(self, message: str) -> NoReturn:
        """Raise FleetError with its place."""


def printable(stated: Stated) -> str:
    """The text. Raises FleetError where it holds control characters or half of a surrogate pair."""
    return stated.text if stated.text.isprintable() else stated.refuse(f"{shown(stated.text)} is no printable text")


def date_of(stated: Stated) -> str:
    """The date in ISO 8601. Raises FleetError where there is no such day."""
    return iso_date(stated.text) or stated.refuse(f"{shown(stated.text)} is no date such as 2026-06-10")


def level_of(stated: Stated) -> int:
    """The level as a number, from `4` or `L4`. Raises FleetError for anything else."""
    match = _LEVEL.fullmatch(stated.text.strip())
    return int(match[1]) if match else stated.refuse(f"{shown(stated.text)} is no level such as 4 or L4")


def known_word(word: str) -> bool:
    """Whether a status word is one that `outcome` can tell of."""
    return _key(word) in _WORDS


def outcome(word: str) -> str | None:
    """What a status word says: `pass`, `fail` or `rolled-back`; None for one that says that nothing was tried.

    Raises KeyError for a word that is not known.
    """
    return _WORDS[_key(word)]


def _key(word: str) -> str:
    return re.sub(r"[ _]", "-", word.strip().lower())


def failure(texts: Iterable[str | None]) -> str:
    """`rolled-back` where a failure's own words say that Swarm rolled back, else `fail`.

    The words are the states of `UpdateStatus` (moby `api/types/swarm/service.go`), and "rolled back".
    """
    return ROLLED_BACK if any(text and _ROLLED_BACK.search(text) for text in texts) else FAILED


def settle(tests: Iterable[Sequence[str | None]]) -> list[str | None]:
    """What a run comes to, from the attempts of each of its tests, in their order.

    One result; or two, a failure and the pass after it, where each test that failed has passed when it was run again.
    """
    tried = [[attempt for attempt in attempts if attempt is not None] for attempts in tests]
    finals = [attempts[-1] for attempts in tried if attempts]
    if not finals:
        return [None]
    bad = worst(attempt for attempts in tried for attempt in attempts)
    if worst(finals) != PASSED:
        return [bad]
    return [PASSED] if bad == PASSED else [bad, PASSED]


def worst(outcomes: Iterable[str]) -> str:
    """The gravest of these; there must be one."""
    return max(outcomes, key=(PASSED, FAILED, ROLLED_BACK).index)


def oldest_first(records: Iterable[Record]) -> list[Record]:
    """The records by date; those of one moment stay in their order."""
    return sorted(records, key=lambda record: moment(record.result.date))


def records_of(recipe: str | None, results: Iterable[str | None], run: UpgradeResult) -> list[Record]:
    """One record for each result of a run."""
    return [Record(recipe, replace(run, upgrade=upgrade)) for upgrade in results]


def shown(text: str) -> str:
    """A text of the file for a message: quoted, on one line, and not all of a long one."""
    return repr(text if len(text) <= _SHOWN_CHARACTERS else text[:_SHOWN_CHARACTERS] + "…")
