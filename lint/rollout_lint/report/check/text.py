"""`check --format text`: errors, findings from high to info, files that are not checked, and the summary."""

from __future__ import annotations

import textwrap
from itertools import chain
from typing import TYPE_CHECKING

from rollout_lint.linter.evaluation import PLACES_OF_VARIABLES
from rollout_lint.printable import printable
from rollout_lint.record import Record
from rollout_lint.report.check.finding_text import format_finding
from rollout_lint.report.check.report import CheckReport
from rollout_lint.report.check.spool import Spool
from rollout_lint.report.check.summary import format_summary
from rollout_lint.report.common.groups import group_findings, list_recipe_problems
from rollout_lint.report.common.notes import MIN_WIDTH, wrap_note
from rollout_lint.report.common.paths import format_location, format_problem, named_path, recipe_path
from rollout_lint.report.common.skipped import format_skipped
from rollout_lint.report.common.style import plural
from rollout_lint.rules.model import Severity

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from rollout_lint.linter.evaluation import Evaluation
    from rollout_lint.location import Problem
    from rollout_lint.report.check.totals import CheckSummary
    from rollout_lint.report.common.groups import Group
    from rollout_lint.report.common.style import Style
    from rollout_lint.rules.model import Rule

_SCREEN = 40
"""Lines of a screen. High findings that need more are listed first."""


_ERRORS = "errors"
_HIGH = "list of high findings"


class _Finding(Record):
    """Lines of a finding, with its line in the list of high findings, and the id of its rule if it is packaged."""

    severity: Severity
    text: str
    high: str
    packaged: str | None


class _Part(Record):
    """Part of a recipe: its errors, its findings, its path and its unknown variables."""

    errors: str
    findings: list[_Finding]
    path: str
    unknown: tuple[str, ...]


class TextReport(CheckReport[_Part]):
    """Report for a terminal with `width` columns. With `list_skipped`, it names every skipped file."""

    def __init__(self, style: Style, width: int, *, list_skipped: bool = False) -> None:
        """Start without a line."""
        self._style = style
        self._width = width
        self._list_skipped = list_skipped
        self._errors = Spool("\n")
        self._high = Spool("\n")
        self._findings = {severity: Spool("\n\n") for severity in Severity}
        self._high_lines = 0
        self._high_count = 0
        self._packaged: dict[Severity, str] = {}
        self._unknown: dict[tuple[str, ...], tuple[str, int]] = {}

    def format_recipe(self, evaluation: Evaluation, failing: Collection[Severity]) -> _Part:
        """Return the lines of a recipe."""
        del failing
        style, width = self._style, self._width
        errors = [line for each in list_recipe_problems(evaluation) for line in _format_error(each, evaluation, style)]
        findings = [
            _Finding(
                group.finding.severity,
                "\n".join(format_finding(group, style, width)),
                _format_high_finding(group, style, width) if group.finding.severity is Severity.HIGH else "",
                group.rule.id if group.rule.is_packaged else None,
            )
            for group in group_findings(evaluation)
        ]
        return _Part("\n".join(errors), findings, named_path(evaluation), tuple(evaluation.unknown_variables))

    def add(self, part: _Part, rules: Sequence[Rule]) -> None:
        """Add the lines to their sections."""
        del rules
        if part.errors:
            self._errors.add(part.errors)
        for finding in part.findings:
            self._findings[finding.severity].add(finding.text)
            if finding.high:
                self._high.add(finding.high)
                self._high_count += 1
                self._high_lines += finding.text.count("\n") + 2
            if finding.packaged is not None:
                self._packaged.setdefault(finding.severity, finding.packaged)
        if part.unknown:
            first, count = self._unknown.get(part.unknown, (part.path, 0))
            self._unknown[part.unknown] = (first, count + 1)

    def stream(self, summary: CheckSummary) -> Iterator[str]:
        """Yield the report in pieces."""
        separator = ""
        for section in self._list_sections(summary):
            yield separator
            yield from section
            separator = "\n\n"
        yield "\n"

    def _list_sections(self, summary: CheckSummary) -> Iterator[Iterable[str]]:
        """Yield the sections that have a line."""
        if self._errors:
            yield self._errors.read()
        if self._high_lines > _SCREEN:
            heading = f"{plural(self._high_count, 'high finding')}, described below:\n"
            yield chain((heading,), self._high.read())
        yield from (spool.read() for spool in self._findings.values() if spool)
        summary_lines = textwrap.wrap(format_summary(summary), max(self._width, MIN_WIDTH))
        blocks = (
            self._format_unknown_variables(),
            format_skipped(summary.skipped, self._style, self._list_skipped),
            [*self._format_hint(), *summary_lines],
        )
        yield from (("\n".join(block),) for block in blocks if block)

    def _format_unknown_variables(self) -> list[str]:
        """Return the variables that limited the checks, recipes with the same variables on one line."""
        lines = [f"Unknown variables (set them {PLACES_OF_VARIABLES}):"] if self._unknown else []
        for names, (first, count) in self._unknown.items():
            more = f" and {plural(count - 1, 'other recipe')}" if count > 1 else ""
            lines += wrap_note(printable(f"{first}{more}: {', '.join(names)}"), self._width, "  ")
        return lines

    def _format_hint(self) -> list[str]:
        """Return the command that describes a rule, if the report has a finding of a packaged rule."""
        first = next((self._packaged[severity] for severity in Severity if severity in self._packaged), None)
        return [f"hint: rollout-lint explain {first} describes the rule"] if first is not None else []


def _format_error(problem: Problem, evaluation: Evaluation, style: Style) -> Iterator[str]:
    """Yield an error, and its fix if a command makes it."""
    yield format_problem(problem._replace(file=recipe_path(evaluation, problem.file)), style)
    command = evaluation.error_fix_commands.get(problem.file)
    if command is not None and problem.correction is not None:
        from rollout_lint.report.common.correction import describe_correction

        yield f"  = {style('fix:', 'green')} {describe_correction(problem.correction)}  ({command})"


def _format_high_finding(group: Group, style: Style, width: int) -> str:
    """Return the line of a finding in the list of high findings."""
    span = group.finding.location
    location = format_location(group.path, span.line, span.column)
    line = f"{location}: {group.rule.id} {group.rule.name} ({printable(group.subject)})"
    first, *rest = wrap_note(line, width, "  ")
    return "\n".join((first.replace(location, style(location, "bold"), 1), *rest))
