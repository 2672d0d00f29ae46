"""The command as it is installed. What is asked most often, a check of paths alone, does without the options' parser.

That takes longer to import than such a check takes, and a hook asks for nothing else.
"""

from __future__ import annotations

import gc
import os
import sys
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Callable


def main() -> None:
    """Do what the command line says, and end with its exit code."""
    try:
        _main()
    except KeyboardInterrupt:
        # It came while something was still being imported.
        from rollout_lint.errors import ExitCode

        sys.exit(ExitCode.INTERRUPTED)


def _main() -> None:
    words = sys.argv[1:]
    if words == ["--version"] and not _completes():
        from rollout_lint.terminal import write_version

        _end(write_version)
    if words[:1] == ["check"] and not any(map(_is_option, words)) and not _completes() and os.name != "nt":
        # Nothing of what is imported is garbage, and looking for some takes a tenth of the time.
        gc.disable()
        from rollout_lint.commands.check import run_plain

        gc.freeze()
        gc.enable()
        _end(lambda: run_plain(words[1:]))
    from rollout_lint.cli import app

    app()


def _is_option(word: str) -> bool:
    """A dash alone is a path, standard input."""
    return word.startswith("-") and word != "-"


def _completes() -> bool:
    """Whether a shell asks what may come next."""
    return any(name.startswith("_") and name.endswith("_COMPLETE") for name in os.environ)


def _end(run: Callable[[], int]) -> NoReturn:
    """What ends a run from outside, such as an interrupt or a closed pipe, is told as for any other command."""
    from rollout_lint.terminal import prepare

    prepare()
    try:
        code = run()
    except (KeyboardInterrupt, EOFError, OSError) as error:
        from rollout_lint.cli import end_by

        end_by(error)
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    _leave(code)


def _leave(code: int) -> NoReturn:
    """Without taking the process apart piece by piece, which the system does at once."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            sys.exit(code)
    os._exit(code)
