"""Output on standard output and standard error, terminal width, and exits with a message."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import IO, TYPE_CHECKING, AnyStr, NoReturn

from rollout_lint import __version__
from rollout_lint.errors import ExitCode, LintError, RolloutLintError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rollout_lint.location import Problem

_DEFAULT_WIDTH = 100
STDOUT, STDERR = 1, 2
"""File descriptors."""


def terminal_width() -> int:
    """Return the number of columns: COLUMNS, else the width of the terminal, else 100.

    `shutil.get_terminal_size` does the same, but importing shutil takes ten times as long as the call.
    """
    try:
        columns = int(os.environ.get("COLUMNS", "0"))
        if columns > 0:
            return columns
    except ValueError:
        pass
    try:
        return os.get_terminal_size(sys.__stdout__.fileno()).columns or _DEFAULT_WIDTH  # type: ignore[union-attr]
    except (AttributeError, ValueError, OSError):
        return _DEFAULT_WIDTH


def prepare_streams() -> None:
    """Replace missing standard streams, and escape characters that a stream cannot encode."""
    if sys.stdout is None:
        # Opened for reading, so that `write` fails and reports it.
        sys.stdout = Path(os.devnull).open(encoding="utf-8")  # noqa: SIM115
    if sys.stderr is None:
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]


def write_version() -> ExitCode:
    """Print the version and return the exit code."""
    write(f"rollout-lint {__version__}\n")
    return ExitCode.OK


def write(*pieces: str) -> None:
    """Write text to standard output. Exit with an error if that fails."""
    _write_to(sys.stdout, pieces)


def write_bytes(data: bytes) -> None:
    """Write bytes to standard output. Exit with an error if that fails."""
    _write_to(sys.stdout.buffer, [data])


def _write_to(stream: IO[AnyStr], pieces: Iterable[AnyStr]) -> None:
    try:
        stream.writelines(pieces)
        stream.flush()
    except BrokenPipeError:
        discard_output(STDOUT)
        raise SystemExit(ExitCode.BROKEN_PIPE) from None
    except OSError as error:
        discard_output(STDOUT)
        exit_with_error(f"cannot write to standard output: {error.strerror or 'it is closed'}")


def discard_output(descriptor: int) -> None:
    """Redirect a descriptor to the null device.

    Otherwise Python writes the rest of its buffer at exit, and fails with a traceback.
    """
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), descriptor)
    except OSError:
        return


def print_message(line: str) -> None:
    """Print a line on standard error, if that can be written."""
    _write_to_stderr(f"{line}\n")


def show_status(line: str) -> None:
    """Show a line on a terminal until `clear_status` is called."""
    from rollout_lint.printable import printable

    _write_to_stderr(printable(line)[: max(terminal_width() - 1, 1)])


def clear_status() -> None:
    """Remove the line of `show_status`."""
    _write_to_stderr("\r\x1b[K")


def _write_to_stderr(text: str) -> None:
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except OSError:
        discard_output(STDERR)


def print_error(message: str) -> None:
    """Print an error on standard error, after the name of the program."""
    from rollout_lint.printable import printable

    print_message(f"rollout-lint: {printable(message)}")


def print_problems(problems: Iterable[Problem]) -> None:
    """Print each problem with its location on standard error."""
    from rollout_lint.printable import printable

    for problem in problems:
        print_message(printable(problem.text))


def exit_with_error(message: str) -> NoReturn:
    """Print an error and exit with 2."""
    print_error(message)
    raise SystemExit(ExitCode.ERROR)


def print_lint_error(error: RolloutLintError) -> None:
    """Print an error, or each of its problems."""
    if isinstance(error, LintError):
        print_problems(error.problems)
    else:
        print_error(str(error))
