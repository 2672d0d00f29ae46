"""Wording of messages about invalid values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

_MAX_VALUE_LENGTH = 60
_TYPES = {
    "object": "a mapping",
    "array": "a list",
    "string": "a string",
    "integer": "an integer",
    "number": "a number",
    "boolean": "true or false",
    "null": "null",
}


def suggest(word: str, choices: Iterable[str]) -> str | None:
    """Return the choice that a misspelt word probably means."""
    return next(iter(close_matches(word, choices, 1)), None)


def close_matches(word: str, choices: Iterable[str], limit: int) -> list[str]:
    """Return the choices that a misspelt word may mean, the closest first."""
    from difflib import get_close_matches

    return get_close_matches(word, list(choices), n=limit, cutoff=0.7)


def join_types(types: Iterable[str]) -> str:
    """Return JSON Schema types in words, such as "a list or a string"."""
    return join_names([_TYPES[name] for name in dict.fromkeys(types)], "or")


def join_names(names: list[str], word: str) -> str:
    """Return the names with commas, and a word before the last one."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {word} {names[-1]}"


def quote(value: Any) -> str:
    """Return a value as JSON for a message; a long one is cut off."""
    import json

    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _MAX_VALUE_LENGTH else f"{text[:_MAX_VALUE_LENGTH]}…"
