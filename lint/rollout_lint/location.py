"""Locations in files, and problems at them."""

from dataclasses import dataclass
from typing import NamedTuple


class Location(NamedTuple):
    """A span in `file`, which is a display name; lines and columns count from 1, the end is exclusive."""

    file: str
    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """An error at a location that cannot be read or that Docker rejects; line and column count from 1.

    Line 0 is the whole file or folder.
    """

    file: str
    line: int
    column: int
    message: str

    @property
    def text(self) -> str:
        """The problem as `file:line:column: message`."""
        location = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        return f"{location}: {self.message}"
