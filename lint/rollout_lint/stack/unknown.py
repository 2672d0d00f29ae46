"""Values that depend on variables without a value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Unknown:
    """Value of a text with variables that have neither a value nor a default, or that Docker rejects.

    `variables` are the names of the former. `start` is the known text before the first of them.
    """

    variables: tuple[str, ...] = ()
    start: str = ""

    def __str__(self) -> str:
        """Return the word that reports print."""
        return "unknown"


def is_unknown(value: Any) -> bool:
    """Return True for an unknown value, and for a port or volume with an unknown part."""
    return isinstance(value, Unknown) or (isinstance(value, tuple) and any(isinstance(part, Unknown) for part in value))
