"""Exit codes of every command, and the errors that end one."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rollout_lint.location import Problem


class ExitCode(IntEnum):
    """Exit code of a command."""

    OK = 0
    FINDINGS = 1
    ERROR = 2
    INTERRUPTED = 130
    BROKEN_PIPE = 141
    """Exit code that a shell reports for a program that SIGPIPE ended."""


class RolloutLintError(Exception):
    """Base of all errors that `check`, `sweep`, `show` and `await_converged` raise."""


class OptionError(RolloutLintError):
    """An option, a path or a revision that cannot be used. The message names options as the command line does."""


class LintError(RolloutLintError):
    """Base of the errors in files that a user wrote; `problems` has one entry per location."""

    def __init__(self, problems: list[Problem]) -> None:
        """Keep the problems and join them into one line as the message."""
        super().__init__("; ".join(problem.text for problem in problems))
        self.problems = problems


class ConfigError(LintError):
    """An invalid config file."""


class RuleError(LintError):
    """Rule files that cannot be loaded."""


class FleetError(LintError):
    """An unreadable or invalid manifest, result file, baseline or Docker output."""
