"""`check --watch`: check again whenever a file changes, until Ctrl-C."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from stat import S_ISDIR
from typing import TYPE_CHECKING, TypeAlias

from rollout_lint.api.loaders import create_loader
from rollout_lint.api.selection import find_selected
from rollout_lint.cli.commands import check
from rollout_lint.cli.console import exit_with_error, print_lint_error, print_message, write
from rollout_lint.discovery.env_sample import ENV_SAMPLES
from rollout_lint.discovery.recipes import STDIN
from rollout_lint.errors import ExitCode, RolloutLintError
from rollout_lint.linter.config_paths import NAMES, folder_of
from rollout_lint.linter.context import config_path
from rollout_lint.linter.suppression.apply import BASELINE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rollout_lint.cli.commands.check import Request
    from rollout_lint.discovery.recipe import Recipe

FileStates: TypeAlias = dict[Path, tuple[int, int] | None]
"""Modification time in nanoseconds and size in bytes of each path, or None if it is missing.

A folder always has (0, 0): a report that is written beside the recipes would change its time.
"""

CLEAR_SCREEN = "\x1b[2J\x1b[3J\x1b[H"


def watch(request: Request, pause: Callable[[], None] = lambda: time.sleep(0.5)) -> ExitCode:
    """Check again after each change until Ctrl-C, and return the exit code of the last complete check.

    `pause` is called between two reads of the file states.
    """
    if STDIN in request.paths or (request.given is not None and STDIN in request.given.files):
        exit_with_error("--watch cannot be combined with standard input")
    if request.baseline.write:
        exit_with_error("--watch cannot be combined with --write-baseline, which would add every new finding")
    code = ExitCode.ERROR
    try:
        while True:
            states = file_states(request)
            if sys.stdout.isatty():
                write(CLEAR_SCREEN)
            code = _check_once(request)
            print_message("Watching for changes; press Ctrl-C to stop.")
            pause()
            while states == file_states(request):
                pause()
    except KeyboardInterrupt:
        return code


def file_states(request: Request) -> FileStates:
    """Return the states of all files that the check depends on."""
    return {path: _file_state(path) for path in _watched_paths(request)}


def _file_state(path: Path) -> tuple[int, int] | None:
    try:
        stat = path.stat()
    except (OSError, ValueError):
        return None
    return (0, 0) if S_ISDIR(stat.st_mode) else (stat.st_mtime_ns, stat.st_size)


def _check_once(request: Request) -> ExitCode:
    """Run one check and return its exit code, also if an error in the input ends it."""
    try:
        return check.run(request)
    except RolloutLintError as error:
        print_lint_error(error)
        return ExitCode.ERROR


def _watched_paths(request: Request) -> Iterator[Path]:
    yield from map(Path, request.paths)
    yield request.baseline.file or Path(BASELINE)
    yield from map(Path, request.given.env_files if request.given is not None else ())
    for recipe in _find_recipes(request):
        yield from _recipe_files(recipe)
    if request.config_file is not None:
        yield request.config_file
    for folder in request.rule_folders:
        yield from folder.glob("*.yaml")


def _find_recipes(request: Request) -> list[Recipe]:
    """Return the recipes, or none on an error, which the check itself reports."""
    try:
        return find_selected(request.selection, create_loader(request.rule_folders, request.config_file)).recipes
    except RolloutLintError:
        return []


def _recipe_files(recipe: Recipe) -> Iterator[Path]:
    yield from (Path(recipe.path, name) for name in ENV_SAMPLES)
    for variant in recipe.variants:
        yield from (layer.path for layer in variant.files)
    folder = folder_of(config_path(recipe))
    for parent in (folder, *folder.parents):
        yield from (parent / name for name in NAMES)
