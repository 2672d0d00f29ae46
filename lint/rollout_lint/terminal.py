"""What every command does with the terminal: write to it, measure it, and end with a message."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING, NoReturn

import typer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rollout_lint.place import Problem

FOUND = 1
NOT_EVALUATED = 2


def width() -> int:
    """The terminal's columns; 100 where there is none."""
    return shutil.get_terminal_size((100, 24)).columns


def write(*pieces: str) -> None:
    """To standard output."""
    sys.stdout.writelines(pieces)
    sys.stdout.flush()


def warn(problems: Iterable[Problem]) -> None:
    """Each problem with its place, on standard error."""
    from rollout_lint.report.style import printable

    for problem in problems:
        typer.echo(printable(problem.told), err=True)


def refuse(problems: Iterable[Problem]) -> NoReturn:
    """The problems, and the end."""
    warn(problems)
    raise typer.Exit(NOT_EVALUATED)


def complain(message: str) -> None:
    """What went wrong, on standard error."""
    from rollout_lint.report.style import printable

    typer.echo(f"rollout-lint: {printable(message)}", err=True)


def usage_error(message: str) -> NoReturn:
    """What is wrong with the command line, and the end."""
    complain(message)
    raise typer.Exit(NOT_EVALUATED)
