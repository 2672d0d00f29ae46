"""Values of a JSON document that may lack anything, or have it of another type."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

NANOSECONDS = 1e9
_MOST = 2**63


def found(document: Any, *path: str) -> Any:
    """What stands below these keys, None where nothing does."""
    for key in path:
        document = document.get(key) if isinstance(document, dict) else None
    return document


def mapping(document: Any, *path: str) -> dict[str, Any]:
    """The mapping there, an empty one where there is none."""
    value = found(document, *path)
    return value if isinstance(value, dict) else {}


def items(document: Any, *path: str) -> list[Any]:
    """The list there, an empty one where there is none."""
    value = found(document, *path)
    return value if isinstance(value, list) else []


def text(document: Any, *path: str) -> str:
    """The text there, an empty one where there is none."""
    value = found(document, *path)
    return value if isinstance(value, str) else ""


def texts(document: Any, *path: str) -> dict[str, str]:
    """The pairs of texts there."""
    return {key: value for key, value in mapping(document, *path).items() if isinstance(value, str)}


def number(document: Any, *path: str) -> int | float | None:
    """The number there, as far as Go's int64 could hold it."""
    value = found(document, *path)
    if type(value) not in (int, float):
        return None
    kept: int | float = value
    return kept if -_MOST <= kept < _MOST else None


def whole(document: Any, *path: str) -> int | None:
    """The whole number there."""
    value = number(document, *path)
    return value if isinstance(value, int) else None


def seconds(document: Any, *path: str) -> float | None:
    """The seconds of a Go `time.Duration`, which counts nanoseconds."""
    value = number(document, *path)
    return None if value is None else value / NANOSECONDS


def moment(document: Any, *path: str) -> datetime | None:
    """The time there, in UTC; Go's zero time is none."""
    try:
        value = datetime.fromisoformat(text(document, *path))
        return value.astimezone(UTC) if value.year > 1 else None
    except (ValueError, OverflowError):
        return None
