"""Output of `fix`: diffs or the fixed file on standard output, the report on standard error, or JSON."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rollout_lint.cli.console import print_error, print_message, print_problems, terminal_width, write, write_bytes
from rollout_lint.discovery.recipes import STDIN
from rollout_lint.linter.evaluation import EvaluationStatus
from rollout_lint.report.common.groups import list_problems
from rollout_lint.report.common.paths import recipe_path, relative_path
from rollout_lint.report.common.style import style_for_stderr, style_for_stdout
from rollout_lint.report.fix.diff import create_diff
from rollout_lint.report.fix.text import format_fix_text

if TYPE_CHECKING:
    from rollout_lint.api.selection import StdinFile
    from rollout_lint.fix.model import FixResult
    from rollout_lint.report.common.style import Style
    from rollout_lint.report.fix.diff import Diff
    from rollout_lint.report.fix.outcome import FixOutcome


def print_text(outcome: FixOutcome) -> None:
    """Print the diffs of a dry run on standard output, and errors and the report on standard error."""
    style = style_for_stdout()
    for each in outcome.results:
        if not outcome.is_written:
            _print_diff(each, style)
        if each.after.status != EvaluationStatus.EVALUATED:
            print_problems(list_problems(each.after))
    text = format_fix_text(outcome, style_for_stderr(), terminal_width())
    print_message(text.removesuffix("\n"))


def print_json(outcome: FixOutcome) -> None:
    """Print the JSON document on standard output."""
    from rollout_lint.report.fix.json_document import format_fix_json

    write(format_fix_json(outcome))


def write_stdin(fixed: list[FixResult], stdin_file: StdinFile | None) -> None:
    """Write standard input with its fixes; if other files would change too, say so."""
    data = b"" if stdin_file is None else stdin_file.contents
    for each in fixed:
        names = {layer.name for layer in each.evaluation.recipe.layers if layer.contents is not None}
        data = each.evaluation.sources[STDIN].data if STDIN in each.evaluation.sources else data
        for change in each.changes:
            if change.name in {STDIN, *names}:
                data = change.after
            else:
                print_error(f"{recipe_path(each.evaluation, change.name)} has fixes too: run fix --write without -")
    write_bytes(data)


def _print_diff(fixed: FixResult, style: Style) -> None:
    for change in fixed.changes:
        name = relative_path(Path.cwd(), recipe_path(fixed.evaluation, change.name))
        diff = create_diff(name, change.before, change.after, style)
        write(diff.text)
        if (obstacle := _describe_obstacle(diff)) is not None:
            print_error(f"{name}: {obstacle}")


def _describe_obstacle(diff: Diff) -> str | None:
    """Return why `patch` cannot apply a diff, and what to do; None if it can."""
    if diff.encoding != "utf-8":
        return "the file is UTF-16, so the diff cannot be applied; use fix --write"
    if not diff.is_whole:
        return "possible secrets or unprintable text are masked, so the diff cannot be applied; use fix --write"
    if diff.lacks_context:
        return "lines with possible secrets or unprintable text are omitted; apply with git apply --unidiff-zero"
    return None
