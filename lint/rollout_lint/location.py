"""Locations in files, and problems at them."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from rollout_lint.record import Record

if TYPE_CHECKING:
    from collections.abc import Iterable


class Location(Record):
    """A span in `file`, which is a display name; lines and columns count from 1, the end is exclusive."""

    file: str
    line: int
    column: int
    end_line: int
    end_column: int


class CorrectionKind(StrEnum):
    """Edit of a key or value, after which Docker accepts it."""

    RENAME_KEY = "rename-key"
    REMOVE_KEY = "remove-key"
    QUOTE = "quote"
    UNQUOTE = "unquote"
    SET_VERSION = "set-version"


class Correction(Record):
    """Mechanical fix of an error: the edit, and the new key, the removed key or the version."""

    kind: CorrectionKind
    text: str = ""


class Problem(Record):
    """An error at a location that cannot be read or that Docker rejects; line and column count from 1.

    Line 0 is the whole file. An empty `file` is the recipe itself. Without a `correction`, the error has no mechanical
    fix.
    """

    file: str
    line: int
    column: int
    message: str
    correction: Correction | None = None

    @property
    def text(self) -> str:
        """The problem as `file:line:column: message`, or the message alone without a file."""
        if not self.file:
            return self.message
        location = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        return f"{location}: {self.message}"


def sort_problems(problems: Iterable[Problem]) -> list[Problem]:
    """Return the problems by location and message, each once."""
    unique = {(each.file, each.line, each.column, each.message): each for each in problems}
    return [unique[key] for key in sorted(unique)]
