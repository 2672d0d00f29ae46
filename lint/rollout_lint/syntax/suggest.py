"""The "did you mean" suggestion."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def suggest(word: str, choices: Iterable[str]) -> str | None:
    """Return the choice that a misspelt word probably means."""
    from difflib import get_close_matches

    return next(iter(get_close_matches(word, list(choices), n=1, cutoff=0.7)), None)
