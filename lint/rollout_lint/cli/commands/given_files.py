"""Files that the command line gives with `-c`, and the variables for them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from rollout_lint.cli.console import exit_with_error
from rollout_lint.discovery.env_sample import parse_environment
from rollout_lint.discovery.filesystem import read_bytes
from rollout_lint.discovery.recipes import recipe_from_layers
from rollout_lint.syntax.parser import MAX_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from rollout_lint.discovery.recipe import Recipe


class GivenFiles(NamedTuple):
    """Stack files that are merged in this order, as `docker stack deploy -c A -c B` does, and files with variables."""

    files: tuple[str, ...]
    env_files: tuple[str, ...] = ()

    def recipe(self) -> Recipe:
        """Return the recipe of these files, with the variables of the environment and of the files with variables.

        Exit if a file with variables cannot be read.
        """
        return recipe_from_layers(self.files, dict(os.environ) | _read_env_files(self.env_files))


def parse_given_files(
    files: Iterable[str] | None, env_files: Iterable[str] | None, others: Mapping[str, object]
) -> GivenFiles | None:
    """Return the files of `-c`, or None without it.

    `others` are arguments that select recipes, by their name in messages. Exit if one of them is set too.
    """
    if not files:
        if env_files:
            exit_with_error("--env-file requires -c; without it, values are read from .env.sample")
        return None
    for name, value in others.items():
        if value not in (None, []):
            exit_with_error(f"{name} and -c cannot be combined")
    return GivenFiles(tuple(files), tuple(env_files or ()))


def _read_env_files(files: Iterable[str]) -> dict[str, str]:
    variables: dict[str, str] = {}
    for file in files:
        try:
            data = read_bytes(Path(file), MAX_BYTES + 1, accepts_pipe=True)
        except OSError as error:
            exit_with_error(f"{file} cannot be read: {error.strerror}")
        if len(data) > MAX_BYTES:
            exit_with_error(f"{file} is larger than {MAX_BYTES // 1024 // 1024} MiB")
        variables |= parse_environment(data.decode("utf-8-sig", errors="replace"))
    return variables
