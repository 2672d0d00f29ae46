"""JUnit XML, as pytest, Surefire and most other test runners write it: what it tells of upgrades.

A test case is about the upgrade where its name or its class's holds the word upgrade, upgrades or upgrading: as in
`test_upgrade[keycloak]`, `tests.test_upgrade.TestStack` and `testUpgrade`, and not in `upgraded_docs_lint`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from rollout_lint.fleet.model import UpgradeResult
from rollout_lint.fleet.results.dates import moment
from rollout_lint.fleet.results.model import (
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
)
from rollout_lint.syntax.parser import MAX_DEPTH, MAX_VALUES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_BETWEEN_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_UPGRADE = re.compile(r"(?<![^\W\d_])upgrad(?:e|es|ing)(?![^\W\d_])", re.IGNORECASE)
_REF = (
    *("recipe_ref", "recipe_revision", "recipe_commit", "recipe_sha"),
    *("ref", "revision", "commit", "sha", "git_ref", "git_revision", "git_commit", "git_sha"),
)
"""The names of a property with the revision, the surest first: `git_sha` may be the test suite's own."""


class _Placed(Element):
    """An element that knows its line and column."""

    location = (1, 1)


@dataclass(frozen=True, slots=True)
class _Stated:
    """A text of the file and its place."""

    reading: Reading
    text: str
    location: tuple[int, int]

    def refuse(self, message: str) -> NoReturn:
        self.reading.refuse(self.location, message)


@dataclass(frozen=True, slots=True)
class _Case:
    """A test case, None for a suite without any, with the name of its suite and all that is stated around it."""

    case: Any
    suite: str | None
    stated: dict[str, _Stated]

    @property
    def is_about_upgrade(self) -> bool:
        if self.case is None:
            return False
        names = (self.case.name, self.case.classname)
        return any(_UPGRADE.search(_BETWEEN_WORDS.sub("_", name)) for name in names if name)

    @property
    def date(self) -> str | None:
        stated = self.stated.get("timestamp")
        return date_of(stated) if stated else None


def read_junit(data: bytes, reading: Reading) -> list[Record]:
    """One record for each recipe that a property names, and one for what has no such property.

    Two where a test failed and passed when it was run again. Raises FleetError, with a place, for other XML, and for
    any document type declaration: no entity is ever expanded.
    """
    from junitparser import xunit2

    root: Any = _Tree(reading).read(data)
    if root.tag not in ("testsuites", "testsuite"):
        reading.refuse_shape(root.location, f"its root is `{root.tag[:40]}`, where JUnit has `testsuites`")
    by_recipe: dict[str | None, list[_Case]] = {}
    for case in _cases(xunit2.JUnitXml.fromroot(root), {}, reading):
        recipe = case.stated.get("recipe")
        by_recipe.setdefault(printable(recipe) if recipe else None, []).append(case)
    return [record for recipe, cases in by_recipe.items() for record in _records(recipe, cases, reading, root.location)]


class _Tree:
    """Drives the parser, and refuses what no JUnit file has before it can do harm."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._builder = TreeBuilder(element_factory=_Placed)
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._builder.data
        self._parser.StartDoctypeDeclHandler = self._refuse_doctype
        self._depth = 0
        self._count = 0

    def read(self, data: bytes) -> _Placed:
        try:
            self._parser.Parse(data, True)
        except expat.ExpatError as error:
            reason = expat.errors.messages.get(error.code, "it is malformed")
            self._reading.refuse_shape((error.lineno, error.offset + 1), f"not XML: {reason}")
        except (LookupError, ValueError):
            self._reading.refuse_shape((1, 1), "not XML: its encoding is not known")
        root = self._builder.close()
        assert isinstance(root, _Placed)
        return root

    def _location(self) -> tuple[int, int]:
        return self._parser.CurrentLineNumber, self._parser.CurrentColumnNumber + 1

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        self._count += 1
        if self._depth > MAX_DEPTH:
            self._reading.refuse(self._location(), f"nested deeper than {MAX_DEPTH} levels")
        if self._count > MAX_VALUES:
            self._reading.refuse(self._location(), f"more than {MAX_VALUES:,} elements")
        element = self._builder.start(tag, attributes)
        assert isinstance(element, _Placed)
        element.location = self._location()

    def _end(self, tag: str) -> None:
        self._depth -= 1
        self._builder.end(tag)

    def _refuse_doctype(self, *_: object) -> None:
        self._reading.refuse_shape(self._location(), "it has a document type declaration, which no JUnit file has")


def _cases(suite: Any, above: dict[str, _Stated], reading: Reading) -> Iterator[_Case]:
    from junitparser import xunit2

    stated = above | _stated(suite, reading)
    cases, suites = list(suite.iterchildren(xunit2.TestCase)), list(suite.iterchildren(xunit2.TestSuite))
    for case in cases:
        yield _Case(case, suite.name, stated | _stated(case, reading))
    for inner in suites:
        yield from _cases(inner, stated, reading)
    if not cases and not suites:
        yield _Case(None, suite.name, stated)


def _stated(part: Any, reading: Reading) -> dict[str, _Stated]:
    """The timestamp and the properties of a suite or a test case, with their places."""
    from junitparser import Properties

    element = part._elem
    found = {"timestamp": _Stated(reading, element.get("timestamp") or "", _location(element))}
    for each in part.child(Properties) or ():
        name = re.sub(r"[\W_]+", "_", (each.name or "").strip().lower())
        if name != "timestamp":
            found[name] = _Stated(reading, (each.value or each._elem.text or "").strip(), _location(each._elem))
    return {name: stated for name, stated in found.items() if stated.text}


def _location(element: Element) -> tuple[int, int]:
    return element.location if isinstance(element, _Placed) else (1, 1)


def _records(recipe: str | None, cases: list[_Case], reading: Reading, root: tuple[int, int]) -> list[Record]:
    upgrades = [case for case in cases if case.is_about_upgrade]
    relevant = _in_order(upgrades or cases)
    date = next((case.date for case in reversed(relevant) if case.date), reading.file_date)
    level = _last(relevant, ("level",))
    ref = _last(relevant, _REF)
    run = UpgradeResult(
        upgrade=None,
        date=date or reading.refuse(root, "this run has no date: no suite has a timestamp"),
        ref=printable(ref) if ref else None,
        level=level_of(level) if level else None,
        source=reading.name,
    )
    return records_of(recipe, settle(_attempts(relevant if upgrades else ())), run)


def _in_order(cases: list[_Case]) -> list[_Case]:
    """By date, so that a run of the same test in a later suite counts as the later one; without a date, first."""
    return sorted(cases, key=lambda case: moment(case.date) if case.date else 0.0)


def _last(cases: list[_Case], names: Sequence[str]) -> _Stated | None:
    stated = (case.stated.get(name) for name in names for case in reversed(cases))
    return next((each for each in stated if each), None)


def _attempts(cases: Iterable[_Case]) -> list[list[str | None]]:
    """The attempts of each test: one that is run again stands there again, in a suite of the same name."""
    by_test: dict[tuple[str | None, ...], list[str | None]] = {}
    for each in cases:
        by_test.setdefault((each.suite, each.case.classname, each.case.name), []).extend(_attempts_of(each.case))
    return list(by_test.values())


def _attempts_of(case: Any) -> list[str | None]:
    from junitparser import Skipped

    final = [result for result in case.result if not isinstance(result, Skipped)]
    failures = [*case.interim_result, *final]
    attempts: list[str | None] = [failure(_texts(failures))] if failures else []
    if not final:
        attempts.append(None if case.is_skipped else _stated_outcome(case))
    return attempts


def _stated_outcome(case: Any) -> str | None:
    """What the attributes say of a case without a failure: GoogleTest writes one that did not run just so."""
    words = [word for word in (case._elem.get("status"), case._elem.get("result")) if word and known_word(word)]
    return next((said for said in map(outcome, words) if said != PASSED), PASSED)


def _texts(failures: list[Any]) -> Iterator[str | None]:
    for each in failures:
        yield each.message
        yield each.type
        yield "".join(each._elem.itertext())
