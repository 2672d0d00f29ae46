"""Files that are merged in a given order, and the variables for them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from rollout_lint.discovery.env_sample import parse_environment
from rollout_lint.discovery.filesystem import read_bytes
from rollout_lint.discovery.recipes import recipe_from_layers
from rollout_lint.errors import OptionError
from rollout_lint.record import Record
from rollout_lint.syntax.parser import MAX_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from rollout_lint.discovery.recipe import Recipe


class GivenFiles(Record):
    """Stack files that are merged in this order, as `docker stack deploy -c A -c B` does, and files with variables."""

    files: tuple[str, ...]
    env_files: tuple[str, ...] = ()
    variables: Mapping[str, str] | None = None
    """Values that the files with variables override; None for those of the environment."""

    def recipe(self) -> Recipe:
        """Return the recipe of these files with the values of their variables.

        Raises OptionError if a file with variables cannot be read.
        """
        variables = os.environ if self.variables is None else self.variables
        return recipe_from_layers(self.files, dict(variables) | _read_env_files(self.env_files))


def parse_given_files(
    files: Iterable[str] | None,
    env_files: Iterable[str] | None,
    others: Mapping[str, object],
    variables: Mapping[str, str] | None = None,
) -> GivenFiles | None:
    """Return the files of `-c`, or None without it.

    `others` are arguments that select recipes, by their name in messages. Raises OptionError if one of them is set too.
    """
    if not files:
        if env_files or variables is not None:
            raise OptionError("--env-file requires -c; without it, values are read from .env.sample")
        return None
    for name, value in others.items():
        if value not in (None, [], ()):
            raise OptionError(f"{name} and -c cannot be combined")
    return GivenFiles(tuple(files), tuple(env_files or ()), variables)


def _read_env_files(files: Iterable[str]) -> dict[str, str]:
    variables: dict[str, str] = {}
    for file in files:
        try:
            data = read_bytes(Path(file), MAX_BYTES + 1, accepts_pipe=True)
        except OSError as error:
            raise OptionError(f"{file} cannot be read: {error.strerror}") from error
        if len(data) > MAX_BYTES:
            raise OptionError(f"{file} is larger than {MAX_BYTES // 1024 // 1024} MiB")
        variables |= parse_environment(data.decode("utf-8-sig", errors="replace"))
    return variables
