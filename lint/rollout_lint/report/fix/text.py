"""What `fix` repaired, what it left and why, for people."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from rollout_lint.report.common.paths import printable_path
from rollout_lint.report.common.style import Style, plural, printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rollout_lint.fix.model import AppliedFix, FixResult, Unfixed
    from rollout_lint.linter.evaluation import Evaluation
    from rollout_lint.rules.finding import Finding


def format_fix_text(fixed: list[FixResult], is_written: bool, exit_code: int, style: Style, width: int) -> str:
    """A block for each finding, and the sum; `is_written` is whether the files are, or only would be."""
    blocks = [block for each in fixed for block in _blocks(each, is_written, style, max(width, 60))]
    return "\n".join((*blocks, _summary(fixed, is_written, exit_code))) + "\n"


def format_fix_block(evaluation: Evaluation, repaired: AppliedFix, verb: str, style: Style, width: int) -> str:
    """One repair: what is set, in which file, what it costs, and what else it ends."""
    files = ", ".join(printable_path(evaluation, file) for file in repaired.files)
    notes = [f"{verb:<10} {path}: {value}  in {files}" for path, value in repaired.settings.items()]
    if repaired.finding.rule.trade:
        notes.append(f"{'its price':<10} {repaired.finding.rule.trade}")
    also = dict.fromkeys(
        f"{each.rule.id} on {printable(each.subject)}"
        for each in repaired.others
        if (each.rule.id, each.service) != (repaired.finding.rule.id, repaired.finding.service)
    )
    if also:
        notes.append(f"{'ends also':<10} {', '.join(also)}")
    return _block(evaluation, repaired.finding, notes, style, width)


def _blocks(fixed: FixResult, is_written: bool, style: Style, width: int) -> Iterator[str]:
    verb = "wrote" if is_written else "would set"
    yield from (format_fix_block(fixed.evaluation, each, verb, style, width) for each in fixed.applied)
    left = {_block(fixed.evaluation, each.finding, [_told(each)], style, width): None for each in fixed.unfixed}
    yield from left


def _told(left: Unfixed) -> str:
    return f"{'--unsafe' if left.needs_unsafe else 'left':<10} {printable(left.reason)}"


def _block(evaluation: Evaluation, finding: Finding, notes: list[str], style: Style, width: int) -> str:
    location = finding.location
    head = f"{printable_path(evaluation, location.file)}:{location.line}:{location.column}"
    rule = finding.rule
    told = f"{style.severity(finding.severity)}  {style(rule.id, 'bold')} {rule.name}"
    lines = [f"{style(head, 'bold')}  {told}  {printable(finding.subject)}"]
    for note in notes:
        lines += textwrap.wrap(
            note,
            width,
            initial_indent="  = ",
            subsequent_indent=" " * 15,
            break_long_words=False,
            break_on_hyphens=False,
        )
    return "\n".join(lines)


def _summary(fixed: list[FixResult], is_written: bool, exit_code: int) -> str:
    files = sum(len(each.changes) for each in fixed)
    left = [each for one in fixed for each in one.unfixed]
    told = f"{plural(len(fixed), 'recipe')}: "
    if files:
        told += f"{plural(sum(len(each.applied) for each in fixed), 'repair')} "
        told += f"{'' if is_written else 'would be '}written to {plural(files, 'file')}"
    else:
        told += "nothing to write"
    if left:
        told += f", {plural(len(left), 'finding')} left"
    if unsafe := sum(each.needs_unsafe for each in left):
        told += f" ({unsafe} of them for --unsafe)"
    return f"{told}. Exit {exit_code}."
