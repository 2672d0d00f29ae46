"""Values that depend on variables without a value."""

from __future__ import annotations

from typing import Any


class Unknown:
    """Value of a text with variables that have neither a value nor a default, or that Docker rejects.

    `variables` are the names of the former. `start` is the known text before the first of them.
    """

    __slots__ = ("start", "variables")

    def __init__(self, variables: tuple[str, ...] = (), start: str = "") -> None:
        """Take the variables and the known text before them."""
        self.variables = variables
        self.start = start

    def __eq__(self, other: object) -> bool:
        """Return True for the same variables after the same text."""
        return isinstance(other, Unknown) and (self.variables, self.start) == (other.variables, other.start)

    def __hash__(self) -> int:
        """Return a hash of the variables and the text."""
        return hash((self.variables, self.start))

    def __str__(self) -> str:
        """Return the word that reports print."""
        return "unknown"


def is_unknown(value: Any) -> bool:
    """Return True for an unknown value, and for a port or volume with an unknown part."""
    return isinstance(value, Unknown) or (isinstance(value, tuple) and any(isinstance(part, Unknown) for part in value))
