"""Prompt of `fix --interactive`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rollout_lint.cli.console import terminal_width, write
from rollout_lint.fix.model import CorrectedFile
from rollout_lint.report.common.paths import recipe_path, relative_path
from rollout_lint.report.common.style import style_for_stdout
from rollout_lint.report.fix.diff import create_diff
from rollout_lint.report.fix.text import format_correction_block, format_fix_block

if TYPE_CHECKING:
    from rollout_lint.fix.model import AppliedFix, Change
    from rollout_lint.linter.evaluation import Evaluation
    from rollout_lint.report.common.style import Style

_HELP = "y: apply this fix, n: skip it, a: apply this fix and all others, q: skip this fix and all others\n"


def _format_block(evaluation: Evaluation, fix: AppliedFix | CorrectedFile, style: Style) -> str:
    if isinstance(fix, CorrectedFile):
        return format_correction_block(evaluation, fix, False, style, terminal_width())
    return format_fix_block(evaluation, fix, "would set", style, terminal_width())


class FixPrompt:
    """Prompt on standard output with answers from standard input. End of input skips all other fixes."""

    def __init__(self) -> None:
        """Ask about each fix until the answer is `a` or `q`."""
        self._answer_for_all: bool | None = None
        self._has_explained = False

    def confirm(self, evaluation: Evaluation, fix: AppliedFix | CorrectedFile, changes: tuple[Change, ...]) -> bool:
        """Return True if the operator accepts the fix."""
        if self._answer_for_all is not None:
            return self._answer_for_all
        style = style_for_stdout()
        write(_format_block(evaluation, fix, style), "\n")
        for change in changes:
            name = relative_path(Path.cwd(), recipe_path(evaluation, change.name))
            write(create_diff(name, change.before, change.after, style).text)
        return self._read_answer()

    def _read_answer(self) -> bool:
        if not self._has_explained:
            write(_HELP)
            self._has_explained = True
        while True:
            write("Apply this fix? [y/n/a/q] ")
            try:
                answer = input().strip().lower()
            except EOFError:
                answer = "q"
                write("\n")
            if answer in ("y", "n"):
                return answer == "y"
            if answer in ("a", "q"):
                self._answer_for_all = answer == "a"
                return self._answer_for_all
            write(_HELP)
