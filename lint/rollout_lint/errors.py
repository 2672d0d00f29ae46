"""Errors that name the places to correct, and the exit codes of every command."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rollout_lint.location import Problem


class ExitCode(IntEnum):
    """What a command ends with."""

    OK = 0
    FINDINGS = 1
    ERROR = 2
    INTERRUPTED = 130


class LintError(Exception):
    """Base of the errors in files that a user wrote; `problems` has one entry per place."""

    def __init__(self, problems: list[Problem]) -> None:
        """Keep the problems; the message is all of them in one line."""
        super().__init__("; ".join(problem.told for problem in problems))
        self.problems = problems


class ConfigError(LintError):
    """An invalid config file."""


class RuleError(LintError):
    """Rule files that cannot be loaded."""


class FleetError(LintError):
    """An unreadable or invalid manifest, result file, baseline or Docker output."""
