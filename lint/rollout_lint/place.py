"""Where something stands in a file, and what is wrong there."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A span in `file`, as reports name that file; lines and columns count from 1, the end is exclusive."""

    file: str
    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """Something that could not be read, or that Docker refuses, and where; column and line count from 1."""

    file: str
    line: int
    column: int
    message: str
