"""Baseline: a file of known findings, which a check suppresses so that it reports only new ones."""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rollout_lint.discovery.atomic_write import write_atomically
from rollout_lint.discovery.filesystem import exists, read_bytes
from rollout_lint.discovery.recipes import STDIN
from rollout_lint.errors import FleetError
from rollout_lint.linter.evaluation import EvaluationStatus
from rollout_lint.linter.fingerprint import fingerprint
from rollout_lint.location import Problem
from rollout_lint.record import Record
from rollout_lint.rules.checker import supersede_unsuppressed
from rollout_lint.rules.finding import Suppression, SuppressionSource
from rollout_lint.syntax.node import to_value
from rollout_lint.syntax.parser import MAX_BYTES, parse
from rollout_lint.syntax.schema import JsonSchema

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rollout_lint.discovery.recipe import Recipe
    from rollout_lint.linter.evaluation import Evaluation
    from rollout_lint.location import Location
    from rollout_lint.rules.finding import Finding
    from rollout_lint.rules.model import Rule

VERSION = 1

_FILE_SEPARATOR = ":"
"""Separator of the files given with `-c`, as in COMPOSE_FILE."""

_SCHEMA = JsonSchema(Path(__file__).with_name("baseline.schema.json"))

_NOT_YAML = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
"""Characters that JSON allows unescaped, and that YAML does not, or that it reads as line breaks."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One known finding.

    `recipe` is a path relative to the folder of the baseline. A finding about the stack has no `service`.
    """

    recipe: str
    rule: str
    service: str | None
    file: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Baseline:
    """Content of the baseline file at `path`; `data` is None if it does not exist yet."""

    path: Path
    entries: tuple[Entry, ...] = ()
    data: bytes | None = None

    def recipe_path(self, recipe: Recipe) -> str:
        """Return the path of a recipe in the entries.

        It is the folder of the recipe, its stack file if that is the name of the recipe, or the files given with `-c`.
        """
        if recipe.path == STDIN:
            return STDIN
        first = recipe.variants[0] if recipe.variants else None
        if first is not None and first.is_exact:
            return _FILE_SEPARATOR.join(self._relative_path(str(layer.path)) for layer in first.files)
        name = first.files[0].name if first is not None else ""
        file = name if name and recipe.name.rpartition("/")[2] == name else ""
        return self._relative_path(os.path.join(recipe.path, file))  # noqa: PTH118

    def has_files(self, entry: Entry) -> bool:
        """Return True if the recipe of an entry still exists."""
        folder = self.path.parent
        return exists(folder / entry.recipe) or all(
            exists(folder / file) for file in entry.recipe.split(_FILE_SEPARATOR)
        )

    def _relative_path(self, path: str) -> str:
        relative = os.path.relpath(os.path.abspath(path), os.path.abspath(self.path.parent))  # noqa: PTH100
        return _encodable(relative.replace(os.sep, "/"))


def read_baseline(path: Path) -> Baseline:
    """Read a baseline. Raises FleetError with the location of each error."""
    try:
        data = read_bytes(path, MAX_BYTES + 1)
    except OSError as error:
        raise FleetError([Problem(str(path), 0, 0, f"cannot be read: {error.strerror}")]) from error
    source = parse(data, str(path))
    _SCHEMA.check(source)
    if source.root is None and not source.problems:
        source.problems.append(Problem(source.name, 1, 1, "the file is empty"))
    if source.problems or source.root is None:
        raise FleetError(
            [
                problem._replace(message=f"not a baseline: {problem.message.replace('not YAML', 'not JSON')}")
                for problem in source.problems
            ]
        )
    document: dict[str, Any] = to_value(source.root)
    return Baseline(path, tuple(Entry(**entry) for entry in document["findings"]), data)


class KnownFindings(Record):
    """Entries of a baseline that a recipe has, with their number, and those whose rules it was checked with."""

    found: Counter[Entry]
    checked: frozenset[Entry]


class BaselineFilter:
    """Suppression of the findings of a baseline, one recipe after the other."""

    def __init__(self, baseline: Baseline) -> None:
        """Sort the entries by recipe."""
        self._baseline = baseline
        self._found: Counter[Entry] = Counter()
        self._checked: set[Entry] = set()
        self._known: dict[str, Counter[Entry]] = {}
        for entry in baseline.entries:
            self._known.setdefault(entry.recipe, Counter())[entry] += 1

    def apply(self, evaluation: Evaluation, rules: Iterable[Rule]) -> KnownFindings:
        """Suppress the findings of a recipe that are in the baseline. `rules` are those it was checked with.

        Of several equal findings, as many are suppressed as there are entries. A finding whose superseder is suppressed
        is active again, unless it is in the baseline too.
        """
        recipe = self._baseline.recipe_path(evaluation.recipe)
        entries = self._known.get(recipe, Counter())
        found = _suppress_known(evaluation, recipe, entries, self._baseline.path.name)
        checked: frozenset[Entry] = frozenset()
        if evaluation.status == EvaluationStatus.EVALUATED:
            ids = {rule.id for rule in rules if not rule.is_locked}
            checked = frozenset(entry for entry in entries if entry.rule in ids)
        return KnownFindings(Counter({entry: count for entry, count in found.items() if entry in entries}), checked)

    def add(self, known: KnownFindings) -> None:
        """Count the entries of a recipe as those that still occur."""
        for entry, count in known.found.items():
            self._found[entry] = max(self._found[entry], count)
        self._checked |= known.checked

    def count_obsolete(self) -> int:
        """Return the number of entries whose recipe was evaluated with their rule, and has no such finding."""
        return sum(max(self._known[entry.recipe][entry] - self._found[entry], 0) for entry in self._checked)


class NewFindings(Record):
    """Findings of one recipe for a new baseline: each entry with the location of its finding.

    `recipe` is the path of the recipe in the entries. `is_evaluated` is False for a recipe without findings because it
    was not evaluated.
    """

    recipe: str
    is_evaluated: bool
    entries: frozenset[tuple[Entry, Location]]


def collect_findings(evaluation: Evaluation, baseline: Baseline) -> NewFindings:
    """Return all findings of a recipe that are not suppressed, also those that others supersede.

    Findings about suppressions are left out, because an invalid comment must not become a known finding, and those of a
    locked rule.
    """
    recipe = baseline.recipe_path(evaluation.recipe)
    if evaluation.status != EvaluationStatus.EVALUATED:
        return NewFindings(recipe, False, frozenset())
    entries = _with_entries(evaluation, recipe)
    listed = frozenset((entry, finding.location) for entry, finding in entries if _can_be_known(finding))
    return NewFindings(recipe, True, listed)


def _suppress_known(evaluation: Evaluation, recipe: str, known: Counter[Entry], name: str) -> Counter[Entry]:
    """Suppress known findings, and return the number of locations of each entry."""
    suppression = Suppression(SuppressionSource.BASELINE, f"known finding in {name}")
    locations: dict[Entry, set[Location]] = {}
    for entry, finding in _with_entries(evaluation, recipe):
        if _can_be_known(finding):
            locations.setdefault(entry, set()).add(finding.location)
    suppressed = {(entry, location) for entry, each in locations.items() for location in sorted(each)[: known[entry]]}
    evaluation.findings = supersede_unsuppressed(
        [
            finding._replace(suppressed=suppression)
            if finding.suppressed is None and (entry, finding.location) in suppressed
            else finding
            for entry, finding in _with_entries(evaluation, recipe)
        ]
    )
    return Counter({entry: len(each) for entry, each in locations.items()})


def update_baseline(recipes: Iterable[NewFindings], earlier: Baseline) -> Baseline:
    """Return a baseline of the findings, with the earlier entries of recipes that exist and were not evaluated."""
    known: set[tuple[Entry, Location]] = set()
    evaluated = set()
    for each in recipes:
        if each.is_evaluated:
            evaluated.add(each.recipe)
            known |= each.entries
    kept = (entry for entry in earlier.entries if entry.recipe not in evaluated and earlier.has_files(entry))
    entries = [*(entry for entry, _ in known), *kept]
    return replace(earlier, entries=tuple(sorted(entries, key=_sort_key)))


def write_baseline(baseline: Baseline) -> tuple[str, ...]:
    """Write a baseline, and return what the file could not keep, such as its owner.

    Raises FleetError, and leaves the file unchanged, if it cannot be written or changed since it was read.
    """
    lines = ",\n".join(f"  {json.dumps(asdict(entry), ensure_ascii=False)}" for entry in baseline.entries)
    findings = f"[\n{lines}\n ]" if lines else "[]"
    text = _NOT_YAML.sub(
        lambda match: f"\\u{ord(match[0]):04x}", f'{{\n "version": {VERSION},\n "findings": {findings}\n}}\n'
    )
    try:
        return write_atomically(baseline.path, text.encode(), expected=baseline.data)
    except OSError as error:
        raise FleetError([Problem(str(baseline.path), 0, 0, f"cannot be written: {error.strerror}")]) from error


def _can_be_known(finding: Finding) -> bool:
    return finding.suppressed is None and not finding.rule.is_about_suppressions and not finding.rule.is_locked


def _with_entries(evaluation: Evaluation, recipe: str) -> Iterator[tuple[Entry, Finding]]:
    for finding in evaluation.findings:
        service = None if finding.service is None else _encodable(finding.service)
        file = _encodable(finding.location.file)
        yield Entry(recipe, finding.rule.id, service, file, fingerprint(recipe, finding)), finding


def _sort_key(entry: Entry) -> tuple[str, ...]:
    return entry.recipe, entry.rule, entry.service or "", entry.file, entry.fingerprint


def _encodable(name: str) -> str:
    """Return a file name as UTF-8 text, with bytes that are not UTF-8 escaped."""
    return name.encode("utf-8", "backslashreplace").decode()
