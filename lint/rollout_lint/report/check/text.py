"""`check --format text`: findings with the lines that cause them and the fix."""

from __future__ import annotations

import textwrap
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from rollout_lint.facts.format import format_fact
from rollout_lint.facts.stated import FACTS
from rollout_lint.linter.evaluation import EvaluationStatus, describe_unknown_variables
from rollout_lint.report.common.correction import describe_correction
from rollout_lint.report.common.excerpt import Mark, format_excerpt
from rollout_lint.report.common.groups import Group, count_suppressed, group_findings, list_hidden, list_recipe_problems
from rollout_lint.report.common.paths import (
    format_deployed_by,
    format_location,
    format_problem,
    named_path,
    printable_path,
    recipe_path,
)
from rollout_lint.report.common.skipped import describe_unchecked, format_skipped
from rollout_lint.report.common.style import Style, plural, printable
from rollout_lint.rules.checker import failing_condition
from rollout_lint.rules.model import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rollout_lint.discovery.recipe import Variant
    from rollout_lint.linter.evaluation import CheckResult, Evaluation, VariantEvaluation
    from rollout_lint.location import Problem
    from rollout_lint.rules.finding import Finding


_FREE_TEXT = frozenset(
    ("derived.healthcheck_test_layers", "healthcheck.test", "environment", "labels", "deploy.labels")
)
"""Facts whose location is free text of the user, which may contain a password."""

_STATUS_WORDS = {
    EvaluationStatus.NOT_EVALUATED: "not evaluated",
    EvaluationStatus.TEMPLATE: "a template",
    EvaluationStatus.NOT_A_STACK: "not a stack",
}


def format_check_text(result: CheckResult, exit_code: int, style: Style, width: int, list_skipped: bool = False) -> str:
    """Return the whole report for a terminal with `width` columns. With `list_skipped`, it names every skipped file."""
    blocks = [block for evaluation in result.evaluations for block in _format_blocks(evaluation, style, width)]
    if result.skipped:
        blocks.append("\n".join(format_skipped(result.skipped, style, list_skipped)))
    return "\n\n".join([*blocks, _format_summary(result, exit_code)]) + "\n"


def _format_blocks(evaluation: Evaluation, style: Style, width: int) -> Iterator[str]:
    yield from (_format_error(problem, evaluation, style) for problem in list_recipe_problems(evaluation))
    if names := evaluation.unknown_variables:
        yield f"{printable(named_path(evaluation))}  {printable(describe_unknown_variables(names))}"
    for group in group_findings(evaluation):
        yield "\n".join(_format_finding(group, style, width))


def _format_error(problem: Problem, evaluation: Evaluation, style: Style) -> str:
    """Return an error, and its fix if a command makes it."""
    line = format_problem(replace(problem, file=recipe_path(evaluation, problem.file)), style)
    command = evaluation.error_fix_commands.get(problem.file)
    if command is None or problem.correction is None:
        return line
    return f"{line}\n  = {style('fix:', 'green')} {describe_correction(problem.correction)}  ({command})"


def _format_finding(group: Group, style: Style, width: int) -> list[str]:
    finding, rule = group.finding, group.rule
    location = format_location(group.path, finding.location.line, finding.location.column)
    return [
        f"{style(location, 'bold')}  {style.severity(finding.severity)}  {style(rule.id, 'bold')} {rule.name}",
        *textwrap.wrap(printable(group.message), max(width, 60), initial_indent="  ", subsequent_indent="  "),
        "",
        *_format_excerpts(group.evaluation, finding, style, width),
        "",
        *_format_notes(group, style, width),
    ]


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
        yield from format_excerpt(evaluation.sources[file], file_marks, style, max(width - 10, 40))


def _format_notes(group: Group, style: Style, width: int) -> Iterator[str]:
    evaluation, rule = group.evaluation, group.rule
    for note in _list_notes(group):
        yield from _wrap_note(note, width)
    fix_label = style("fix:", "green")
    if rule.advice:
        first, *others = _wrap_note(f"fix: {rule.advice}", width)
        yield from (first.replace("fix:", fix_label, 1), *others)
    command = _fix_command(group)
    for number, (path, value) in enumerate(rule.fix_settings.items(), 1):
        hint = f"  ({command})" if command and number == len(rule.fix_settings) else ""
        yield f"  = {fix_label} {path}: {value}{hint}"
    if rule.alternative:
        yield from _wrap_note(f"or: {rule.alternative}", width)
    services = {each.service for each in group.findings}
    superseded = {
        each.rule.id for each in evaluation.findings if each.superseded_by == rule.id and each.service in services
    }
    if superseded:
        label = "not applicable" if superseded <= rule.voids else "also covers"
        yield f"  = {label}: {', '.join(sorted(superseded))}"
    yield f"  = why: {f'rollout-lint explain {rule.id}' if rule.is_packaged else printable(rule.link)}"


def _fix_command(group: Group) -> str | None:
    """Return the command that fixes all findings of a group; None if it was not planned, or fixes only some."""
    commands = {group.evaluation.fix_commands.get(finding.key) for finding in group.findings}
    return commands.pop() if len(commands) == 1 else None


def _wrap_note(text: str, width: int) -> list[str]:
    return textwrap.wrap(
        text,
        max(width, 60),
        initial_indent="  = ",
        subsequent_indent="    ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def _list_notes(group: Group) -> Iterator[str]:
    """Yield notes on the affected and other variants, defaults, unset variables and assumptions."""
    finding = group.finding
    yield from _describe_affected(group)
    yield from _describe_unaffected(group)
    for path, fact in finding.facts.items():
        if fact.default:
            yield f"default: {path} is {format_fact(path, fact)}"
        if fact.unset:
            yield f"variable not set: {', '.join(fact.unset)} (used by {path})"
    if finding.assumes:
        yield f"assumes: {printable(finding.assumes)}"


def _describe_affected(group: Group) -> Iterator[str]:
    """Yield the services and their variants, services with the same variants together."""
    variants: dict[str, set[str]] = {}
    for finding in group.findings:
        variants.setdefault(finding.subject, set()).add(finding.variant)
    subjects: dict[frozenset[str], list[str]] = {}
    for subject, names in variants.items():
        subjects.setdefault(frozenset(names), []).append(subject)
    for shared, listed in subjects.items():
        files = [
            f"{_format_files(each)}{format_deployed_by(each)}" for each in group.deployments if each.name in shared
        ]
        yield f"affected: {printable(', '.join(listed))} in {'; '.join(files)}"


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
    facts = evaluation.facts(finding.service)
    path = failing_condition(finding.rule, facts) if facts else None
    if facts is None or path is None:
        return ""
    fact = facts.get(path) if path in FACTS else None
    if fact is None or fact.location is None:
        return f"not affected: {file}"
    setting_file = printable(fact.location.file)
    line = f"line {fact.location.line}" if setting_file == file else f"{setting_file}:{fact.location.line}"
    return f"not affected: {file} ({line} sets {path.rpartition('.')[2]}: {format_fact(path, fact)})"


def _format_files(variant: Variant) -> str:
    return printable(" + ".join(layer.name for layer in variant.files))


def _format_summary(result: CheckResult, exit_code: int) -> str:
    evaluations = result.evaluations
    if not evaluations:
        return f"{describe_unchecked(result.skipped)} Exit {exit_code}."
    checked = [
        each
        for each in evaluations
        if each.services or each.status not in (EvaluationStatus.NOT_A_STACK, EvaluationStatus.TEMPLATE)
    ]
    parts = [
        plural(len(checked), "recipe"),
        plural(sum(len(each.variants) for each in checked), "variant"),
        plural(sum(len(each.services) for each in checked), "service"),
    ]
    groups = [group for each in evaluations for group in group_findings(each)]
    by_severity = Counter(group.finding.severity for group in groups)
    counts = ", ".join(f"{by_severity[severity]} {severity}" for severity in Severity if by_severity[severity])
    findings = plural(by_severity.total(), "finding") + (f" ({counts})" if counts else "")
    if suppressed := count_suppressed(evaluations):
        findings += f", {suppressed} suppressed"
    findings += _describe_hidden(evaluations)
    by_status = Counter(each.status for each in evaluations)
    others = [f"{by_status[status]} {words}" for status, words in _STATUS_WORDS.items() if by_status[status]]
    skipped = f" {', '.join(others).capitalize()}." if others else ""
    return f"{', '.join(parts)}: {findings}.{skipped} Exit {exit_code}."


def _describe_hidden(evaluations: list[Evaluation]) -> str:
    """Return the number of findings that are not printed, and the option that prints those of severity info."""
    hidden = list_hidden(evaluations)
    if not hidden:
        return ""
    if all(finding.severity is Severity.INFO for finding in hidden):
        return f", {len(hidden)} info not shown (--severity info)"
    return f", {len(hidden)} not shown"
