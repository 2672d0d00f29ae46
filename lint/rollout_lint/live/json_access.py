"""Typed access to the values of a JSON document in which any key may be missing or have another type."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

NANOSECONDS = 1e9
_INT64_LIMIT = 2**63


def get_value(document: Any, *path: str) -> Any:
    """Return the value below these keys, or None."""
    for key in path:
        document = document.get(key) if isinstance(document, dict) else None
    return document


def get_mapping(document: Any, *path: str) -> dict[str, Any]:
    """Return a mapping, empty if it is missing."""
    value = get_value(document, *path)
    return value if isinstance(value, dict) else {}


def get_list(document: Any, *path: str) -> list[Any]:
    """Return a list, empty if it is missing."""
    value = get_value(document, *path)
    return value if isinstance(value, list) else []


def get_text(document: Any, *path: str) -> str:
    """Return a string, empty if it is missing."""
    value = get_value(document, *path)
    return value if isinstance(value, str) else ""


def get_texts(document: Any, *path: str) -> dict[str, str]:
    """Return the entries of a mapping whose values are strings."""
    return {key: value for key, value in get_mapping(document, *path).items() if isinstance(value, str)}


def get_number(document: Any, *path: str) -> int | float | None:
    """Return a number that fits into Go's int64, or None."""
    value = get_value(document, *path)
    if type(value) not in (int, float):
        return None
    number: int | float = value
    return number if -_INT64_LIMIT <= number < _INT64_LIMIT else None


def get_integer(document: Any, *path: str) -> int | None:
    """Return an integer, or None."""
    value = get_number(document, *path)
    return value if isinstance(value, int) else None


def get_seconds(document: Any, *path: str) -> float | None:
    """Return the seconds of a Go `time.Duration`, which counts nanoseconds."""
    value = get_number(document, *path)
    return None if value is None else value / NANOSECONDS


def get_time(document: Any, *path: str) -> datetime | None:
    """Return a time in UTC, or None for Go's zero time."""
    try:
        value = datetime.fromisoformat(get_text(document, *path))
        return value.astimezone(UTC) if value.year > 1 else None
    except (ValueError, OverflowError):
        return None
