"""Reports of `check`: formats, destinations and writing."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rollout_lint.cli.check_format import CheckFormat
from rollout_lint.cli.console import exit_with_error, print_error, terminal_width, write
from rollout_lint.errors import ExitCode
from rollout_lint.record import Record
from rollout_lint.report.check.totals import CheckSummary, Totals, count_recipe

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from rollout_lint.discovery.skipped import SkippedFile
    from rollout_lint.linter.evaluation import Evaluation, FindingFilter
    from rollout_lint.report.check.report import CheckReport
    from rollout_lint.rules.model import Rule, Severity

STDOUT = "-"
FORMAT, OUTPUT = "formats", "outputs"
_MANY_FINDINGS = 50
"""Number of printed findings above which a hint follows."""


class Output(Record):
    """A format and its file; `-` is standard output."""

    format: CheckFormat = CheckFormat.TEXT
    file: str = STDOUT


def parse_outputs(options: Iterable[tuple[str, str]]) -> tuple[Output, ...]:
    """Return the outputs for `--format` and `--output`, given as (parameter, value) in command line order.

    A file belongs to the format before it, or to the format after it if the former already has a file. If every format
    has a file, text goes to standard output. Exit if a combination is invalid.
    """
    pairs: list[dict[str, str]] = []
    for name, value in options:
        if not pairs or name in pairs[-1]:
            pairs.append({})
        pairs[-1][name] = value
    without_format = [pair[OUTPUT] for pair in pairs if FORMAT not in pair]
    if len(pairs) > 1 and without_format:
        exit_with_error(f"--output {without_format[0]} has no --format of its own")
    outputs = [Output(CheckFormat(pair.get(FORMAT, CheckFormat.TEXT)), pair.get(OUTPUT, STDOUT)) for pair in pairs]
    if all(output.file != STDOUT for output in outputs):
        outputs.append(Output())
    _reject_duplicates(outputs)
    return tuple(outputs)


def _reject_duplicates(outputs: list[Output]) -> None:
    names = [output.file if output.file == STDOUT else _resolve(output.file) for output in outputs]
    if names.count(STDOUT) > 1:
        both = " and ".join(output.format.value for output in outputs if output.file == STDOUT)
        exit_with_error(f"{both} cannot both go to standard output: add --output FILE to all formats except one")
    for output, name in zip(outputs, names, strict=True):
        if names.count(name) > 1:
            exit_with_error(f"--output {output.file} is given twice")


def _resolve(file: str) -> str:
    """Return the real path, or the path unchanged if the current folder was removed."""
    try:
        return os.path.realpath(file)
    except OSError:
        return file


class RecipeParts(Record):
    """Numbers and part of one recipe for each report."""

    totals: list[Totals]
    parts: list[Any]


class Reports:
    """Reports of a check, to which recipes are added one after the other.

    `printed` returns the findings to print of a recipe in a format. Every output has a report, and GitHub Actions one
    more if it provides a job summary.
    """

    def __init__(self, outputs: Sequence[Output], *, list_skipped: bool, is_quiet: bool) -> None:
        """Create empty reports."""
        self._outputs = list(outputs)
        self._is_quiet = is_quiet
        self._summary_file = ""
        if any(output.format is CheckFormat.GITHUB for output in outputs):
            self._summary_file = os.environ.get("GITHUB_STEP_SUMMARY", "")
        if self._summary_file:
            self._outputs.append(Output(CheckFormat.MARKDOWN, self._summary_file))
        self._reports = [create_report(each, list_skipped, is_quiet) for each in self._outputs]
        self._totals = [Totals() for _ in self._reports]

    def format_recipe(
        self,
        evaluation: Evaluation,
        printed: Callable[[CheckFormat], FindingFilter],
        failing: Collection[Severity],
    ) -> RecipeParts:
        """Return the parts of a recipe for all reports, and change none of them."""
        totals: list[Totals] = []
        parts: list[Any] = []
        counted: dict[FindingFilter, Totals] = {}
        for output, report in zip(self._outputs, self._reports, strict=True):
            evaluation.filter = printed(output.format)
            if evaluation.filter not in counted:
                counted[evaluation.filter] = count_recipe(evaluation)
            totals.append(counted[evaluation.filter])
            parts.append(report.format_recipe(evaluation, failing))
        return RecipeParts(totals, parts)

    def add(self, recipe: RecipeParts, rules: Sequence[Rule]) -> None:
        """Add the next recipe, which was checked with these rules."""
        for totals, report, more, part in zip(self._totals, self._reports, *recipe, strict=True):
            totals.add(more)
            report.add(part, rules)

    def write(self, skipped: Sequence[SkippedFile], exit_code: ExitCode, since: str | None) -> ExitCode:
        """Write each report, files first, and return the exit code: 2 if a file cannot be written."""
        all_ = list(zip(self._outputs, self._reports, self._totals, strict=True))
        for output, report, totals in all_:
            if output.file != STDOUT:
                pieces = report.stream(CheckSummary(totals, skipped, exit_code, since))
                write_one = _append if output.file is self._summary_file else _write_file
                if not write_one(output.file, pieces):
                    exit_code = ExitCode.ERROR
        for output, report, totals in all_:
            if output.file == STDOUT:
                for piece in report.stream(CheckSummary(totals, skipped, exit_code, since)):
                    write(piece)
                if output.format is CheckFormat.TEXT and not self._is_quiet:
                    _print_hint(totals.findings.total())
        return exit_code


def _print_hint(findings: int) -> None:
    """Print on standard error how to print less, after a long text."""
    if findings > _MANY_FINDINGS:
        options = "--severity high, --rule ID, --format concise or --quiet"
        print_error(f"hint: {findings} findings are printed; to print less, add {options}")


def create_report(output: Output, list_skipped: bool = False, is_quiet: bool = False) -> CheckReport[Any]:
    """Return an empty report in the format of an output."""
    match output.format:
        case CheckFormat.TEXT | CheckFormat.CONCISE:
            return _create_text(output, list_skipped, is_quiet)
        case CheckFormat.JSON:
            from rollout_lint.report.check.json_document import JsonReport

            return JsonReport()
        case CheckFormat.SARIF:
            from rollout_lint.report.check.sarif import SarifReport

            return SarifReport(_current_folder())
        case CheckFormat.GITHUB:
            from rollout_lint.report.check.github import GithubReport

            return GithubReport(_repository_root("GITHUB_WORKSPACE"))
        case CheckFormat.GITLAB:
            from rollout_lint.report.check.gitlab import GitlabReport

            return GitlabReport(_repository_root("CI_PROJECT_DIR"))
        case CheckFormat.JUNIT:
            from rollout_lint.report.check.junit import JunitReport

            return JunitReport()
        case CheckFormat.RDJSON:
            from rollout_lint.report.check.rdjson import RdjsonReport

            return RdjsonReport(_current_folder())
        case CheckFormat.MARKDOWN:
            from rollout_lint.report.check.markdown import MarkdownReport

            return MarkdownReport()


def _create_text(output: Output, list_skipped: bool, is_quiet: bool) -> CheckReport[Any]:
    if is_quiet:
        from rollout_lint.report.check.summary import SummaryReport

        return SummaryReport()
    if output.format is CheckFormat.CONCISE:
        from rollout_lint.report.check.concise import ConciseReport

        return ConciseReport(list_all=list_skipped)
    from rollout_lint.report.check.text import TextReport
    from rollout_lint.report.common.style import Style, style_for_stdout

    style = style_for_stdout() if output.file == STDOUT else Style(colour=False)
    return TextReport(style, terminal_width(), list_skipped=list_skipped)


def _repository_root(variable: str) -> Path:
    """Return the folder that a CI variable names if it contains the current folder, else the current folder."""
    current, root = _current_folder(), os.environ.get(variable, "")
    return Path(root) if root and current.is_relative_to(root) else current


def _current_folder() -> Path:
    """Return the current folder, or an empty path if it was removed."""
    try:
        return Path.cwd()
    except OSError:
        return Path()


def _write_file(file: str, pieces: Iterable[str]) -> bool:
    from rollout_lint.discovery.atomic_write import write_atomically

    try:
        notes = write_atomically(Path(file), map(_encode, pieces))
    except OSError as error:
        return _report_failure(file, error)
    for note in notes:
        print_error(f"{file}: {note}")
    return True


def _append(file: str, pieces: Iterable[str]) -> bool:
    """Append a report to the job summary of GitHub Actions."""
    try:
        with Path(file).open("ab") as summary:
            summary.writelines(map(_encode, pieces))
    except (OSError, ValueError) as error:
        return _report_failure(file, error)
    return True


def _encode(piece: str) -> bytes:
    return piece.encode("utf-8", "backslashreplace")


def _report_failure(file: str, error: OSError | ValueError) -> bool:
    print_error(f"{file} cannot be written: {getattr(error, 'strerror', None) or error}")
    return False
