"""Upgrade results in JUnit XML, as written by pytest, Surefire and most other test runners.

A test case is about the upgrade if its name or its class name has the word upgrade, upgrades or upgrading: as in
`test_upgrade[keycloak]`, `tests.test_upgrade.TestStack` and `testUpgrade`, but not in `upgraded_docs_lint`. Without a
class name that says more, the names of its suites count too: node:test and others write the class name `test`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from rollout_lint.fleet.model import UpgradeOutcome, UpgradeResult
from rollout_lint.fleet.results.dates import to_timestamp
from rollout_lint.fleet.results.model import (
    Record,
    ResultsFile,
    classify_failure,
    combine_attempts,
    is_status,
    make_records,
    parse_date,
    parse_level,
    parse_status,
    require_printable,
)
from rollout_lint.syntax.parser import MAX_DEPTH, MAX_VALUES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_WORD_BOUNDARY = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_UPGRADE = re.compile(r"(?<![^\W\d_])upgrad(?:e|es|ing)(?![^\W\d_])", re.IGNORECASE)
_GENERIC_CLASSES = frozenset(("", "test", "tests", "suite"))
_OTHER_FORMATS = {
    "test-run": "NUnit",
    "test-results": "NUnit 2",
    "assemblies": "xUnit.net",
    "assembly": "xUnit.net",
    "testng-results": "TestNG",
    "TestRun": "TRX",
    "failsafe-summary": "a summary of Failsafe",
    "coverage": "a coverage report",
}
"""Formats by root element that are not JUnit XML."""

_REF_PROPERTIES = (
    *("recipe_ref", "recipe_revision", "recipe_commit", "recipe_sha"),
    *("ref", "revision", "commit", "sha", "git_ref", "git_revision", "git_commit", "git_sha"),
)
"""Properties with the revision, the most reliable first: `git_sha` can be the revision of the test suite."""


class _LocatedElement(Element):
    """Element with its line and column."""

    location = (1, 1)


@dataclass(frozen=True, slots=True)
class _SourcedText:
    """Text of the file with its location."""

    file: ResultsFile
    text: str
    location: tuple[int, int]

    def fail(self, message: str) -> NoReturn:
        self.file.fail(self.location, message)


@dataclass(frozen=True, slots=True)
class _Case:
    """Test case with the properties of it and its suites, outermost first; an empty suite has the `case` None."""

    case: Any
    suites: tuple[str, ...]
    properties: dict[str, _SourcedText]

    @property
    def is_about_upgrade(self) -> bool:
        if self.case is None:
            return False
        names = [self.case.name, self.case.classname]
        class_name = (self.case.classname or "").strip()
        if class_name.lower() in _GENERIC_CLASSES or class_name in (*self.suites, self.case.name):
            names += self.suites
        return any(_UPGRADE.search(_WORD_BOUNDARY.sub("_", name)) for name in names if name)

    @property
    def date(self) -> str | None:
        timestamp = self.properties.get("timestamp")
        return parse_date(timestamp) if timestamp else None


def read_junit(data: bytes, file: ResultsFile) -> list[Record]:
    """Return a record for each recipe in a property, and one for all cases without that property.

    A recipe has two records if a test failed and passed when it was run again. Raises FleetError for other XML, for the
    declaration of an entity, and for a summary without test cases.
    """
    from junitparser import xunit2

    root: Any = _XmlReader(file).read(data)
    if root.tag in _OTHER_FORMATS:
        file.fail_format(root.location, f"it is {_OTHER_FORMATS[root.tag]}")
    if root.tag not in ("testsuites", "testsuite"):
        file.fail_format(root.location, f"its root is `{root.tag[:40]}`, must be `testsuites`")
    by_recipe: dict[str | None, list[_Case]] = {}
    for case in _cases(xunit2.JUnitXml.fromroot(root), (), {}, file):
        recipe = case.properties.get("recipe")
        by_recipe.setdefault(require_printable(recipe) if recipe else None, []).append(case)
    return [record for recipe, cases in by_recipe.items() for record in _records(recipe, cases, file, root.location)]


class _XmlReader:
    """XML parser with limits that stops at an entity, which could be large or the content of another file."""

    def __init__(self, file: ResultsFile) -> None:
        self._file = file
        self._builder = TreeBuilder(element_factory=_LocatedElement)
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._builder.data
        self._parser.EntityDeclHandler = self._fail_entity
        self._parser.SkippedEntityHandler = self._fail_entity
        self._depth = 0
        self._count = 0

    def read(self, data: bytes) -> _LocatedElement:
        try:
            self._parser.Parse(data, True)
        except expat.ExpatError as error:
            reason = expat.errors.messages.get(error.code, "malformed")
            self._file.fail_format((error.lineno, error.offset + 1), f"invalid XML: {reason}")
        except (LookupError, ValueError):
            self._file.fail_format((1, 1), "invalid XML: unknown encoding")
        root = self._builder.close()
        assert isinstance(root, _LocatedElement)
        return root

    def _location(self) -> tuple[int, int]:
        return self._parser.CurrentLineNumber, self._parser.CurrentColumnNumber + 1

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        self._count += 1
        if self._depth > MAX_DEPTH:
            self._file.fail(self._location(), f"nested deeper than {MAX_DEPTH} levels")
        if self._count > MAX_VALUES:
            self._file.fail(self._location(), f"more than {MAX_VALUES:,} elements")
        element = self._builder.start(tag, attributes)
        assert isinstance(element, _LocatedElement)
        element.location = self._location()

    def _end(self, tag: str) -> None:
        self._depth -= 1
        self._builder.end(tag)

    def _fail_entity(self, *_: object) -> None:
        self._file.fail_format(self._location(), "it has an entity, which is not expanded")


def _cases(
    suite: Any, outer: tuple[str, ...], inherited: dict[str, _SourcedText], file: ResultsFile
) -> Iterator[_Case]:
    from junitparser import xunit2

    names = (*outer, suite.name) if suite.name else outer
    properties = inherited | _properties(suite, file)
    cases, suites = list(suite.iterchildren(xunit2.TestCase)), list(suite.iterchildren(xunit2.TestSuite))
    for case in cases:
        yield _Case(case, names, properties | _properties(case, file))
    for inner in suites:
        yield from _cases(inner, names, properties, file)
    if not cases and not suites:
        _reject_summary(suite, file)
        yield _Case(None, names, properties)


def _reject_summary(suite: Any, file: ResultsFile) -> None:
    """Raise FleetError for a suite that only counts its tests: a failure among them would be lost."""
    count = (suite._elem.get("tests") or "").strip()
    if count.isdigit() and int(count[:9]) > 0:
        file.fail_format(_location(suite._elem), f"it is a summary: a suite with {count[:9]} tests has no test case")


def _properties(part: Any, file: ResultsFile) -> dict[str, _SourcedText]:
    """Return the timestamp and the properties of a suite or a test case."""
    from junitparser import Properties

    element = part._elem
    texts = {"timestamp": _SourcedText(file, element.get("timestamp") or "", _location(element))}
    for each in part.child(Properties) or ():
        name = re.sub(r"[\W_]+", "_", (each.name or "").strip().lower())
        if name != "timestamp":
            texts[name] = _SourcedText(file, (each.value or each._elem.text or "").strip(), _location(each._elem))
    return {name: text for name, text in texts.items() if text.text}


def _location(element: Element) -> tuple[int, int]:
    return element.location if isinstance(element, _LocatedElement) else (1, 1)


def _records(recipe: str | None, cases: list[_Case], file: ResultsFile, root: tuple[int, int]) -> list[Record]:
    upgrades = [case for case in cases if case.is_about_upgrade]
    # A test that is run again in a later suite counts as the later attempt; cases without a date come first.
    relevant = sorted(upgrades or cases, key=lambda case: to_timestamp(case.date) if case.date else 0.0)
    date = next((case.date for case in reversed(relevant) if case.date), None)
    level = _last_property(relevant, ("level",))
    ref = _last_property(relevant, _REF_PROPERTIES)
    run = UpgradeResult(
        upgrade=None,
        date=date or file.date_or_fail(root),
        ref=require_printable(ref) if ref else None,
        level=parse_level(level) if level else None,
        source=file.name,
    )
    return make_records(recipe, combine_attempts(_attempts(relevant if upgrades else ())), run)


def _last_property(cases: list[_Case], names: Sequence[str]) -> _SourcedText | None:
    texts = (case.properties.get(name) for name in names for case in reversed(cases))
    return next((each for each in texts if each), None)


def _attempts(cases: Iterable[_Case]) -> list[list[UpgradeOutcome | None]]:
    """Return the attempts of each test: a test that is run again is a case in a suite of the same name."""
    by_test: dict[tuple[str | None, ...], list[UpgradeOutcome | None]] = {}
    for each in cases:
        by_test.setdefault((*each.suites[-1:], each.case.classname, each.case.name), []).extend(_attempts_of(each.case))
    return list(by_test.values())


def _attempts_of(case: Any) -> list[UpgradeOutcome | None]:
    from junitparser import Skipped

    final = [result for result in case.result if not isinstance(result, Skipped)]
    failures = [*case.interim_result, *final]
    attempts: list[UpgradeOutcome | None] = [classify_failure(_texts(failures))] if failures else []
    if not final:
        attempts.append(None if case.is_skipped else _outcome_of_attributes(case))
    return attempts


def _outcome_of_attributes(case: Any) -> UpgradeOutcome | None:
    """Return the outcome of a case without a failure: GoogleTest marks a skipped test only in its attributes."""
    words = [word for word in (case._elem.get("status"), case._elem.get("result")) if word and is_status(word)]
    outcomes = map(parse_status, words)
    return next((each for each in outcomes if each is not UpgradeOutcome.PASSED), UpgradeOutcome.PASSED)


def _texts(failures: list[Any]) -> Iterator[str | None]:
    for each in failures:
        yield each.message
        yield each.type
        yield "".join(each._elem.itertext())
