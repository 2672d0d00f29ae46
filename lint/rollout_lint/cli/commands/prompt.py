"""`fix --interactive`: the operator is asked about each repair."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rollout_lint.cli.console import width, write
from rollout_lint.report.common.paths import recipe_path, relative_path
from rollout_lint.report.common.style import style_for_stdout
from rollout_lint.report.fix.diff import create_diff
from rollout_lint.report.fix.text import format_fix_block

if TYPE_CHECKING:
    from rollout_lint.fix.model import Change, Repaired
    from rollout_lint.linter.evaluation import Evaluation

_HELP = "y: write it, n: leave it, a: write this and all others, q: leave this and all others\n"


class Asking:
    """Asks on standard output, and reads the answers from standard input; its end leaves all that is to come."""

    def __init__(self) -> None:
        """Nothing is decided yet."""
        self._always: bool | None = None

    def agrees(self, evaluation: Evaluation, repaired: Repaired, changes: tuple[Change, ...]) -> bool:
        """Whether the operator wants the repair."""
        if self._always is not None:
            return self._always
        style = style_for_stdout()
        write(format_fix_block(evaluation, repaired, "would set", style, width()), "\n")
        for change in changes:
            name = relative_path(Path.cwd(), recipe_path(evaluation, change.name))
            write(create_diff(name, change.before, change.after, style).text)
        return self._answer()

    def _answer(self) -> bool:
        while True:
            write("Write it? [y/n/a/q] ")
            try:
                answer = input().strip().lower()
            except EOFError:
                answer = "q"
                write("\n")
            if answer in ("y", "n"):
                return answer == "y"
            if answer in ("a", "q"):
                self._always = answer == "a"
                return self._always
            write(_HELP)
