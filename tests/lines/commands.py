"""Command lines of every command of the application, with every format, flag and option."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from rollout_lint.cli.app import app
from typer.main import get_command

if TYPE_CHECKING:
    from collections.abc import Iterator

REPORTS: dict[str, tuple[tuple[str, ...], ...]] = {
    "check": (
        (".", "--rules", "rules"),
        ("suppressed", "commented"),
        ("-c", "values/compose.yml", "-c", "values/compose.ccci.yml"),
    ),
    "sweep": ((".", "--rules", "rules"), ("fleet", "--compare", "old.json"), ("../bad/fleet", "--keep-going")),
    "fleet init": ((".",),),
    "fleet schema": ((),),
    "show": ((".",), ("values",)),
    "fix": ((".", "--rules", "rules"), ("values",), ("errors/key",)),
    "config": (("suppressed", "--rules", "rules"),),
    "rules": (("--rules", "rules"),),
    "explain": (("TT001", "--rules", "rules"), ("TT002", "--rules", "rules")),
    "inspect": (
        ("docker/service-inspect", "--rules", "rules"),
        ("docker/service-inspect", "--against", "values"),
        ("docker/service-inspect", "-c", "values/compose.yml", "--expect-label", "a=b"),
    ),
    "await": (("forum", "--timeout", "0", "--settle", "0", "--pending-timeout", "0"),),
}
"""Arguments with which each command prints a report; the first of them are combined with each flag."""

ERRORS: dict[str, tuple[tuple[str, ...], ...]] = {
    "check": (
        ("../bad/config",),
        ("../bad/toml",),
        ("../bad/rule-name",),
        (".", "--rules", "../bad/fact"),
        (".", "--rules", "../bad/rule"),
        (".", "--rules", "../bad/rules"),
        (".", "--baseline", "baselines/bad.json"),
        (".", "--baseline", "baselines/odd.json"),
        ("--files-from", "list.txt"),
        ("--files-from", "list.txt", "--list-skipped"),
    ),
    "sweep": (
        ("../bad/fleet",),
        ("../bad/results",),
        ("meta",),
        ("fleet", "--compare", "../bad/old.json"),
        ("fleet", "--at", "HEAD"),
    ),
    "rules": (("--test", "rules"), ("--test", "../bad/rule"), ("--test", "../bad/rules")),
    "config": (("../bad/config",), ("../bad/toml",)),
    "inspect": (
        ("../bad/services.json",),
        ("../bad/odd-services.json",),
        ("docker/service-inspect", "--against", "errors/service"),
    ),
}
"""Arguments for which a command reads files with errors."""

_UNENDING = ("--watch", "--help", "--version")


class CommandLine(NamedTuple):
    """Arguments of one run: a command and its format, or None without a format."""

    command: str
    format: str | None
    arguments: tuple[str, ...]

    @property
    def words(self) -> tuple[str, ...]:
        """All words of the command line."""
        form = () if self.format is None else ("--format", self.format)
        return (*self.command.split(), *self.arguments, *form)


@cache
def commands() -> dict[str, Any]:
    """Return the commands of the application by name, such as `fleet init`."""
    return dict(_walk(get_command(app), ()))


def _walk(command: Any, names: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    if hasattr(command, "commands"):
        for name, inner in command.commands.items():
            yield from _walk(inner, (*names, name))
    else:
        yield " ".join(names), command


def formats(name: str) -> tuple[str | None, ...]:
    """Return the formats of a command, or None alone without a format."""
    return next((tuple(each.type.choices) for each in _options(name) if "--format" in each.opts), (None,))


def report_lines() -> Iterator[CommandLine]:
    """Yield the command lines of reports, with every format and flag."""
    for name in commands():
        for number, arguments in enumerate(REPORTS[name]):
            yield from (CommandLine(name, form, arguments) for form in formats(name))
            for flag in _flags(name) if number == 0 else ():
                yield CommandLine(name, None, (*arguments, flag))


def error_lines() -> Iterator[CommandLine]:
    """Yield the command lines that read files with errors."""
    yield from (CommandLine(name, None, arguments) for name, several in ERRORS.items() for arguments in several)


def value_lines(value: str) -> Iterator[CommandLine]:
    """Yield the command lines with a value at every option, as every argument, as an option and as a command."""
    yield CommandLine(value, None, ())
    for name in commands():
        first = REPORTS[name][0]
        options = first[next((number for number, word in enumerate(first) if word.startswith("-")), len(first)) :]
        yield from (CommandLine(name, None, (*options, *words)) for words in ((f"--{value}",), (value,), 3 * (value,)))
        for option in _options(name):
            if not option.is_flag:
                yield CommandLine(name, None, (*first, option.opts[-1], value))


def _flags(name: str) -> list[str]:
    return [each.opts[-1] for each in _options(name) if each.is_flag and each.opts[-1] not in _UNENDING]


def _options(name: str) -> list[Any]:
    return [each for each in commands()[name].params if each.param_type_name == "option"]
