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
from rollout_lint.report.check.replacement import ReplacementFinder
from rollout_lint.report.check.sarif_rules import LEVELS, RuleTable
from rollout_lint.report.common.documentation import project_url
from rollout_lint.report.common.groups import NOT_A_STACK_MESSAGE, group_findings, list_problems
from rollout_lint.report.common.json_values import format_json
from rollout_lint.report.common.paths import recipe_path, relative_path
from rollout_lint.report.common.skipped import describe_skipped
from rollout_lint.rules.finding import SuppressionSource

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from rollout_lint.discovery.skipped import SkippedFile
    from rollout_lint.facts.model import Fact
    from rollout_lint.linter.evaluation import CheckResult, Evaluation
    from rollout_lint.location import Location, Problem
    from rollout_lint.report.check.replacement import Replacement
    from rollout_lint.report.common.groups import Group
    from rollout_lint.rules.finding import Suppression

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_BASE = "%SRCROOT%"
_FINGERPRINT = "rolloutLint/v1"
_LINK = re.compile(r"\[(?=[^\[\]]*\]\()")


def format_check_sarif(result: CheckResult, root: Path) -> str:
    """Return the SARIF log of one run, with a result per finding, whose properties contain its variants.

    Paths below `root` are relative to it. Suppressed findings are included with their suppression, superseded findings
    are not. A problem is a notification, and makes the run unsuccessful. A skipped file is a note.
    """
    evaluations = result.evaluations
    rules = RuleTable()
    results = [result for each in evaluations for result in _list_results(each, rules, root)]
    notifications = [each for evaluation in evaluations for each in _list_notifications(evaluation, root)]
    notifications += [_skipped_notification(each, root) for each in result.skipped]
    run = {
        "tool": {"driver": _build_driver(rules)},
        "invocations": [
            {
                "executionSuccessful": not any(each["level"] == "error" for each in notifications),
                "toolExecutionNotifications": notifications,
            }
        ],
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {_BASE: {"description": {"text": "Folder in which rollout-lint ran."}}},
        "results": results,
    }
    return format_json({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]})


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


def _list_results(evaluation: Evaluation, rules: RuleTable, root: Path) -> Iterator[dict[str, Any]]:
    finder = ReplacementFinder(evaluation)
    for group in group_findings(evaluation, suppressed=True):
        new = finder.find(group.finding)
        yield {**_build_result(group, rules, root), **({"fixes": [_build_fix(group, new, root)]} if new else {})}


def _build_result(group: Group, rules: RuleTable, root: Path) -> dict[str, Any]:
    finding = group.finding
    related = list(_related_locations(group, root))
    return {
        "ruleId": finding.rule.id,
        "ruleIndex": rules.add(finding.rule),
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
