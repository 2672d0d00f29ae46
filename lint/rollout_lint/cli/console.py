"""What every command does with the terminal: write to it, measure it, and end with a message."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import IO, TYPE_CHECKING, AnyStr, NoReturn

from rollout_lint import __version__
from rollout_lint.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rollout_lint.location import Problem

_WIDTH = 100
NOBODY_READS = 141
"""What a shell says of a program that SIGPIPE has ended."""

STDOUT, STDERR = 1, 2


def width() -> int:
    """The columns that COLUMNS states, else the terminal's; 100 where there is none.

    As `shutil.get_terminal_size` tells them, which takes ten times as long to import as to answer.
    """
    try:
        stated = int(os.environ.get("COLUMNS", "0"))
        if stated > 0:
            return stated
    except ValueError:
        pass
    try:
        return os.get_terminal_size(sys.__stdout__.fileno()).columns or _WIDTH  # type: ignore[union-attr]
    except (AttributeError, ValueError, OSError):
        return _WIDTH


def prepare() -> None:
    """What a terminal cannot show is written out; what nobody can hear goes nowhere, or is refused by `write`."""
    if sys.stdout is None:
        sys.stdout = Path(os.devnull).open(encoding="utf-8")  # noqa: SIM115
    if sys.stderr is None:
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]


def write_version() -> ExitCode:
    """The version; the exit code."""
    write(f"rollout-lint {__version__}\n")
    return ExitCode.OK


def write(*pieces: str) -> None:
    """To standard output; where that cannot be, the run ends, and never as if nothing were found."""
    _put(sys.stdout, pieces)


def write_bytes(data: bytes) -> None:
    """The same, as they are."""
    _put(sys.stdout.buffer, [data])


def _put(stream: IO[AnyStr], pieces: Iterable[AnyStr]) -> None:
    try:
        stream.writelines(pieces)
        stream.flush()
    except BrokenPipeError:
        give_up(STDOUT)
        raise SystemExit(NOBODY_READS) from None
    except OSError as error:
        give_up(STDOUT)
        usage_error(f"standard output cannot be written: {error.strerror or 'it is closed'}")


def say(line: str) -> None:
    """A line to standard error; where that cannot be, nothing is left to say it with."""
    try:
        sys.stderr.write(f"{line}\n")
        sys.stderr.flush()
    except OSError:
        give_up(STDERR)


def give_up(descriptor: int) -> None:
    """What is still to be written there goes nowhere; Python would try again at the end, and fail with a traceback."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), descriptor)
    except OSError:
        return


def warn(problems: Iterable[Problem]) -> None:
    """Each problem with its place, on standard error."""
    from rollout_lint.report.common.style import printable

    for problem in problems:
        say(printable(problem.told))


def refuse(problems: Iterable[Problem]) -> NoReturn:
    """The problems, and the end."""
    warn(problems)
    raise SystemExit(ExitCode.ERROR)


def complain(message: str) -> None:
    """What went wrong, on standard error."""
    from rollout_lint.report.common.style import printable

    say(f"rollout-lint: {printable(message)}")


def usage_error(message: str) -> NoReturn:
    """What is wrong with the command line, and the end."""
    complain(message)
    raise SystemExit(ExitCode.ERROR)
