"""Runs of a CI that tests in levels: an object or a list of objects, with the rungs of each run.

L1 is the install, L2 the upgrade, L3 backup and restore, L4 the functional tests, L5 lint. Only the upgrade rung or the
key `upgrade` is a result of an upgrade, not the level that a run reached.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from rollout_lint.fleet.model import UpgradeOutcome, UpgradeResult
from rollout_lint.fleet.results.document import DUPLICATE, YamlText
from rollout_lint.fleet.results.model import (
    Record,
    ResultsFile,
    classify_failure,
    combine_attempts,
    find_worst_outcome,
    is_status,
    make_records,
    parse_date,
    parse_level,
    parse_status,
    quote,
    require_printable,
)
from rollout_lint.syntax.wording import suggest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rollout_lint.fleet.results.document import JsonText, Steps

_LIST_KEYS = ("runs", "results")
_RECIPE_KEYS = ("recipe",)
_DATE_KEYS = ("date", "timestamp", "finished", "started")
_REF_KEYS = ("ref", "revision", "commit", "version")
_RESULT_KEYS = ("upgrade", "rungs", "level")
_RUN_KEYS = frozenset((*_RECIPE_KEYS, *_DATE_KEYS, *_REF_KEYS, *_RESULT_KEYS))
_RUNG_NAME_KEYS = ("name", "rung")
_STATUS_KEYS = ("status", "result")
_MESSAGE_KEYS = ("message", "detail")
_UPGRADE_RUNG = re.compile(r"(?:l2[\W_]*)?upgrade|l2", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class LocatedValue:
    """Value of a document, with its location."""

    file: ResultsFile
    document: JsonText | YamlText
    value: Any
    steps: Steps = ()

    @property
    def text(self) -> str:
        """Value as text. Raises FleetError if it is neither text nor a number."""
        if not isinstance(self.value, str):
            name = next((step for step in reversed(self.steps) if isinstance(step, str)), "this")
            self.fail(f"{name} must be text or a number")
        return self.value

    def child(self, step: str | int) -> LocatedValue:
        """Return the value at a key or an index, which must exist."""
        return LocatedValue(self.file, self.document, self.value[step], (*self.steps, step))

    def first(self, keys: tuple[str, ...]) -> LocatedValue | None:
        """Return the value of the first of these keys that is set. Raises FleetError if that key is duplicated."""
        for key in keys:
            value = self.value.get(key)
            if value is DUPLICATE:
                self.child(key).fail(f'duplicate key "{key}"')
            if value is not None and value != "":
                return self.child(key)
        return None

    def items(self) -> Iterator[LocatedValue]:
        """Yield the values of a list."""
        return (self.child(index) for index in range(len(self.value)))

    def fail(self, message: str) -> NoReturn:
        """Raise FleetError with the location of the value."""
        self.file.fail(self.document.locate(self.steps), message)

    def fail_format(self, reason: str) -> NoReturn:
        """Raise FleetError for a file that is not a results file."""
        self.file.fail_format(self.document.locate(self.steps), reason)


def read_runs(root: LocatedValue) -> list[Record]:
    """Return the records of a run, of a list of runs, or of an object with such a list. Raises FleetError."""
    runs, recipe = root, None
    if isinstance(root.value, dict) and not any(key in root.value for key in _RESULT_KEYS):
        runs = root.first(_LIST_KEYS) or root
        recipe = _text(root, _RECIPE_KEYS) if runs is not root else None
    if not isinstance(runs.value, list):
        return _read_run(runs, recipe)
    return [record for run in runs.items() for record in _read_run(run, recipe)]


def _read_run(run: LocatedValue, recipe: str | None) -> list[Record]:
    if not isinstance(run.value, dict):
        run.fail_format("a run must be a mapping")
    if not any(key in run.value for key in _RESULT_KEYS):
        run.fail_format("`upgrade`, `rungs` or `level` is missing")
    # Files in YAML are written by hand, so an unknown key is a mistake. CI can write more keys.
    if isinstance(run.document, YamlText):
        _check_keys(run)
    date = run.first(_DATE_KEYS)
    level = run.first(("level",))
    result = UpgradeResult(
        upgrade=None,
        date=parse_date(date) if date else run.file.date_or_fail(run.document.locate(run.steps)),
        ref=_text(run, _REF_KEYS),
        level=parse_level(level) if level else None,
        source=run.file.name,
    )
    return make_records(_text(run, _RECIPE_KEYS) or recipe, _outcomes(run), result)


def _check_keys(run: LocatedValue) -> None:
    for key in run.value:
        if key not in _RUN_KEYS:
            suggestion = suggest(key, _RUN_KEYS)
            hint = f"did you mean {suggestion}?" if suggestion else f"must be one of {', '.join(sorted(_RUN_KEYS))}"
            run.child(key).fail(f"unknown key {quote(key)}: {hint}")


def _text(value: LocatedValue, keys: tuple[str, ...]) -> str | None:
    text = value.first(keys)
    return require_printable(text) if text else None


def _outcomes(run: LocatedValue) -> list[UpgradeOutcome | None]:
    """Return the outcomes of the upgrade rung, or the run's own if that is a failure."""
    upgrade = run.first(("upgrade",))
    own = _outcome(upgrade) if upgrade else None
    rungs = _upgrade_rungs(run)
    if not rungs:
        return [own]
    attempts = [_outcome(rung) for rung in rungs]
    if own is not None and own is not UpgradeOutcome.PASSED:
        return [find_worst_outcome([own, *filter(None, attempts)])]
    return combine_attempts([attempts])


def _upgrade_rungs(run: LocatedValue) -> list[LocatedValue]:
    rungs = run.first(("rungs",))
    if rungs is None:
        return []
    if isinstance(rungs.value, dict):
        return [rungs.child(name) for name in rungs.value if _UPGRADE_RUNG.fullmatch(name.strip())]
    if not isinstance(rungs.value, list):
        rungs.fail("rungs must be a mapping or a list")
    return [rung for rung in rungs.items() if _UPGRADE_RUNG.fullmatch(_rung_name(rung).strip())]


def _rung_name(rung: LocatedValue) -> str:
    if not isinstance(rung.value, dict):
        rung.fail("a rung must be a mapping with a name and a status")
    return _text(rung, _RUNG_NAME_KEYS) or rung.fail("this rung has no name")


def _outcome(status: LocatedValue) -> UpgradeOutcome | None:
    """Return the outcome of a status: a word, a boolean, or an object with a status and a message."""
    if status.value is None:
        return None
    if isinstance(status.value, bool):
        return UpgradeOutcome.PASSED if status.value else UpgradeOutcome.FAILED
    if isinstance(status.value, dict):
        return _outcome_of_object(status)
    word = status.text
    if not is_status(word):
        status.fail(f"unknown status {quote(word)}: must be a word such as pass, fail, rolled-back or skip")
    return parse_status(word)


def _outcome_of_object(rung: LocatedValue) -> UpgradeOutcome | None:
    if not any(key in rung.value for key in _STATUS_KEYS):
        rung.fail("this rung has no status")
    status = rung.first(_STATUS_KEYS)
    outcome = _outcome(status) if status else None
    messages = (rung.value.get(key) for key in _MESSAGE_KEYS)
    if outcome is UpgradeOutcome.FAILED:
        return classify_failure(each for each in messages if isinstance(each, str))
    return outcome
