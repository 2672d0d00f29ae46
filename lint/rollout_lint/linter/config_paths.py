"""Names and places of config files.

Their reading is imported only if there is one.
"""

from __future__ import annotations

import os
from pathlib import Path

from rollout_lint.discovery.filesystem import is_folder
from rollout_lint.errors import ConfigError
from rollout_lint.location import Problem

TOML_NAME = "rollout-lint.toml"
YAML_NAMES = (".rollout-lint.yml", ".rollout-lint.yaml")
PYPROJECT = "pyproject.toml"
NAMES = (TOML_NAME, *YAML_NAMES, PYPROJECT)
"""Names of config files, in order of precedence within a folder."""


def folder_of(path: Path) -> Path:
    """Return the folder of a path, absolute and without `..`, so that its parents are the folders above.

    Raises ConfigError if the current folder is gone.
    """
    return absolute_path(path if is_folder(path) else path.parent, path)


def absolute_path(path: Path, named: Path = Path()) -> Path:
    """Return the absolute path without `..`. Raises ConfigError about the named path if the current folder is gone."""
    try:
        return Path(os.path.abspath(path))  # noqa: PTH100
    except OSError as error:
        raise ConfigError([Problem(str(named), 0, 0, "the current folder is gone")]) from error


def has_config(folder: Path) -> bool:
    """Return True if a folder has a file with the name of a config."""
    return any(os.path.lexists(f"{folder}/{name}") for name in NAMES)
