"""Text report of `fix`: applied fixes, and findings that remain."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from rollout_lint.errors import ExitCode
from rollout_lint.printable import printable
from rollout_lint.report.common.correction import describe_correction
from rollout_lint.report.common.masking import MASKED, is_public_path
from rollout_lint.report.common.notes import wrap_note
from rollout_lint.report.common.paths import format_problem, printable_path, recipe_path
from rollout_lint.report.common.style import Style, plural
from rollout_lint.report.fix.outcome import count_errors, list_fixed, list_unfixed
from rollout_lint.rules.model import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rollout_lint.fix.model import AppliedFix, CorrectedFile, FixResult
    from rollout_lint.linter.evaluation import Evaluation
    from rollout_lint.report.fix.outcome import FixOutcome
    from rollout_lint.rules.finding import Finding


def format_fix_text(outcome: FixOutcome, style: Style, width: int) -> str:
    """Return a block per fixed error, fixed finding and unfixed finding, and a summary."""
    blocks = [block for each in outcome.results for block in _format_blocks(each, outcome.is_written, style, width)]
    return "\n".join((*blocks, _format_summary(outcome))) + "\n"


def format_correction_block(
    evaluation: Evaluation, corrected: CorrectedFile, is_written: bool, style: Style, width: int
) -> str:
    """Return the errors of a file, each with its mechanical fix."""
    verb = "fixed" if is_written else "would fix"
    lines: list[str] = []
    for problem in corrected.problems:
        lines.append(format_problem(problem._replace(file=recipe_path(evaluation, corrected.name)), style))
        if problem.correction is not None:
            lines += wrap_note(f"{verb}: {describe_correction(problem.correction)}", width)
    return "\n".join(lines)


def format_fix_block(evaluation: Evaluation, applied: AppliedFix, verb: str, style: Style, width: int) -> str:
    """Return the block of one fix: settings, files, trade-off, and other findings that it covers or brings."""
    files = ", ".join(printable_path(evaluation, file) for file in applied.files)
    notes = [f"{verb}: {path}: {_format_value(path, value)} (in {files})" for path, value in applied.settings.items()]
    if applied.finding.rule.trade_off:
        notes.append(f"trade-off: {applied.finding.rule.trade_off}")
    also = dict.fromkeys(
        f"{each.rule.id} on {printable(each.subject)}"
        for each in applied.others
        if (each.rule.id, each.service) != (applied.finding.rule.id, applied.finding.service)
    )
    if also:
        notes.append(f"also covers: {', '.join(also)}")
    if brings := dict.fromkeys(_describe_brought(evaluation, each) for each in applied.brings):
        notes.append(f"causes: {', '.join(brings)}")
    return _format_block(evaluation, applied.finding, applied.finding.subject, notes, style, width)


def _format_value(path: str, value: object) -> object:
    return value if is_public_path(tuple(path.split("."))) else MASKED


def _describe_brought(evaluation: Evaluation, finding: Finding) -> str:
    variant = next(each.variant for each in evaluation.variants if each.variant.name == finding.variant)
    file = printable(variant.files[-1].name)
    return f"{finding.rule.id} ({finding.severity}) on {printable(finding.subject)} in the stack with {file}"


def _format_blocks(fixed: FixResult, is_written: bool, style: Style, width: int) -> Iterator[str]:
    verb = "set" if is_written else "would set"
    evaluation = fixed.evaluation
    yield from (format_correction_block(evaluation, each, is_written, style, width) for each in fixed.corrected)
    yield from (format_fix_block(evaluation, each, verb, style, width) for each in fixed.applied)
    for each in list_unfixed(fixed):
        label = "needs --unsafe" if each.needs_unsafe else "not fixed"
        notes = [f"{label}: {printable(reason)}" for reason in each.reasons]
        yield _format_block(evaluation, each.finding, each.group.subject, notes, style, width)


def _format_block(
    evaluation: Evaluation, finding: Finding, subject: str, notes: list[str], style: Style, width: int
) -> str:
    location = finding.location
    head = f"{printable_path(evaluation, location.file)}:{location.line}:{location.column}"
    rule = finding.rule
    title = f"{style.severity(finding.severity)}  {style(rule.id, 'bold')} {rule.name}"
    lines = [f"{style(head, 'bold')}  {title}  {printable(subject)}"]
    for note in notes:
        lines += wrap_note(note, width)
    return "\n".join(lines)


def _format_summary(outcome: FixOutcome) -> str:
    fixed = outcome.results
    files = sum(len(each.changes) for each in fixed)
    counts = [
        plural(count, noun)
        for count, noun in ((count_errors(fixed), "error"), (sum(len(list_fixed(each)) for each in fixed), "finding"))
        if count
    ]
    summary = f"{plural(len(fixed), 'recipe')}: "
    if files:
        verb = "fixed" if outcome.is_written else "would be fixed"
        summary += f"{' and '.join(counts)} {verb} in {plural(files, 'file')}"
    else:
        summary += "nothing to write"
    if unfixed := [each for one in fixed for each in list_unfixed(one)]:
        by_severity = Counter(each.finding.severity for each in unfixed)
        severities = ", ".join(f"{by_severity[severity]} {severity}" for severity in Severity if by_severity[severity])
        unsafe = sum(each.needs_unsafe for each in unfixed)
        severities += f"; {unsafe} {'needs' if unsafe == 1 else 'need'} --unsafe" if unsafe else ""
        summary += f", {plural(len(unfixed), 'finding')} not fixed ({severities})"
    return f"{summary}. {_format_exit(outcome)}"


def _format_exit(outcome: FixOutcome) -> str:
    """Return the exit code with its reason."""
    if outcome.reason is None:
        return f"Exit {outcome.exit_code}."
    by_option = " because of --exit-zero" if outcome.exit_code is ExitCode.OK else ""
    return f"Exit {outcome.exit_code}{by_option}: {outcome.reason}."
