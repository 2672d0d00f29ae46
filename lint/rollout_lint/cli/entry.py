"""Entry point of the installed command.

`check [--changed] [--format FORMAT] PATH...` and `sweep [--format FORMAT] [PATH]` without other options, and
`--version`, run without typer, as pre-commit hooks and CI jobs call them. Everything else, and shell completion, goes
to `cli.app`. Both print the same (tests/cli/test_entry.py).
"""

from __future__ import annotations

import gc
import os
import sys
from functools import partial
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from rollout_lint.cli.check_format import CheckFormat
    from rollout_lint.cli.choices import SweepFormat
    from rollout_lint.errors import ExitCode

# Importing typer takes longer than a small check. `check recipes-sample/discourse`, 10 runs each on a busy machine:
# median CPU time 290 ms without typer and 450 ms with it (-36 %), median wall time 1.48 s and 2.51 s (-41 %).


def main() -> None:
    """Run the command line and exit with its code."""
    # Imports leave no garbage.
    gc.disable()
    try:
        _main()
    except KeyboardInterrupt:
        # The interrupt came during an import.
        from rollout_lint.errors import ExitCode

        sys.exit(ExitCode.INTERRUPTED)


def _main() -> None:
    arguments = sys.argv[1:]
    if arguments == ["--version"] and not _is_completion():
        from rollout_lint.cli.console import write_version

        _run_and_exit(write_version)
    run = None if _is_completion() or os.name == "nt" else _plain_command(arguments)
    if run is not None:
        _collect_rarely()
        _run_and_exit(run)
    from rollout_lint.cli.app import app

    _collect_rarely()
    app()


def _plain_command(arguments: list[str]) -> Callable[[], ExitCode] | None:
    """Return the function of a command without other options, None if typer must parse it."""
    if (check := parse_plain_check(arguments)) is not None:
        from rollout_lint.cli.commands.check import run_plain as run_check

        return partial(run_check, *check)
    if (sweep := parse_plain_sweep(arguments)) is not None:
        from rollout_lint.cli.commands.sweep import run_plain as run_sweep

        return partial(run_sweep, *sweep)
    return None


def parse_plain_check(arguments: list[str]) -> tuple[list[str], bool, CheckFormat] | None:
    """Return the paths, `--changed` and the format of a check without other options; None if typer must parse them."""
    if arguments[:1] != ["check"]:
        return None
    from rollout_lint.cli.check_format import CheckFormat

    rest = [each for each in arguments[1:] if each != "--changed"]
    parsed = _parse_format(rest, [*CheckFormat])
    return None if parsed is None else (parsed[0], len(rest) < len(arguments) - 1, CheckFormat(parsed[1] or "text"))


def parse_plain_sweep(arguments: list[str]) -> tuple[str, SweepFormat] | None:
    """Return the path and the format of a sweep without other options; None if typer must parse them."""
    if arguments[:1] != ["sweep"]:
        return None
    from rollout_lint.cli.choices import SweepFormat

    parsed = _parse_format(arguments[1:], [*SweepFormat])
    if parsed is None or len(parsed[0]) > 1:
        return None
    return parsed[0][0] if parsed[0] else ".", SweepFormat(parsed[1] or "text")


def _parse_format(arguments: list[str], formats: Collection[str]) -> tuple[list[str], str] | None:
    """Return the paths and the only `--format`, "" without one; None for another option or an unknown format."""
    paths: list[str] = []
    format_ = ""
    rest = iter(arguments)
    for argument in rest:
        if argument == "--format" and not format_:
            format_ = next(rest, "")
            if format_ not in formats:
                return None
        elif _is_option(argument):
            return None
        else:
            paths.append(argument)
    return paths, format_


def _collect_rarely() -> None:
    """Look for garbage cycles rarely, because reference counting frees the objects of a recipe.

    With Python's threshold of 700, the collector takes a tenth of a small check and a quarter of the time that a check
    of 1,000 recipes takes (bench/README.md).
    """
    gc.freeze()
    gc.set_threshold(50_000)
    gc.enable()


def _is_option(argument: str) -> bool:
    """Return True for an option. A single dash is a path: standard input."""
    return argument.startswith("-") and argument != "-"


def _is_completion() -> bool:
    """Return True if a shell asks for completions."""
    return any(name.startswith("_") and name.endswith("_COMPLETE") for name in os.environ)


def _run_and_exit(run: Callable[[], int]) -> NoReturn:
    """Run a command and exit. Report an interrupt or a closed pipe as `cli.app` does."""
    from rollout_lint.cli.console import prepare_streams, print_lint_error
    from rollout_lint.discovery.revision_paths import close_new_exports
    from rollout_lint.errors import ExitCode, RolloutLintError

    prepare_streams()
    try:
        # os._exit skips the cleanup at exit, which removes the files of revisions otherwise.
        with close_new_exports():
            code = run()
    except RolloutLintError as error:
        print_lint_error(error)
        code = ExitCode.ERROR
    except (KeyboardInterrupt, EOFError, OSError) as error:
        _exit_on_exception(error)
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    # The operating system frees memory faster than Python's cleanup.
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            sys.exit(code)
    os._exit(code)


def _exit_on_exception(error: BaseException) -> NoReturn:
    """Exit as a command of `cli.app` that raises this exception does."""
    import typer

    from rollout_lint.cli.app import CommandGroup

    failing_app = typer.Typer(cls=CommandGroup, pretty_exceptions_enable=False, rich_markup_mode=None)

    @failing_app.callback(invoke_without_command=True)
    def fail() -> None:
        raise error

    failing_app(args=[])
    raise AssertionError
