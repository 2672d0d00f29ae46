"""Where something stands in a file, and what is wrong there."""

from dataclasses import dataclass
from typing import NamedTuple


class Location(NamedTuple):
    """A span in `file`, as reports name that file; lines and columns count from 1, the end is exclusive."""

    file: str
    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """Something that could not be read, or that Docker refuses, and where; column and line count from 1.

    Line 0 is the file, or the folder, as a whole.
    """

    file: str
    line: int
    column: int
    message: str

    @property
    def text(self) -> str:
        """`file:line:column: message`."""
        location = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        return f"{location}: {self.message}"
