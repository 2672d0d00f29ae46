"""Which formats of `check` go where, and how they get there."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from rollout_lint.cli.choices import CheckFormat
from rollout_lint.cli.console import complain, usage_error, width, write
from rollout_lint.discovery.atomic_write import write_atomically
from rollout_lint.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rollout_lint.linter.evaluation import Evaluation
    from rollout_lint.report.check.junit import FailingSeverities

STDOUT = "-"
FORMAT, OUTPUT = "formats", "outputs"


class Output(NamedTuple):
    """A format, and the file that it is written to, or `-` for standard output."""

    format: CheckFormat = CheckFormat.TEXT
    file: str = STDOUT


def outputs_of(given: Iterable[tuple[str, str]]) -> tuple[Output, ...]:
    """What `--format` and `--output` ask for, as pairs of the parameter's name and its value, in the order given.

    An output belongs to the format before it, and where that one has its own, to the one after it. Where every format
    has a file, the text goes to standard output. What cannot be, ends the run.
    """
    pairs: list[dict[str, str]] = []
    for name, value in given:
        if not pairs or name in pairs[-1]:
            pairs.append({})
        pairs[-1][name] = value
    if len(pairs) > 1:
        _refuse_strays(pairs)
    outputs = [Output(CheckFormat(pair.get(FORMAT, CheckFormat.TEXT)), pair.get(OUTPUT, STDOUT)) for pair in pairs]
    if all(output.file != STDOUT for output in outputs):
        outputs.append(Output())
    _refuse_clashes(outputs)
    return tuple(outputs)


def _refuse_strays(pairs: list[dict[str, str]]) -> None:
    stray = next((pair[OUTPUT] for pair in pairs if FORMAT not in pair), None)
    if stray is not None:
        usage_error(f"--output {stray} has no --format of its own")


def _refuse_clashes(outputs: list[Output]) -> None:
    names = [output.file if output.file == STDOUT else _real(output.file) for output in outputs]
    if names.count(STDOUT) > 1:
        both = " and ".join(output.format.value for output in outputs if output.file == STDOUT)
        usage_error(f"{both} cannot both go to standard output: give each format but one its --output FILE")
    twice = next((output.file for output, name in zip(outputs, names, strict=True) if names.count(name) > 1), None)
    if twice is not None:
        usage_error(f"--output {twice} is there twice")


def _real(file: str) -> str:
    """Where it leads; as it is where the current folder is gone, and nothing can be written anyway."""
    try:
        return os.path.realpath(file)
    except OSError:
        return file


def deliver(
    evaluations: list[Evaluation], outputs: tuple[Output, ...], code: ExitCode, failing: FailingSeverities
) -> ExitCode:
    """Write each report, the files first; the exit code, which says where one could not be written.

    `failing` are the severities that fail the run, for each recipe.
    """
    written = [_deliver_to_file(evaluations, output, code, failing) for output in outputs if output.file != STDOUT]
    if any(output.format is CheckFormat.GITHUB for output in outputs):
        written.append(_append_summary(evaluations))
    code = code if all(written) else ExitCode.ERROR
    for output in outputs:
        if output.file == STDOUT:
            write(_report(evaluations, output, code, failing))
    return code


def _report(evaluations: list[Evaluation], output: Output, code: ExitCode, failing: FailingSeverities) -> str:
    match output.format:
        case CheckFormat.TEXT:
            from rollout_lint.report.check.text import format_check_text
            from rollout_lint.report.common.style import Style, style_for_stdout

            style = style_for_stdout() if output.file == STDOUT else Style(colour=False)
            return format_check_text(evaluations, code, style, width())
        case CheckFormat.CONCISE:
            from rollout_lint.report.check.concise import format_check_concise

            return format_check_concise(evaluations)
        case CheckFormat.JSON:
            from rollout_lint.report.check.json_document import format_check_json

            return format_check_json(evaluations)
        case CheckFormat.SARIF:
            from rollout_lint.report.check.sarif import format_check_sarif

            return format_check_sarif(evaluations, _here())
        case CheckFormat.GITHUB:
            from rollout_lint.report.check.github import format_check_github

            return format_check_github(evaluations, _root("GITHUB_WORKSPACE"))
        case CheckFormat.GITLAB:
            from rollout_lint.report.check.gitlab import format_check_gitlab

            return format_check_gitlab(evaluations, _root("CI_PROJECT_DIR"))
        case CheckFormat.JUNIT:
            from rollout_lint.report.check.junit import format_check_junit

            return format_check_junit(evaluations, failing)
        case CheckFormat.MARKDOWN:
            from rollout_lint.report.check.markdown import format_check_markdown

            return format_check_markdown(evaluations)


def _root(variable: str) -> Path:
    """The folder of the repository, where the CI says it and the run is in it; else where the run is."""
    here, root = _here(), os.environ.get(variable, "")
    return Path(root) if root and here.is_relative_to(root) else here


def _here() -> Path:
    """Where the run is; nothing is below it where that is gone."""
    try:
        return Path.cwd()
    except OSError:
        return Path()


def _deliver_to_file(evaluations: list[Evaluation], output: Output, code: ExitCode, failing: FailingSeverities) -> bool:
    data = _report(evaluations, output, code, failing).encode("utf-8", "backslashreplace")
    try:
        write_atomically(Path(output.file), data)
    except OSError as error:
        return _not_written(output.file, error)
    return True


def _append_summary(evaluations: list[Evaluation]) -> bool:
    """To the summary of the job that GitHub runs, where it does."""
    file = os.environ.get("GITHUB_STEP_SUMMARY")
    if not file:
        return True
    from rollout_lint.report.check.markdown import format_check_markdown

    try:
        with Path(file).open("ab") as stream:
            stream.write(format_check_markdown(evaluations).encode("utf-8", "backslashreplace"))
    except (OSError, ValueError) as error:
        return _not_written(file, error)
    return True


def _not_written(file: str, error: OSError | ValueError) -> bool:
    complain(f"{file} cannot be written: {getattr(error, 'strerror', None) or error}")
    return False
