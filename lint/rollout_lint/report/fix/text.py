"""Text report of `fix`: applied fixes, and findings that remain."""

from __future__ import annotations

import textwrap
from collections import Counter
from typing import TYPE_CHECKING

from rollout_lint.report.common.paths import printable_path
from rollout_lint.report.common.style import Style, plural, printable
from rollout_lint.rules.model import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rollout_lint.fix.model import AppliedFix, FixResult, Unfixed
    from rollout_lint.linter.evaluation import Evaluation
    from rollout_lint.rules.finding import Finding


def format_fix_text(fixed: list[FixResult], is_written: bool, exit_code: int, style: Style, width: int) -> str:
    """Return a block per finding, and a summary. `is_written` is False for a dry run."""
    blocks = [block for each in fixed for block in _format_blocks(each, is_written, style, max(width, 60))]
    return "\n".join((*blocks, _format_summary(fixed, is_written, exit_code))) + "\n"


def format_fix_block(evaluation: Evaluation, applied: AppliedFix, verb: str, style: Style, width: int) -> str:
    """Return the block of one fix: settings, files, trade-off, and other findings that it covers or brings."""
    files = ", ".join(printable_path(evaluation, file) for file in applied.files)
    notes = [f"{verb}: {path}: {value}  in {files}" for path, value in applied.settings.items()]
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
        notes.append(f"brings: {', '.join(brings)}, which is less severe")
    return _format_block(evaluation, applied.finding, notes, style, width)


def _describe_brought(evaluation: Evaluation, finding: Finding) -> str:
    variant = next(each.variant for each in evaluation.variants if each.variant.name == finding.variant)
    file = printable(variant.files[-1].name)
    return f"{finding.rule.id} ({finding.severity}) on {printable(finding.subject)} as deployed with {file}"


def _format_blocks(fixed: FixResult, is_written: bool, style: Style, width: int) -> Iterator[str]:
    verb = "wrote" if is_written else "would set"
    yield from (format_fix_block(fixed.evaluation, each, verb, style, width) for each in fixed.applied)
    yield from dict.fromkeys(
        _format_block(fixed.evaluation, each.finding, [_format_reason(each)], style, width) for each in fixed.unfixed
    )


def _list_unfixed(fixed: FixResult) -> Iterable[Unfixed]:
    """Return the unfixed findings, those of several variants once."""
    return {
        (each.finding.rule.id, each.finding.service, each.finding.location, each.finding.severity): each
        for each in fixed.unfixed
    }.values()


def _format_reason(unfixed: Unfixed) -> str:
    return f"{'needs --unsafe' if unfixed.needs_unsafe else 'not fixed'}: {printable(unfixed.reason)}"


def _format_block(evaluation: Evaluation, finding: Finding, notes: list[str], style: Style, width: int) -> str:
    location = finding.location
    head = f"{printable_path(evaluation, location.file)}:{location.line}:{location.column}"
    rule = finding.rule
    title = f"{style.severity(finding.severity)}  {style(rule.id, 'bold')} {rule.name}"
    lines = [f"{style(head, 'bold')}  {title}  {printable(finding.subject)}"]
    for note in notes:
        lines += textwrap.wrap(
            note,
            width,
            initial_indent="  = ",
            subsequent_indent="    ",
            break_long_words=False,
            break_on_hyphens=False,
        )
    return "\n".join(lines)


def _format_summary(fixed: list[FixResult], is_written: bool, exit_code: int) -> str:
    files = sum(len(each.changes) for each in fixed)
    unfixed = [each for one in fixed for each in _list_unfixed(one)]
    summary = f"{plural(len(fixed), 'recipe')}: "
    if files:
        fixes = plural(sum(len(each.applied) for each in fixed), "finding")
        summary += f"{fixes} {'' if is_written else 'would be '}fixed in {plural(files, 'file')}"
    else:
        summary += "nothing to write"
    if unfixed:
        by_severity = Counter(each.finding.severity for each in unfixed)
        counts = ", ".join(f"{by_severity[severity]} {severity}" for severity in Severity if by_severity[severity])
        unsafe = sum(each.needs_unsafe for each in unfixed)
        counts += f"; {unsafe} of them with --unsafe only" if unsafe else ""
        summary += f", {plural(len(unfixed), 'finding')} not fixed ({counts})"
    return f"{summary}. Exit {exit_code}."
