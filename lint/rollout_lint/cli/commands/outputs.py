"""Reports of `check`: formats, destinations and writing."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from rollout_lint.cli.choices import CheckFormat
from rollout_lint.cli.console import exit_with_error, print_error, terminal_width, write
from rollout_lint.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from rollout_lint.linter.evaluation import CheckResult, Evaluation, FindingFilter
    from rollout_lint.report.check.junit import FailingSeverities

STDOUT = "-"
FORMAT, OUTPUT = "formats", "outputs"
_MANY_FINDINGS = 50
"""Number of printed findings above which a hint follows."""


class Output(NamedTuple):
    """A format and its file; `-` is standard output."""

    format: CheckFormat = CheckFormat.TEXT
    file: str = STDOUT


class Report(NamedTuple):
    """Content of the reports of one check.

    `severities` returns the severities that fail the run for an evaluation, `filters` the findings to print in a
    format. With `list_skipped`, text names every file that was not checked. If `is_quiet`, text is only the summary.
    """

    result: CheckResult
    code: ExitCode
    severities: FailingSeverities
    filters: Callable[[Evaluation, CheckFormat], FindingFilter]
    list_skipped: bool = False
    is_quiet: bool = False

    def printed(self, format_: CheckFormat) -> CheckResult:
        """Return the result with the findings to print in this format."""
        evaluations = [replace(each, filter=self.filters(each, format_)) for each in self.result.evaluations]
        return self.result._replace(evaluations=evaluations)


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


def write_reports(report: Report, outputs: tuple[Output, ...]) -> ExitCode:
    """Write each report, files first, and return the exit code: 2 if a file cannot be written."""
    written = [_write_file(report, output) for output in outputs if output.file != STDOUT]
    if any(output.format is CheckFormat.GITHUB for output in outputs):
        written.append(_append_summary(report.printed(CheckFormat.MARKDOWN)))
    if not all(written):
        report = report._replace(code=ExitCode.ERROR)
    for output in outputs:
        if output.file == STDOUT:
            write(_format_report(report, output))
            _print_hint(report, output)
    return report.code


def _print_hint(report: Report, output: Output) -> None:
    """Print on standard error how to print less, after a long text."""
    if output.format is not CheckFormat.TEXT or report.is_quiet:
        return
    from rollout_lint.report.common.groups import group_all_findings

    count = len(group_all_findings(report.printed(output.format).evaluations))
    if count > _MANY_FINDINGS:
        options = "--severity high, --rule ID, --format concise or --quiet"
        print_error(f"hint: {count} findings are printed; to print less, add {options}")


def _format_report(report: Report, output: Output) -> str:
    result = report.printed(output.format)
    match output.format:
        case CheckFormat.TEXT | CheckFormat.CONCISE:
            return _format_text(report, result, output)
        case CheckFormat.JSON:
            from rollout_lint.report.check.json_document import format_check_json

            return format_check_json(result)
        case CheckFormat.SARIF:
            from rollout_lint.report.check.sarif import format_check_sarif

            return format_check_sarif(result, _current_folder())
        case CheckFormat.GITHUB:
            from rollout_lint.report.check.github import format_check_github

            return format_check_github(result, _repository_root("GITHUB_WORKSPACE"))
        case CheckFormat.GITLAB:
            from rollout_lint.report.check.gitlab import format_check_gitlab

            return format_check_gitlab(result, _repository_root("CI_PROJECT_DIR"))
        case CheckFormat.JUNIT:
            from rollout_lint.report.check.junit import format_check_junit

            return format_check_junit(result, report.severities)
        case CheckFormat.RDJSON:
            from rollout_lint.report.check.rdjson import format_check_rdjson

            return format_check_rdjson(result, _current_folder())
        case CheckFormat.MARKDOWN:
            from rollout_lint.report.check.markdown import format_check_markdown

            return format_check_markdown(result)


def _format_text(report: Report, result: CheckResult, output: Output) -> str:
    if report.is_quiet:
        from rollout_lint.report.check.summary import format_summary

        return f"{format_summary(result, report.code)}\n"
    if output.format is CheckFormat.CONCISE:
        from rollout_lint.report.check.concise import format_check_concise

        return format_check_concise(result, report.code, report.list_skipped)
    from rollout_lint.report.check.text import format_check_text
    from rollout_lint.report.common.style import Style, style_for_stdout

    style = style_for_stdout() if output.file == STDOUT else Style(colour=False)
    return format_check_text(result, report.code, style, terminal_width(), report.list_skipped)


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


def _write_file(report: Report, output: Output) -> bool:
    from rollout_lint.discovery.atomic_write import write_atomically

    data = _format_report(report, output).encode("utf-8", "backslashreplace")
    try:
        notes = write_atomically(Path(output.file), data)
    except OSError as error:
        return _report_failure(output.file, error)
    for note in notes:
        print_error(f"{output.file}: {note}")
    return True


def _append_summary(result: CheckResult) -> bool:
    """Append the Markdown report to the job summary if GitHub Actions provides one."""
    file = os.environ.get("GITHUB_STEP_SUMMARY")
    if not file:
        return True
    from rollout_lint.report.check.markdown import format_check_markdown

    try:
        with Path(file).open("ab") as stream:
            stream.write(format_check_markdown(result).encode("utf-8", "backslashreplace"))
    except (OSError, ValueError) as error:
        return _report_failure(file, error)
    return True


def _report_failure(file: str, error: OSError | ValueError) -> bool:
    print_error(f"{file} cannot be written: {getattr(error, 'strerror', None) or error}")
    return False
