"""`check --format sarif`: SARIF 2.1.0 (docs.oasis-open.org/sarif/sarif/v2.1.0), for code scanning."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from rollout_lint import __version__
from rollout_lint.facts.format import format_fact
from rollout_lint.linter.evaluation import EvaluationStatus
from rollout_lint.linter.fingerprint import fingerprint
from rollout_lint.report.check.replacement import Replacements
from rollout_lint.report.check.sarif_rules import LEVELS, RuleTable
from rollout_lint.report.common.groups import NOT_A_STACK_MESSAGE, group_findings, list_problems
from rollout_lint.report.common.json_values import format_json
from rollout_lint.report.common.paths import recipe_path, relative_path
from rollout_lint.report.common.style import printable
from rollout_lint.rules.finding import SuppressionSource

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from rollout_lint.facts.model import Fact
    from rollout_lint.linter.evaluation import Evaluation
    from rollout_lint.location import Location, Problem
    from rollout_lint.report.check.replacement import Replacement
    from rollout_lint.report.common.groups import Group
    from rollout_lint.rules.finding import Suppression
    from rollout_lint.stack.model import Setting

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_BASE = "%SRCROOT%"
_FINGERPRINT = "rolloutLint/v1"
_LINK = re.compile(r"\[(?=[^\[\]]*\]\()")


def format_check_sarif(evaluations: list[Evaluation], root: Path) -> str:
    """The log of one run: a result for each finding, whose properties have the variants where it holds.

    Paths are relative to `root`, save those that are not below it. What is silenced is there with its suppression;
    what another finding tells already is left out. What was not evaluated is a notification, and the run then not
    successful.
    """
    rules = RuleTable()
    results = [result for each in evaluations for result in _results(each, rules, root)]
    notifications = [told for each in evaluations for told in _notifications(each, root)]
    run = {
        "tool": {"driver": {"name": "rollout-lint", "semanticVersion": __version__, "rules": rules.descriptors}},
        "invocations": [
            {
                "executionSuccessful": not any(told["level"] == "error" for told in notifications),
                "toolExecutionNotifications": notifications,
            }
        ],
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {_BASE: {"description": {"text": "The folder in which rollout-lint was run."}}},
        "results": results,
    }
    return format_json({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]})


def _notifications(evaluation: Evaluation, root: Path) -> Iterator[dict[str, Any]]:
    for problem in list_problems(evaluation):
        message = {"text": _message(f"not evaluated: {problem.message}")}
        yield {"level": "error", "message": message, "locations": [_location_of(evaluation, problem, root)]}
    if evaluation.status == EvaluationStatus.NOT_A_STACK:
        whole = {"physicalLocation": {"artifactLocation": _artifact(recipe_path(evaluation, ""), root)}}
        yield {"level": "note", "message": {"text": NOT_A_STACK_MESSAGE}, "locations": [whole]}


def _location_of(evaluation: Evaluation, problem: Problem, root: Path) -> dict[str, Any]:
    region = {"region": {"startLine": problem.line, "startColumn": max(problem.column, 1)}} if problem.line else {}
    return {"physicalLocation": {"artifactLocation": _artifact(recipe_path(evaluation, problem.file), root), **region}}


def _results(evaluation: Evaluation, rules: RuleTable, root: Path) -> Iterator[dict[str, Any]]:
    replacements = Replacements(evaluation)
    for group in group_findings(evaluation, suppressed=True):
        new = replacements.of(group.finding)
        yield {**_result(group, rules, root), **({"fixes": [_fix(group, new, root)]} if new else {})}


def _result(group: Group, rules: RuleTable, root: Path) -> dict[str, Any]:
    finding = group.finding
    related = list(_related(group, root))
    return {
        "ruleId": finding.rule.id,
        "ruleIndex": rules.index_of(finding.rule),
        "level": LEVELS[finding.severity],
        "message": {"text": _message(finding.message)},
        "locations": [_location(group, finding.location, root)],
        **({"relatedLocations": related} if related else {}),
        "partialFingerprints": {_FINGERPRINT: fingerprint(group.evaluation.recipe.name, finding)},
        **({"suppressions": [_suppression(group, finding.suppressed, root)]} if finding.suppressed else {}),
        "properties": {
            "severity": finding.severity,
            "recipe": group.evaluation.recipe.name,
            "service": finding.service,
            "variants": list(group.variants),
            "assumes": finding.assumes,
        },
    }


def _related(group: Group, root: Path) -> Iterator[dict[str, Any]]:
    """Where each fact was decided, and what that replaced; one and the same place once."""
    told: dict[tuple[Location, str], None] = {}
    for finding in group.findings:
        for path, fact in finding.facts.items():
            told.update(dict.fromkeys(_deciders(path, fact, finding.rule.notes.get(path, ""))))
    for number, (location, message) in enumerate(told, 1):
        yield {"id": number, **_location(group, location, root), "message": {"text": _message(message)}}


def _deciders(path: str, fact: Fact, note: str) -> Iterator[tuple[Location, str]]:
    if fact.location is None:
        return
    told = f"is {format_fact(path, fact)}" if fact.written and _is_single(fact.value) else "is decided here"
    yield fact.location, f"{path} {told}{f': {note}' if note else ''}"
    for setting in fact.overrides:
        yield setting.location, _overridden(path, setting)


def _overridden(path: str, setting: Setting) -> str:
    value = f", {setting.written}," if setting.written and _is_single(setting.value) else ""
    return f"{path} is overridden: what stands here{value} has no effect"


def _is_single(value: object) -> bool:
    """What is in a list may be a secret."""
    return isinstance(value, str | int | float)


def _fix(group: Group, new: Replacement, root: Path) -> dict[str, Any]:
    """The value that decided, replaced by that of the rule's repair."""
    change = {
        "artifactLocation": _artifact(recipe_path(group.evaluation, new.location.file), root),
        "replacements": [{"deletedRegion": _region(new.location), "insertedContent": {"text": new.text}}],
    }
    return {"description": {"text": f"Write {new.path}: {new.text}"}, "artifactChanges": [change]}


def _suppression(group: Group, suppression: Suppression, root: Path) -> dict[str, Any]:
    """A comment is in the source; the config and the baseline are not."""
    location = suppression.location
    is_comment = suppression.source is SuppressionSource.COMMENT
    located = {"location": _location(group, location, root)} if location and is_comment else {}
    return {
        "kind": "inSource" if is_comment else "external",
        "status": "accepted",
        "justification": printable(suppression.reason),
        **located,
        "properties": {"by": suppression.source, "until": suppression.until},
    }


def _location(group: Group, location: Location, root: Path) -> dict[str, Any]:
    artifact = _artifact(recipe_path(group.evaluation, location.file), root)
    return {"physicalLocation": {"artifactLocation": artifact, "region": _region(location)}}


def _region(location: Location) -> dict[str, int]:
    """The end is exclusive, as SARIF has it."""
    return {
        "startLine": location.line,
        "startColumn": location.column,
        "endLine": location.end_line,
        "endColumn": location.end_column,
    }


def _artifact(path: str, root: Path) -> dict[str, str]:
    """A file by its URI, which is of bytes: names of files need not be text."""
    below = relative_path(root, path)
    uri = quote(below, errors="surrogateescape")
    return {"uri": f"file://{uri}"} if below.startswith("/") else {"uri": uri, "uriBaseId": _BASE}


def _message(text: str) -> str:
    """Plain text without a link: SARIF takes `[...](...)` for one."""
    return _LINK.sub(r"\\[", printable(text))
