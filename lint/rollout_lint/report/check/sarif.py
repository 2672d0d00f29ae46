"""`check --format sarif`: SARIF 2.1.0 (docs.oasis-open.org/sarif/sarif/v2.1.0), for code scanning."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from rollout_lint import __version__
from rollout_lint.facts.format import format_fact
from rollout_lint.linter.evaluation import EvaluationStatus
from rollout_lint.linter.fingerprint import fingerprint
from rollout_lint.printable import printable
from rollout_lint.record import Record
from rollout_lint.report.check.json_stream import StreamedList, format_item, item_separator, stream_json
from rollout_lint.report.check.replacement import ReplacementFinder
from rollout_lint.report.check.report import CheckReport
from rollout_lint.report.check.sarif_rules import LEVELS, RuleTable
from rollout_lint.report.check.spool import Spool
from rollout_lint.report.common.documentation import project_url
from rollout_lint.report.common.groups import NOT_A_STACK_MESSAGE, group_findings, list_problems
from rollout_lint.report.common.paths import recipe_path, relative_path
from rollout_lint.report.common.skipped import describe_skipped
from rollout_lint.rules.finding import SuppressionSource

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from pathlib import Path

    from rollout_lint.discovery.skipped import SkippedFile
    from rollout_lint.facts.model import Fact
    from rollout_lint.linter.evaluation import Evaluation
    from rollout_lint.location import Location, Problem
    from rollout_lint.report.check.replacement import Replacement
    from rollout_lint.report.check.totals import CheckSummary
    from rollout_lint.report.common.groups import Group
    from rollout_lint.rules.finding import Suppression
    from rollout_lint.rules.model import Rule, Severity

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_BASE = "%SRCROOT%"
_FINGERPRINT = "rolloutLint/v1"
_LINK = re.compile(r"\[(?=[^\[\]]*\]\()")


_NOTIFICATIONS_DEPTH = 6
_RESULTS_DEPTH = 4


class _Part(Record):
    """Part of a recipe: the rule of each result with the rest of its text, and the notifications."""

    results: list[tuple[str, str, str]]
    notifications: list[str]
    has_error: bool


class SarifReport(CheckReport[_Part]):
    """SARIF log of one run, with a result per finding, whose properties contain its variants.

    Paths below `root` are relative to it. Suppressed findings are included with their suppression, superseded findings
    are not. A problem is a notification, and makes the run unsuccessful. A skipped file is a note.
    """

    def __init__(self, root: Path) -> None:
        """Start without a result."""
        self._root = root
        self._rules = RuleTable()
        self._results = Spool(item_separator(_RESULTS_DEPTH))
        self._notifications = Spool(item_separator(_NOTIFICATIONS_DEPTH))
        self._is_successful = True

    def format_recipe(self, evaluation: Evaluation, failing: Collection[Severity]) -> _Part:
        """Return the results without the index of their rule, and the notifications."""
        del failing
        results = [
            (rule.id, rule.link, format_item(result, _RESULTS_DEPTH).removeprefix("{"))
            for rule, result in _list_results(evaluation, self._root)
        ]
        notifications = list(_list_notifications(evaluation, self._root))
        has_error = any(each["level"] == "error" for each in notifications)
        return _Part(results, [format_item(each, _NOTIFICATIONS_DEPTH) for each in notifications], has_error)

    def add(self, part: _Part, rules: Sequence[Rule]) -> None:
        """Add the results with the index of their rule."""
        by_key = {(rule.id, rule.link): rule for rule in rules}
        for id_, link, rest in part.results:
            head = {"ruleId": id_, "ruleIndex": self._rules.add(by_key[id_, link])}
            self._results.add(f"{format_item(head, _RESULTS_DEPTH).removesuffix(_END)},{rest}")
        for each in part.notifications:
            self._notifications.add(each)
        self._is_successful &= not part.has_error

    def stream(self, summary: CheckSummary) -> Iterator[str]:
        """Yield the report in pieces."""
        for each in summary.skipped:
            self._notifications.add(format_item(_skipped_notification(each, self._root), _NOTIFICATIONS_DEPTH))
        run = {
            "tool": {"driver": _build_driver(self._rules)},
            "invocations": [
                {
                    "executionSuccessful": self._is_successful,
                    "toolExecutionNotifications": StreamedList(
                        self._notifications.read(), is_empty=not self._notifications
                    ),
                }
            ],
            "columnKind": "unicodeCodePoints",
            "originalUriBaseIds": {_BASE: {"description": {"text": "Folder in which rollout-lint ran."}}},
            "results": StreamedList(self._results.read(), is_empty=not self._results),
        }
        yield from stream_json({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]})


_END = f"\n{'  ' * _RESULTS_DEPTH}}}"


def _build_driver(rules: RuleTable) -> dict[str, Any]:
    return {
        "name": "rollout-lint",
        "semanticVersion": __version__,
        "informationUri": project_url() or "README.md",
        "rules": rules.descriptors,
    }


def _list_notifications(evaluation: Evaluation, root: Path) -> Iterator[dict[str, Any]]:
    for problem in list_problems(evaluation):
        message = {"text": _escape_links(f"not evaluated: {problem.message}")}
        yield {"level": "error", "message": message, "locations": [_problem_location(problem, root)]}
    if evaluation.status == EvaluationStatus.NOT_A_STACK:
        yield _note(NOT_A_STACK_MESSAGE, recipe_path(evaluation, ""), root)


def _skipped_notification(file: SkippedFile, root: Path) -> dict[str, Any]:
    return _note(f"not checked: {describe_skipped(file)}", file.file, root)


def _note(text: str, path: str, root: Path) -> dict[str, Any]:
    """Return a note about a whole file or folder."""
    whole = {"physicalLocation": {"artifactLocation": _artifact(path, root)}}
    return {"level": "note", "message": {"text": _escape_links(text)}, "locations": [whole]}


def _problem_location(problem: Problem, root: Path) -> dict[str, Any]:
    region = {"region": {"startLine": problem.line, "startColumn": max(problem.column, 1)}} if problem.line else {}
    return {"physicalLocation": {"artifactLocation": _artifact(problem.file, root), **region}}


def _list_results(evaluation: Evaluation, root: Path) -> Iterator[tuple[Rule, dict[str, Any]]]:
    """Yield the results without their first two keys, which name the rule."""
    finder = ReplacementFinder(evaluation)
    for group in group_findings(evaluation, suppressed=True):
        new = finder.find(group.finding)
        fixes = {"fixes": [_build_fix(group, new, root)]} if new else {}
        yield group.rule, {**_build_result(group, root), **fixes}


def _build_result(group: Group, root: Path) -> dict[str, Any]:
    finding = group.finding
    related = list(_related_locations(group, root))
    return {
        "level": LEVELS[finding.severity],
        "message": {"text": _escape_links(group.message)},
        "locations": [_build_location(group, finding.location, root)],
        **({"relatedLocations": related} if related else {}),
        "partialFingerprints": {_FINGERPRINT: fingerprint(group.evaluation.recipe.name, finding)},
        **({"suppressions": [_build_suppression(group, finding.suppressed, root)]} if finding.suppressed else {}),
        "properties": {
            "severity": finding.severity,
            "recipe": group.evaluation.recipe.name,
            "service": finding.service,
            "services": list(group.services),
            "resource": finding.resource,
            "variants": list(group.variants),
            "assumes": finding.assumes,
        },
    }


def _related_locations(group: Group, root: Path) -> Iterator[dict[str, Any]]:
    """Yield the locations that set or were overridden by others for each fact, each location once."""
    described: dict[tuple[Location, str], None] = {}
    for finding in group.findings:
        for path, fact in finding.facts.items():
            described.update(dict.fromkeys(_describe_fact(path, fact, finding.rule.notes.get(path, ""))))
    for number, (location, message) in enumerate(described, 1):
        yield {"id": number, **_build_location(group, location, root), "message": {"text": _escape_links(message)}}


def _describe_fact(path: str, fact: Fact, note: str) -> Iterator[tuple[Location, str]]:
    if fact.location is None:
        return
    text = f"is {format_fact(path, fact)}" if fact.written and _is_printable(fact.value) else "is set here"
    yield fact.location, f"{path} {text}{f': {note}' if note else ''}"
    for setting in fact.overrides:
        value = f" {setting.written}" if setting.written and _is_printable(setting.value) else ""
        yield setting.location, f"{path} is overridden: the value{value} has no effect"


def _is_printable(value: object) -> bool:
    """Return True for a single value; a list may contain a secret."""
    return isinstance(value, str | int | float)


def _build_fix(group: Group, new: Replacement, root: Path) -> dict[str, Any]:
    """Return a SARIF fix that replaces the value with that of the rule."""
    change = {
        "artifactLocation": _artifact(recipe_path(group.evaluation, new.location.file), root),
        "replacements": [{"deletedRegion": _region(new.location), "insertedContent": {"text": new.text}}],
    }
    return {"description": {"text": f"Set {new.path}: {new.text}"}, "artifactChanges": [change]}


def _build_suppression(group: Group, suppression: Suppression, root: Path) -> dict[str, Any]:
    """Return a SARIF suppression. Only a comment has a location in the stack file."""
    location = suppression.location
    is_comment = suppression.source is SuppressionSource.COMMENT
    located = {"location": _build_location(group, location, root)} if location and is_comment else {}
    return {
        "kind": "inSource" if is_comment else "external",
        "status": "accepted",
        "justification": printable(suppression.reason),
        **located,
        "properties": {"by": suppression.source, "until": suppression.until},
    }


def _build_location(group: Group, location: Location, root: Path) -> dict[str, Any]:
    artifact = _artifact(recipe_path(group.evaluation, location.file), root)
    return {"physicalLocation": {"artifactLocation": artifact, "region": _region(location)}}


def _region(location: Location) -> dict[str, int]:
    """Return a SARIF region, whose end is exclusive."""
    return {
        "startLine": location.line,
        "startColumn": location.column,
        "endLine": location.end_line,
        "endColumn": location.end_column,
    }


def _artifact(path: str, root: Path) -> dict[str, str]:
    """Return the URI of a file. File names need not be valid Unicode."""
    relative = relative_path(root, path)
    uri = quote(relative, errors="surrogateescape")
    return {"uri": f"file://{uri}"} if relative.startswith("/") else {"uri": uri, "uriBaseId": _BASE}


def _escape_links(text: str) -> str:
    """Return plain text without links, which SARIF writes as `[...](...)`."""
    return _LINK.sub(r"\\[", printable(text))
