"""The runs of a CI that tests in levels: an object, or a list of them, with the rungs of each.

L1 is the install, L2 the upgrade, L3 backup and restore, L4 the functional tests, L5 lint. Only the rung of the
upgrade, or `upgrade` itself, tells of an upgrade; the level that a run reached does not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from rollout_lint.fleet.model import UpgradeResult
from rollout_lint.fleet.results.document import TWICE, YamlText
from rollout_lint.fleet.results.model import (
    FAILED,
    PASSED,
    Reading,
    Record,
    date_of,
    failure,
    known_word,
    level_of,
    outcome,
    printable,
    records_of,
    settle,
    shown,
    worst,
)
from rollout_lint.syntax.suggest import suggest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rollout_lint.fleet.results.document import JsonText, Steps

_RUNS = ("runs", "results")
_RECIPE = ("recipe",)
_DATE = ("date", "timestamp", "finished", "started")
_REF = ("ref", "revision", "commit", "version")
_TELLING = ("upgrade", "rungs", "level")
_LISTED = frozenset((*_RECIPE, *_DATE, *_REF, *_TELLING))
_NAME = ("name", "rung")
_STATUS = ("status", "result")
_MESSAGE = ("message", "detail")
_UPGRADE_RUNG = re.compile(r"(?:l2[\W_]*)?upgrade|l2", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Part:
    """A value of a document, and where it stands."""

    reading: Reading
    document: JsonText | YamlText
    value: Any
    steps: Steps = ()

    @property
    def text(self) -> str:
        """The value as text. Raises FleetError where it is neither text nor a number."""
        if not isinstance(self.value, str):
            self.refuse(f"{self._named()} must be text or a number")
        return self.value

    def below(self, step: str | int) -> Part:
        """The value under a key, or at an index, which must exist."""
        return Part(self.reading, self.document, self.value[step], (*self.steps, step))

    def first(self, keys: tuple[str, ...]) -> Part | None:
        """The value of the first of these keys that has one. Raises FleetError for one that stands there twice."""
        for key in keys:
            value = self.value.get(key)
            if value is TWICE:
                self.below(key).refuse(f"{key} stands here twice")
            if value is not None and value != "":
                return self.below(key)
        return None

    def items(self) -> Iterator[Part]:
        """The values of a list."""
        return (self.below(index) for index in range(len(self.value)))

    def refuse(self, message: str) -> NoReturn:
        """Raise FleetError with the place of the value."""
        self.reading.refuse(self.document.location(self.steps), message)

    def refuse_shape(self, reason: str) -> NoReturn:
        """Raise FleetError: the file is something else than results."""
        self.reading.refuse_shape(self.document.location(self.steps), reason)

    def _named(self) -> str:
        return next((step for step in reversed(self.steps) if isinstance(step, str)), "this")


def read_runs(whole: Part) -> list[Record]:
    """The records of one run, of a list of runs, or of an object that holds such a list; in their order.

    Raises FleetError, with a place, for anything else.
    """
    listed, recipe = whole, None
    if isinstance(whole.value, dict) and not any(key in whole.value for key in _TELLING):
        listed = whole.first(_RUNS) or whole
        recipe = _text(whole, _RECIPE) if listed is not whole else None
    if not isinstance(listed.value, list):
        return _run(listed, recipe)
    return [record for run in listed.items() for record in _run(run, recipe)]


def _run(run: Part, recipe: str | None) -> list[Record]:
    if not isinstance(run.value, dict):
        run.refuse_shape("a run must be a mapping")
    if not any(key in run.value for key in _TELLING):
        run.refuse_shape("there is neither `upgrade` nor `rungs` nor `level`")
    if isinstance(run.document, YamlText):
        _refuse_unknown(run)
    date = run.first(_DATE)
    level = run.first(("level",))
    told = UpgradeResult(
        upgrade=None,
        date=date_of(date) if date else run.reading.file_date or run.refuse("this run has no date"),
        ref=_text(run, _REF),
        level=level_of(level) if level else None,
        source=run.reading.name,
    )
    return records_of(_text(run, _RECIPE) or recipe, _outcomes(run), told)


def _refuse_unknown(run: Part) -> None:
    """A list in YAML is written by hand, where an unknown key is a slip; a CI writes what it likes."""
    for key in run.value:
        if key not in _LISTED:
            near = suggest(key, _LISTED)
            meant = f"did you mean {near}?" if near else f"there are {', '.join(sorted(_LISTED))}"
            run.below(key).refuse(f"{shown(key)} is not a key here; {meant}")


def _text(part: Part, keys: tuple[str, ...]) -> str | None:
    found = part.first(keys)
    return printable(found) if found else None


def _outcomes(run: Part) -> list[str | None]:
    """The rung decides; but a run that calls its own upgrade bad is not made good by a rung."""
    said = run.first(("upgrade",))
    own = _status(said) if said else None
    rungs = _upgrade_rungs(run)
    if not rungs:
        return [own]
    attempts = [_status(rung) for rung in rungs]
    if own is not None and own != PASSED:
        return [worst([own, *(attempt for attempt in attempts if attempt)])]
    return settle([attempts])


def _upgrade_rungs(run: Part) -> list[Part]:
    rungs = run.first(("rungs",))
    if rungs is None:
        return []
    if isinstance(rungs.value, dict):
        return [rungs.below(name) for name in rungs.value if _is_upgrade(name)]
    if not isinstance(rungs.value, list):
        rungs.refuse("rungs must be a mapping or a list")
    return [rung for rung in rungs.items() if _is_upgrade(_name_of(rung))]


def _name_of(rung: Part) -> str:
    if not isinstance(rung.value, dict):
        rung.refuse("a rung must be a mapping with a name and a status")
    return _text(rung, _NAME) or rung.refuse("this rung has no name")


def _is_upgrade(name: str) -> bool:
    return _UPGRADE_RUNG.fullmatch(name.strip()) is not None


def _status(part: Part) -> str | None:
    """The result that a status says, be it a word, true or false, or an object with a status and a message."""
    if part.value is None:
        return None
    if isinstance(part.value, bool):
        return PASSED if part.value else FAILED
    if isinstance(part.value, dict):
        return _status_of_object(part)
    word = part.text
    if not known_word(word):
        part.refuse(f"{shown(word)} is no status that is known, such as pass, fail, rolled-back or skip")
    return outcome(word)


def _status_of_object(part: Part) -> str | None:
    if not any(key in part.value for key in _STATUS):
        part.refuse("this rung has no status")
    status = part.first(_STATUS)
    result = _status(status) if status else None
    messages = (part.value.get(key) for key in _MESSAGE)
    return failure(each for each in messages if isinstance(each, str)) if result == FAILED else result
