"""One finding of `check --format text`: the message, the lines that cause it, and the fix."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rollout_lint.facts.format import format_fact
from rollout_lint.facts.stated import FACTS
from rollout_lint.printable import printable
from rollout_lint.report.common.excerpt import Mark, format_excerpt
from rollout_lint.report.common.fixes import list_fixes
from rollout_lint.report.common.notes import MIN_WIDTH, wrap_note, wrap_text
from rollout_lint.report.common.paths import format_deployed_by, format_location, printable_path
from rollout_lint.rules.checker import failing_condition

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rollout_lint.discovery.recipe import Variant
    from rollout_lint.linter.evaluation import Evaluation, VariantEvaluation
    from rollout_lint.report.common.groups import Group
    from rollout_lint.report.common.style import Style
    from rollout_lint.rules.finding import Finding

_FREE_TEXT = frozenset(
    ("derived.healthcheck_test_layers", "healthcheck.test", "environment", "labels", "deploy.labels")
)
"""Facts whose location is free text of the user, which may contain a password."""


def format_finding(group: Group, style: Style, width: int) -> list[str]:
    """Return the lines of a finding, none longer than `width` unless a path or command is."""
    width = max(width, MIN_WIDTH)
    return [
        *_format_head(group, style, width),
        *wrap_text(printable(group.message), width, "  ", "  "),
        *_format_excerpts(group.evaluation, group.finding, style, width),
        *_format_notes(group, style, width),
    ]


def _format_head(group: Group, style: Style, width: int) -> Iterator[str]:
    """Yield the location, the severity and the rule, on two lines if one is too short."""
    severity, rule = group.finding.severity, group.rule
    location = format_location(group.path, group.finding.location.line, group.finding.location.column)
    title = f"  {style.severity(severity)}  {style(rule.id, 'bold')} {rule.name}"
    if len(f"{location}  {severity}  {rule.id} {rule.name}") <= width:
        yield style(location, "bold") + title
    else:
        yield from (style(location, "bold"), title)


def _format_excerpts(evaluation: Evaluation, finding: Finding, style: Style, width: int) -> Iterator[str]:
    """Yield the lines that set the facts, file by file, and the file of the finding first."""
    marks: dict[str, list[Mark]] = {finding.location.file: []}
    for path, fact in finding.facts.items():
        if fact.location is not None:
            marks.setdefault(fact.location.file, []).append(
                Mark(fact.location, finding.rule.notes.get(path, ""), path in _FREE_TEXT)
            )
    if not marks[finding.location.file]:
        marks[finding.location.file].append(Mark(finding.location))
    for file, file_marks in marks.items():
        if file != finding.location.file:
            yield f"  {style(printable_path(evaluation, file), 'dim')}"
        yield from format_excerpt(evaluation.sources[file], file_marks, style, width)


def _format_notes(group: Group, style: Style, width: int) -> Iterator[str]:
    rule = group.rule
    for note in _list_notes(group):
        yield from wrap_note(note, width)
    yield from _format_fix(group, style, width)
    if rule.trade_off:
        yield from wrap_note(f"trade-off: {rule.trade_off}", width)
    if superseded := group.superseded_rules:
        label = "not applicable" if superseded <= rule.voids else "also covers"
        yield from wrap_note(f"{label}: {', '.join(sorted(superseded))}", width)
    if not rule.is_packaged:
        yield f"  = why: {printable(rule.link)}"


def _format_fix(group: Group, style: Style, width: int) -> Iterator[str]:
    """Yield the fix with the command that writes it, then the alternatives."""
    fix, *others = list_fixes(group.rule)
    first, *rest = wrap_note(f"fix: {'either ' if others else ''}{fix}", width)
    yield from (first.replace("fix:", style("fix:", "green"), 1), *rest)
    command = _fix_command(group)
    if command is not None:
        yield f"    ({command})"
    for other in others:
        yield from wrap_note(f"or {other}", width, "    ")


def _fix_command(group: Group) -> str | None:
    """Return the command that fixes all findings of a group; None if it was not planned, or fixes only some."""
    commands = {group.evaluation.fix_commands.get(finding.key) for finding in group.findings}
    return commands.pop() if len(commands) == 1 else None


def _list_notes(group: Group) -> Iterator[str]:
    """Yield notes on the affected and other variants, defaults, unset variables and assumptions."""
    yield from _describe_affected(group)
    yield from _describe_unaffected(group)
    for path, fact in group.finding.facts.items():
        if fact.default:
            yield f"default: {path} is {format_fact(path, fact)}"
        if fact.unset:
            yield f"variable not set: {', '.join(fact.unset)} (used by {path})"
    assumptions = dict.fromkeys(each.assumes for each in group.service_findings if each.assumes)
    yield from (f"assumes: {printable(each)}" for each in assumptions)


def _describe_affected(group: Group) -> Iterator[str]:
    """Yield the services and their variants, services with the same variants together.

    Nothing is left to say if the recipe is one file.
    """
    if [_describe_variant(each.variant) for each in group.evaluation.variants] == [group.finding.location.file]:
        return
    variants: dict[str, set[str]] = {}
    for finding in group.findings:
        variants.setdefault(finding.subject, set()).add(finding.variant)
    subjects: dict[frozenset[str], list[str]] = {}
    for subject, names in variants.items():
        subjects.setdefault(frozenset(names), []).append(subject)
    for shared, listed in subjects.items():
        described = [_describe_variant(each) for each in group.deployments if each.name in shared]
        yield f"affected: {printable(', '.join(listed))} in {'; '.join(described)}"


def _describe_unaffected(group: Group) -> Iterator[str]:
    """Yield why the other variants do not have the finding, each reason once."""
    others = [each for each in group.evaluation.variants if each.variant.name not in group.variants]
    for evaluation in others:
        reasons = (_describe_unmatched(finding, evaluation) for finding in group.service_findings)
        yield from dict.fromkeys(filter(None, reasons))


def _describe_unmatched(finding: Finding, evaluation: VariantEvaluation) -> str:
    """Return why a variant does not have the finding, or an empty text if it lacks the service."""
    file = printable(evaluation.variant.files[-1].name)
    if not evaluation.is_evaluated:
        return f"not evaluated: {file}"
    facts = evaluation.facts(finding)
    path = failing_condition(finding.rule, facts) if facts else None
    if facts is None or path is None:
        return ""
    fact = facts.get(path) if path in FACTS else None
    if fact is None or fact.location is None:
        return f"not affected: {file}"
    setting_file = printable(fact.location.file)
    line = f"line {fact.location.line}" if setting_file == file else f"{setting_file}:{fact.location.line}"
    return f"not affected: {file} ({line} sets {path.rpartition('.')[2]}: {format_fact(path, fact)})"


def _describe_variant(variant: Variant) -> str:
    return printable(" + ".join(layer.name for layer in variant.files)) + format_deployed_by(variant)
