"""Loaders of contexts for the options of a command line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rollout_lint.cli.commands.clock import today
from rollout_lint.cli.console import exit_with_problems
from rollout_lint.errors import ConfigError, RuleError
from rollout_lint.linter.context import ContextLoader

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rollout_lint.linter.context import LintContext
    from rollout_lint.rules.model import Rule


def create_loader(rule_folders: Iterable[Path] = (), config_file: Path | None = None) -> ContextLoader:
    """Return a loader of contexts as of today, with the config file of the command line, if any."""
    return ContextLoader(tuple(rule_folders), today(), config_file)


def load_available_rules(loader: ContextLoader) -> tuple[Rule, ...]:
    """Return all rules for the current folder, including disabled ones. Exit if its config or a rule is invalid."""
    try:
        return loader.rules(Path())
    except (ConfigError, RuleError) as error:
        exit_with_problems(error.problems)


def load_context(loader: ContextLoader, path: Path) -> LintContext:
    """Return the context of a path. Exit if its config or a rule is invalid."""
    try:
        return loader.context(path)
    except (ConfigError, RuleError) as error:
        exit_with_problems(error.problems)
