"""The findings that are known already: written down once, so that only what is new is told."""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rollout_lint.discovery.atomic_write import write_whole
from rollout_lint.discovery.filesystem import exists
from rollout_lint.discovery.recipes import STDIN
from rollout_lint.errors import FleetError
from rollout_lint.linter.evaluation import EvaluationStatus
from rollout_lint.linter.fingerprint import fingerprint
from rollout_lint.linter.suppression.apply import BASELINE
from rollout_lint.location import Problem
from rollout_lint.rules.finding import Suppression
from rollout_lint.syntax.node import plain
from rollout_lint.syntax.parser import parse
from rollout_lint.syntax.plain_schema import PlainSchema

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rollout_lint.discovery.recipe import Recipe
    from rollout_lint.linter.evaluation import Evaluation
    from rollout_lint.location import Location
    from rollout_lint.rules.finding import Finding
    from rollout_lint.rules.model import Rule

VERSION = 1
DEFAULT = BASELINE

_SCHEMA = PlainSchema(Path(__file__).with_name("baseline.schema.json"))

_UNREADABLE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
"""What JSON may hold as it is, and a YAML parser takes for something else."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One finding: the recipe's path relative to the baseline, the service (None: the stack), and its fingerprint."""

    recipe: str
    rule: str
    service: str | None
    file: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Baseline:
    """What a file holds; `path` is where it is, and paths in it are relative to its folder."""

    path: Path
    entries: tuple[Entry, ...] = ()

    def key_of(self, recipe: Recipe) -> str:
        """What the file calls a recipe: its folder, or its stack file where a folder has several or it stands alone."""
        if recipe.path == STDIN:
            return STDIN
        first = recipe.variants[0].files[0].name if recipe.variants else ""
        own = first if first and recipe.name.rpartition("/")[2] == first else ""
        path = os.path.abspath(os.path.join(recipe.path, own))  # noqa: PTH100, PTH118
        return _text(os.path.relpath(path, os.path.abspath(self.path.parent)).replace(os.sep, "/"))  # noqa: PTH100


def read_baseline(path: Path) -> Baseline:
    """What is known already. Raises FleetError, with places, for a file that is no baseline."""
    try:
        source = parse(path.read_bytes(), str(path))
    except OSError as error:
        raise FleetError([Problem(str(path), 0, 0, f"cannot be read: {error.strerror}")]) from error
    _SCHEMA.check(source)
    if source.root is None and not source.problems:
        source.problems.append(Problem(source.name, 1, 1, "the file is empty"))
    if source.problems or source.root is None:
        told = (replace(each, message=each.message.replace("not YAML", "not JSON")) for each in source.problems)
        raise FleetError([replace(each, message=f"this is no baseline: {each.message}") for each in told])
    document: dict[str, Any] = plain(source.root)
    return Baseline(path, tuple(Entry(**each) for each in document["findings"]))


def hold_against(baseline: Baseline, evaluations: Iterable[Evaluation], rules: dict[str, tuple[Rule, ...]]) -> int:
    """Silence what the baseline knows, and say how many of its entries nothing matches any more.

    Those are told only of recipes that were evaluated here, and of the rules that they were asked, which `rules` has by
    the recipe's path. Of several findings that are alike, so many are known as there are entries; the others are new.
    """
    known: dict[str, Counter[Entry]] = {}
    for entry in baseline.entries:
        known.setdefault(entry.recipe, Counter())[entry] += 1
    seen: Counter[Entry] = Counter()
    looked_for: set[Entry] = set()
    for evaluation in evaluations:
        key = baseline.key_of(evaluation.recipe)
        of_recipe = known.get(key, Counter())
        seen |= _silence(evaluation, key, of_recipe, baseline.path.name)
        asked = (
            {rule.id for rule in rules[evaluation.recipe.path]}
            if evaluation.status == EvaluationStatus.EVALUATED
            else set()
        )
        looked_for |= {entry for entry in of_recipe if entry.rule in asked}
    return sum(max(known[entry.recipe][entry] - seen[entry], 0) for entry in looked_for)


def _silence(evaluation: Evaluation, key: str, known: Counter[Entry], name: str) -> Counter[Entry]:
    """At how many places each entry is found; at as many as are known, it is silenced."""
    suppression = Suppression("baseline", f"it was there when {name} was written")
    found = _places(evaluation, key)
    silenced = {(entry, location) for entry, locations in found.items() for location in locations[: known[entry]]}
    evaluation.findings = [
        replace(finding, suppressed=suppression)
        if finding.is_active and (entry, finding.location) in silenced
        else finding
        for entry, finding in _entries(evaluation, key)
    ]
    return Counter({entry: len(locations) for entry, locations in found.items()})


def _places(evaluation: Evaluation, key: str) -> dict[Entry, list[Location]]:
    """Where each finding stands, once for all variants, without those that are silenced already."""
    locations: dict[Entry, set[Location]] = {}
    for entry, finding in _entries(evaluation, key):
        if finding.suppressed is None and not finding.rule.is_about_suppressions:
            locations.setdefault(entry, set()).add(finding.location)
    return {entry: sorted(each) for entry, each in locations.items()}


def baseline_of(evaluations: Iterable[Evaluation], earlier: Baseline) -> Baseline:
    """All that is told now, and what the earlier file says of recipes that are still there and were not evaluated."""
    told: set[tuple[Entry, Location]] = set()
    evaluated = set()
    for evaluation in evaluations:
        key = earlier.key_of(evaluation.recipe)
        if evaluation.status == EvaluationStatus.EVALUATED:
            evaluated.add(key)
            told |= {(entry, finding.location) for entry, finding in _entries(evaluation, key) if _is_told(finding)}
    folder = earlier.path.parent
    kept = (each for each in earlier.entries if each.recipe not in evaluated and exists(folder / each.recipe))
    return Baseline(earlier.path, tuple(sorted([*(entry for entry, _ in told), *kept], key=_order)))


def write_baseline(baseline: Baseline) -> None:
    """Put it where it belongs, whole or not at all. Raises FleetError where that cannot be."""
    lines = ",\n".join(f"  {json.dumps(asdict(each), ensure_ascii=False)}" for each in baseline.entries)
    findings = f"[\n{lines}\n ]" if lines else "[]"
    text = _UNREADABLE.sub(
        lambda match: f"\\u{ord(match[0]):04x}", f'{{\n "version": {VERSION},\n "findings": {findings}\n}}\n'
    )
    try:
        write_whole(baseline.path, text.encode())
    except OSError as error:
        raise FleetError([Problem(str(baseline.path), 0, 0, f"cannot be written: {error.strerror}")]) from error


def _entries(evaluation: Evaluation, key: str) -> Iterator[tuple[Entry, Finding]]:
    for finding in evaluation.findings:
        service = None if finding.service is None else _text(finding.service)
        mark = fingerprint(key, finding)
        yield Entry(key, finding.rule.id, service, _text(finding.location.file), mark), finding


def _is_told(finding: Finding) -> bool:
    """What is wrong with a comment that would silence something is never known already."""
    return finding.is_active and not finding.rule.is_about_suppressions


def _order(entry: Entry) -> tuple[str, ...]:
    return entry.recipe, entry.rule, entry.service or "", entry.file, entry.fingerprint


def _text(name: str) -> str:
    """A name that is no text, as a file's may be, written out."""
    return name.encode("utf-8", "backslashreplace").decode()
