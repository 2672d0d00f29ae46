"""Mechanical fixes: edits of the keys and values that Docker rejects, after which it accepts the file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rollout_lint.fix.model import Change, CorrectedFile
from rollout_lint.fix.patch.mechanical_edits import correct_text
from rollout_lint.fix.patch.text import SourceText
from rollout_lint.linter.evaluation import EvaluationStatus
from rollout_lint.record import Record

if TYPE_CHECKING:
    from rollout_lint.fix.model import Contents, FixOptions
    from rollout_lint.fix.target import FixTarget
    from rollout_lint.linter.evaluation import Evaluation
    from rollout_lint.location import Problem

_MAX_ROUNDS = 8
"""Limit of corrections of one file. A corrected key can reveal errors below it, and stack files are this deep."""


class Corrections(Record):
    """Corrected files of a recipe: their contents, the evaluation with them, and the errors of each."""

    contents: Contents
    after: Evaluation
    files: tuple[CorrectedFile, ...] = ()


def correct_files(target: FixTarget, options: FixOptions) -> Corrections:
    """Correct each file that has no error afterwards, unless the user declines it."""
    corrections = Corrections({}, target.evaluate({}))
    is_rejected = corrections.after.status is EvaluationStatus.NOT_EVALUATED
    if options.only or not is_rejected or not target.has_mechanical_fixes:
        return corrections
    for name in target.names:
        corrections = _correct_file(name, target, options, corrections)
    return corrections


def _correct_file(name: str, target: FixTarget, options: FixOptions, before: Corrections) -> Corrections:
    """Return the corrections with those of one file, or the same ones if Docker would still reject the file."""
    if not target.is_editable(name) or not _list_correctable(before.after, name):
        return before
    problems: list[Problem] = []
    contents, after = before.contents, before.after
    for _ in range(_MAX_ROUNDS):
        correctable = _list_correctable(after, name)
        if not correctable:
            break
        text = correct_text(SourceText.decode(contents.get(name, target.data(name))), correctable)
        if text is None:
            return before
        problems += correctable
        contents = {**contents, name: text.encode()}
        after = target.evaluate(contents)
    known = {(each.file, each.line, each.column) for each in before.after.problems}
    if any(each.file == name or (each.file, each.line, each.column) not in known for each in after.problems):
        return before
    corrected = CorrectedFile(name, tuple(problems))
    change = Change(name, target.path(name), target.data_on_disk(name), contents[name])
    if options.confirm is not None and not options.confirm(corrected, (change,)):
        return before
    return Corrections(contents, after, (*before.files, corrected))


def _list_correctable(evaluation: Evaluation, name: str) -> list[Problem]:
    """Return the errors of a file that have a correction."""
    return [each for each in evaluation.problems if each.file == name and each.correction is not None]
