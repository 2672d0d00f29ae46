"""`check` for people: what was found, where, which file decided it, and what to write instead."""

from __future__ import annotations

import textwrap
from collections import Counter
from typing import TYPE_CHECKING

from rollout_lint.facts.format import format_fact
from rollout_lint.facts.stated import FACTS
from rollout_lint.linter.evaluation import EvaluationStatus
from rollout_lint.report.common.excerpt import Mark, excerpt
from rollout_lint.report.common.groups import TEMPLATE_MESSAGE, Group, group_findings
from rollout_lint.report.common.paths import fix_command, printable_path
from rollout_lint.report.common.style import Style, plural, printable
from rollout_lint.rules.checker import failing_condition
from rollout_lint.rules.model import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rollout_lint.linter.evaluation import Evaluation, VariantEvaluation
    from rollout_lint.location import Location, Problem
    from rollout_lint.rules.finding import Finding


_FREE_TEXT = frozenset(
    ("derived.healthcheck_test_layers", "healthcheck.test", "environment", "labels", "deploy.labels")
)
"""Facts whose place is a text of the user's own, which may hold a password."""


def format_check_text(evaluations: list[Evaluation], exit_code: int, style: Style, width: int) -> str:
    """The whole report; `width` is the terminal's, in columns."""
    blocks = ["\n".join(block) for evaluation in evaluations for block in _blocks(evaluation, style, width) if block]
    return "\n\n".join([*blocks, _summary(evaluations, exit_code)]) + "\n"


def format_problem(evaluation: Evaluation, problem: Problem, style: Style) -> list[str]:
    """A problem, with its place where it has one."""
    location = f":{problem.line}:{problem.column}" if problem.line else ""
    head = style(f"{printable_path(evaluation, problem.file)}{location}", "bold")
    return [f"{head}  {style('problem', 'bold', 'red')}  {printable(problem.message)}"]


def _blocks(evaluation: Evaluation, style: Style, width: int) -> Iterator[list[str]]:
    for problem in evaluation.problems:
        yield format_problem(evaluation, problem, style)
    if evaluation.status == EvaluationStatus.TEMPLATE:
        yield [f"{printable_path(evaluation, '')}  not evaluated: {TEMPLATE_MESSAGE}"]
    for group in group_findings(evaluation):
        yield _finding(group, style, width)


def _finding(group: Group, style: Style, width: int) -> list[str]:
    evaluation, finding = group.evaluation, group.finding
    rule = finding.rule
    location = finding.location
    head = f"{printable_path(evaluation, location.file)}:{location.line}:{location.column}"
    return [
        f"{style(head, 'bold')}  {style.severity(finding.severity)}  {style(rule.id, 'bold')} {rule.name}",
        *textwrap.wrap(printable(finding.message), max(width, 60), initial_indent="  ", subsequent_indent="  "),
        "",
        *_excerpts(evaluation, finding, style, width),
        "",
        *_closing(group, style, width),
    ]


def _excerpts(evaluation: Evaluation, finding: Finding, style: Style, width: int) -> Iterator[str]:
    """The lines that decided, file by file, the finding's own file first."""
    marks: dict[str, list[Mark]] = {finding.location.file: []}
    for path, fact in finding.facts.items():
        if fact.location is not None:
            marks.setdefault(fact.location.file, []).append(
                Mark(fact.location, finding.rule.notes.get(path, ""), path in _FREE_TEXT)
            )
    if not marks[finding.location.file]:
        marks[finding.location.file].append(Mark(finding.location))
    for file, of_file in marks.items():
        if file != finding.location.file:
            yield f"  {style(printable_path(evaluation, file), 'dim')}"
        yield from excerpt(evaluation.sources[file], of_file, style, max(width - 10, 40))


def _closing(group: Group, style: Style, width: int) -> Iterator[str]:
    evaluation, finding = group.evaluation, group.finding
    for told in _told(group):
        yield from _noted(told, width)
    if finding.rule.advice:
        label = "instead        "
        first, *others = _noted(label + finding.rule.advice, width, len(label))
        yield first.replace("instead", style("instead", "green"), 1)
        yield from others
    settings = [f"{path}: {value}" for path, value in finding.rule.fix_settings.items()]
    for number, setting in enumerate(settings, 1):
        by = f"      ({fix_command(evaluation, finding)})" if number == len(settings) else ""
        yield f"  = {style('write instead', 'green')}  {setting}{by}"
    superseded = {
        each.rule.id
        for each in evaluation.findings
        if each.superseded_by == finding.rule.id and each.service == finding.service
    }
    if superseded:
        label = "void here     " if superseded <= finding.rule.voids else "the same cause"
        yield f"  = {label} {', '.join(sorted(superseded))}"
    why = f"rollout-lint explain {finding.rule.id}" if finding.rule.is_packaged else printable(finding.rule.link)
    yield f"  = why            {why}"


def _noted(text: str, width: int, indent: int = 0) -> list[str]:
    """A note below the lines, wrapped; its own spaces stay."""
    wide = max(width, 60)
    following = " " * (4 + indent)
    return textwrap.wrap(
        text, wide, initial_indent="  = ", subsequent_indent=following, break_long_words=False, break_on_hyphens=False
    )


def _told(group: Group) -> Iterator[str]:
    """In which variants it holds; for each other, what there decides otherwise; and what nobody wrote down."""
    evaluation, finding, held = group.evaluation, group.finding, group.variants
    deployed = "; or with ".join(_files(each) for each in evaluation.variants if each.variant.name in held)
    yield f"{printable(finding.subject)}, as deployed with {deployed}."
    yield from (_otherwise(finding, each) for each in evaluation.variants if each.variant.name not in held)
    for path, fact in finding.facts.items():
        if fact.default:
            yield f"{path} is {format_fact(path, fact)}, Swarm's default"
        if fact.unset:
            yield f"{path} depends on {', '.join(fact.unset)}, which has no value here"
    if finding.assumes:
        yield f"taken for granted: {printable(finding.assumes)}"


def _otherwise(finding: Finding, evaluation: VariantEvaluation) -> str:
    facts = evaluation.facts(finding.service)
    path = failing_condition(finding.rule, facts) if facts else None
    if facts is None or path is None:
        return ""
    fact = facts.get(path) if path in FACTS else None
    decided = f": {_place_told(fact.location)} sets {format_fact(path, fact)}" if fact and fact.location else ""
    return f"With {printable(evaluation.variant.files[-1].name)} it is not{decided}."


def _place_told(location: Location) -> str:
    return f"{printable(location.file)}:{location.line}"


def _files(evaluation: VariantEvaluation) -> str:
    return printable(" + ".join(layer.name for layer in evaluation.variant.files))


def _summary(evaluations: list[Evaluation], exit_code: int) -> str:
    judged = [
        each for each in evaluations if each.status not in (EvaluationStatus.NOT_A_STACK, EvaluationStatus.TEMPLATE)
    ]
    groups = [group for each in evaluations for group in group_findings(each)]
    findings = [finding for group in groups for finding in group.findings]
    by_severity = Counter(finding.severity for finding in findings)
    counted = ", ".join(f"{by_severity[severity]} {severity}" for severity in Severity if by_severity[severity])
    told = plural(len(findings), "finding") + (f" ({counted})" if counted else "")
    if len(groups) != len(findings):
        told += f" at {plural(len(groups), 'location')}"
    if silenced := sum(finding.is_suppressed for each in evaluations for finding in each.findings):
        told += f", {silenced} silenced"
    parts = [
        plural(len(judged), "recipe"),
        plural(sum(len(each.variants) for each in judged), "variant"),
        plural(sum(len(each.services) for each in judged), "service"),
    ]
    rest = []
    for status, words in (
        (EvaluationStatus.NOT_EVALUATED, "not evaluated"),
        (EvaluationStatus.TEMPLATE, "a template"),
        (EvaluationStatus.NOT_A_STACK, "not a stack"),
    ):
        count = sum(each.status == status for each in evaluations)
        if count:
            rest.append(f"{count} {words}")
    skipped = f" {', '.join(rest).capitalize()}." if rest else ""
    return f"{', '.join(parts)}: {told}.{skipped} Exit {exit_code}."
