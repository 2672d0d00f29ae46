"""Records of results files, and the parsing of their values."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, NoReturn, Protocol

from rollout_lint.errors import FleetError
from rollout_lint.fleet.model import UpgradeOutcome
from rollout_lint.fleet.results.dates import normalize_date, to_timestamp
from rollout_lint.location import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from rollout_lint.fleet.model import UpgradeResult

_STATUSES: dict[str, UpgradeOutcome | None] = {
    word: outcome
    for outcome, words in (
        (UpgradeOutcome.PASSED, "pass passed ok success successful succeeded green true"),
        (UpgradeOutcome.FAILED, "fail failed failure error errored red false"),
        (UpgradeOutcome.ROLLED_BACK, "rolled-back rollback-completed rollback-started rollback-paused"),
        (None, "skip skipped na n/a none null unverified not-run notrun disabled suppressed"),
    )
    for word in words.split()
}
_ROLLED_BACK = re.compile(r"rollback_(?:completed|started|paused)|\brolled[ _-]back\b", re.IGNORECASE)
_LEVEL = re.compile(r"[Ll]?(\d{1,4})", re.ASCII)
_MAX_QUOTED = 60

FORMATS: Final = (
    "must be JUnit XML, a run or a list of runs in JSON or YAML with a date and `upgrade`, `rungs` or `level`, "
    "or one such run a line"
)


NO_DATE: Final = (
    "this run has no date: commit the file to git, whose date it then has, or set `date` beside `file` in the manifest"
)


@dataclass(frozen=True, slots=True)
class Record:
    """Result of one run, and its recipe if the file names it."""

    recipe: str | None
    result: UpgradeResult


@dataclass(frozen=True, slots=True)
class ResultsFile:
    """Results file that is read: its name in messages, and a function for the date of runs without a date."""

    name: str
    find_date: Callable[[], str | None] = lambda: None

    def date_or_fail(self, location: tuple[int, int]) -> str:
        """Return the date of a run without a date. Raises FleetError if the file has none either."""
        date = self.find_date()
        return (normalize_date(date) if date else None) or self.fail(location, NO_DATE)

    def fail(self, location: tuple[int, int], message: str) -> NoReturn:
        """Raise FleetError for this line and column."""
        raise FleetError([Problem(self.name, *location, message)])

    def fail_format(self, location: tuple[int, int], reason: str) -> NoReturn:
        """Raise FleetError for a file that is not a results file."""
        self.fail(location, f"is not a results file: {reason}; {FORMATS}")


class SourcedText(Protocol):
    """Text of a results file that can report an error at its location."""

    @property
    def text(self) -> str:
        """Text as written."""

    def fail(self, message: str) -> NoReturn:
        """Raise FleetError with the location of the text."""


def require_printable(source: SourcedText) -> str:
    """Return the text. Raises FleetError if it has control characters or lone surrogates."""
    return source.text if source.text.isprintable() else source.fail(f"{quote(source.text)} is not printable text")


def parse_date(source: SourcedText) -> str:
    """Return the date in ISO 8601. Raises FleetError if no such day exists."""
    date = normalize_date(source.text)
    return date or source.fail(f"invalid date {quote(source.text)}: must be a date such as 2026-06-10")


def parse_level(source: SourcedText) -> int:
    """Return the number of a level such as `4` or `L4`. Raises FleetError."""
    match = _LEVEL.fullmatch(source.text.strip())
    return int(match[1]) if match else source.fail(f"invalid level {quote(source.text)}: must be like 4 or L4")


def is_status(word: str) -> bool:
    """Return True if `parse_status` knows a word."""
    return _status_key(word) in _STATUSES


def parse_status(word: str) -> UpgradeOutcome | None:
    """Return the outcome of a status word, None for a skipped test. Raises KeyError for an unknown word."""
    return _STATUSES[_status_key(word)]


def _status_key(word: str) -> str:
    return re.sub(r"[ _]", "-", word.strip().lower())


def classify_failure(texts: Iterable[str | None]) -> UpgradeOutcome:
    """Return UpgradeOutcome.ROLLED_BACK if a text of a failure reports a rollback, else UpgradeOutcome.FAILED.

    The words are the states of `UpdateStatus` (moby `api/types/swarm/service.go`), and "rolled back".
    """
    return (
        UpgradeOutcome.ROLLED_BACK
        if any(text and _ROLLED_BACK.search(text) for text in texts)
        else UpgradeOutcome.FAILED
    )


def combine_attempts(tests: Iterable[Sequence[UpgradeOutcome | None]]) -> list[UpgradeOutcome | None]:
    """Return the outcomes of a run from the attempts of each test, in order.

    They are one outcome, or a failure and a pass if each failed test passed when it was run again.
    """
    tried = [[attempt for attempt in attempts if attempt is not None] for attempts in tests]
    finals = [attempts[-1] for attempts in tried if attempts]
    if not finals:
        return [None]
    worst = find_worst_outcome(attempt for attempts in tried for attempt in attempts)
    if find_worst_outcome(finals) is not UpgradeOutcome.PASSED:
        return [worst]
    return [UpgradeOutcome.PASSED] if worst is UpgradeOutcome.PASSED else [worst, UpgradeOutcome.PASSED]


def find_worst_outcome(outcomes: Iterable[UpgradeOutcome]) -> UpgradeOutcome:
    """Return the worst of one or more outcomes."""
    return max(outcomes, key=list(UpgradeOutcome).index)


def sort_records(records: Iterable[Record]) -> list[Record]:
    """Return the records by date; the sort is stable."""
    return sorted(records, key=lambda record: to_timestamp(record.result.date))


def make_records(recipe: str | None, outcomes: Iterable[UpgradeOutcome | None], run: UpgradeResult) -> list[Record]:
    """Return a record for each outcome of a run."""
    return [Record(recipe, replace(run, upgrade=outcome)) for outcome in outcomes]


def quote(text: str) -> str:
    """Return a text in quotes, on one line and shortened, for a message."""
    return repr(text if len(text) <= _MAX_QUOTED else text[:_MAX_QUOTED] + "…")
