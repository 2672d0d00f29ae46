"""`check --format rdjson`: Reviewdog Diagnostic Format, which reviewdog posts as comments on a pull request.

The fields are those of `proto/rdf/reviewdog.proto` in reviewdog/reviewdog.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from rollout_lint.printable import printable
from rollout_lint.report.check.json_stream import StreamedList, format_item, item_separator, stream_json
from rollout_lint.report.check.replacement import ReplacementFinder
from rollout_lint.report.check.report import SectionReport
from rollout_lint.report.common.documentation import project_url, rule_url
from rollout_lint.report.common.fixes import describe_finding
from rollout_lint.report.common.groups import group_findings, list_problems
from rollout_lint.report.common.paths import relative_path
from rollout_lint.report.common.skipped import describe_skipped, list_unexpected

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from rollout_lint.linter.evaluation import Evaluation
    from rollout_lint.location import Location, Problem
    from rollout_lint.report.check.totals import CheckSummary
    from rollout_lint.report.common.groups import Group
    from rollout_lint.rules.model import Rule, Severity
    from rollout_lint.syntax.source import Source

_SEVERITIES = {"high": "ERROR", "medium": "WARNING", "low": "INFO", "info": "INFO"}
_NAME = "rollout-lint"


_DIAGNOSTICS = "diagnostics"
_DEPTH = 2


class RdjsonReport(SectionReport):
    """DiagnosticResult: errors, findings with their replacements, and the files that are not checked.

    Paths are relative to `root`. Files for docker compose only are left out.
    """

    def __init__(self, root: Path) -> None:
        """Start without a diagnostic."""
        super().__init__({_DIAGNOSTICS: item_separator(_DEPTH)})
        self._root = root

    def format_recipe(self, evaluation: Evaluation, failing: Collection[Severity]) -> dict[str, str]:
        """Return the diagnostics of a recipe."""
        del failing
        items = [format_item(each, _DEPTH) for each in _list_diagnostics(evaluation, self._root)]
        return {_DIAGNOSTICS: item_separator(_DEPTH).join(items)} if items else {}

    def stream(self, summary: CheckSummary) -> Iterator[str]:
        """Yield the report in pieces."""
        for each in list_unexpected(summary.skipped):
            message = f"not checked: {describe_skipped(each)}"
            skipped = _build_diagnostic(message, "INFO", relative_path(self._root, each.file))
            self.add_text(_DIAGNOSTICS, format_item(skipped, _DEPTH))
        url = project_url()
        source = {"name": _NAME, **({"url": url} if url else {})}
        diagnostics = StreamedList(self.read(_DIAGNOSTICS), is_empty=not self.has(_DIAGNOSTICS))
        yield from stream_json({"source": source, "diagnostics": diagnostics})


def _list_diagnostics(evaluation: Evaluation, root: Path) -> Iterator[dict[str, Any]]:
    for problem in list_problems(evaluation):
        message = f"not evaluated: {problem.message}"
        yield _build_diagnostic(message, "ERROR", relative_path(root, problem.file), _problem_range(problem))
    finder = ReplacementFinder(evaluation)
    for group in group_findings(evaluation):
        yield {**_convert_group(group, root), **_build_suggestions(group, finder)}


def _convert_group(group: Group, root: Path) -> dict[str, Any]:
    finding = group.finding
    source = group.evaluation.sources[finding.location.file]
    diagnostic = _build_diagnostic(
        describe_finding(group),
        _SEVERITIES[finding.severity],
        relative_path(root, group.path),
        _convert_range(finding.location, source),
    )
    return {**diagnostic, "code": _build_code(finding.rule)}


def _build_code(rule: Rule) -> dict[str, str]:
    url = rule_url(rule)
    return {"value": rule.id, **({"url": url} if url else {})}


def _build_suggestions(group: Group, finder: ReplacementFinder) -> dict[str, Any]:
    """Return the key with the replacement of one value, or no key if the fix needs more."""
    new = finder.find(group.finding)
    if new is None or new.location.file != group.finding.location.file:
        return {}
    range_ = _convert_range(new.location, group.evaluation.sources[new.location.file])
    return {"suggestions": [{"range": range_, "text": new.text}]}


def _build_diagnostic(message: str, severity: str, path: str, range_: dict[str, Any] | None = None) -> dict[str, Any]:
    location = {"path": printable(path), **({"range": range_} if range_ else {})}
    return {"message": printable(message), "severity": severity, "location": location}


def _problem_range(problem: Problem) -> dict[str, Any] | None:
    """Return the line of an error. Its column counts characters, and the file may not be readable as text."""
    return {"start": {"line": problem.line}} if problem.line else None


def _convert_range(location: Location, source: Source) -> dict[str, Any]:
    """Return a range, whose end is exclusive."""
    return {
        "start": _convert_position(location.line, location.column, source),
        "end": _convert_position(location.end_line, location.end_column, source),
    }


@lru_cache(maxsize=8)
def _lines(source: Source) -> list[str]:
    return source.lines()


def _convert_position(line: int, column: int, source: Source) -> dict[str, int]:
    """Return a position, whose column counts bytes of UTF-8 from 1."""
    lines = _lines(source)
    text = lines[line - 1] if line <= len(lines) else ""
    return {"line": line, "column": len(text[: column - 1].encode("utf-8", "surrogatepass")) + 1}
