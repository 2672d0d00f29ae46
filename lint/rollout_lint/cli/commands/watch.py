"""`check --watch`: checks again whenever a file of the recipes changes, until somebody ends it."""

from __future__ import annotations

import sys
import time
from contextlib import redirect_stderr
from io import StringIO
from pathlib import Path
from stat import S_ISDIR
from typing import TYPE_CHECKING, TypeAlias

from rollout_lint.cli.commands import check
from rollout_lint.cli.commands.targets import recipes_of
from rollout_lint.cli.console import say, usage_error, write
from rollout_lint.discovery.env_sample import ENV_SAMPLE
from rollout_lint.discovery.recipes import STDIN
from rollout_lint.errors import ExitCode
from rollout_lint.linter.config import NAMES
from rollout_lint.linter.suppression.apply import BASELINE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rollout_lint.cli.commands.check import Request
    from rollout_lint.discovery.recipe import Recipe

State: TypeAlias = dict[Path, tuple[int, int] | None]
"""Of each path when it was changed, in nanoseconds, and its size in bytes; None of one that is not there.

A folder is only there or not: what is written beside the recipes, such as a report, would change its time.
"""

CLEAR = "\x1b[2J\x1b[3J\x1b[H"


def run(request: Request, pause: Callable[[], None] = lambda: time.sleep(0.5)) -> ExitCode:
    """Check, and check again after each change, until Ctrl-C; the exit code of the last check that came to its end.

    `pause` is what happens between two looks at the files.
    """
    if STDIN in request.paths:
        usage_error("standard input cannot be watched")
    if request.baseline.write:
        usage_error("--watch does not go with --write-baseline, which would make known whatever comes")
    code = ExitCode.ERROR
    try:
        while True:
            before = _state(request)
            _clear()
            code = _checked(request)
            say("Checks again when a file changes; Ctrl-C ends it.")
            pause()
            while not changed(before, _state(request)):
                pause()
    except KeyboardInterrupt:
        return code


def changed(before: State, after: State) -> bool:
    """Whether a file was written, came or went."""
    return before != after


def _state(request: Request) -> State:
    return {path: _stamp(path) for path in _watched(request)}


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        stat = path.stat()
    except (OSError, ValueError):
        return None
    return (0, 0) if S_ISDIR(stat.st_mode) else (stat.st_mtime_ns, stat.st_size)


def _checked(request: Request) -> ExitCode:
    """The exit code of one check, also where it is ended by what it was given."""
    try:
        return check.run(request)
    except SystemExit as end:
        if end.code != ExitCode.ERROR:
            raise
        return ExitCode.ERROR


def _watched(request: Request) -> Iterator[Path]:
    """All that the check depends on; the given paths alone where they are no recipes now."""
    yield from map(Path, request.paths)
    yield request.baseline.file or Path(BASELINE)
    for recipe in _recipes(request):
        yield from _of_recipe(recipe)
    for folder in request.rules:
        yield from folder.glob("*.yaml")


def _recipes(request: Request) -> list[Recipe]:
    """The recipes; what is wrong with the paths is said by the check."""
    try:
        with redirect_stderr(StringIO()):
            return recipes_of(request.paths, request.overlays, request.exclude)
    except SystemExit:
        return []


def _of_recipe(recipe: Recipe) -> Iterator[Path]:
    folder = Path(recipe.path)
    yield folder / ENV_SAMPLE
    for variant in recipe.variants:
        yield from (layer.path for layer in variant.files)
    for above in (folder.absolute(), *folder.absolute().parents):
        yield from (above / name for name in NAMES)


def _clear() -> None:
    if sys.stdout.isatty():
        write(CLEAR)
