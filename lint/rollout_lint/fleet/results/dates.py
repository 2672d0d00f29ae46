"""Dates of CI runs, in ISO 8601."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

_DATE = re.compile(
    r"(?P<day>\d{4}-\d{2}-\d{2})"
    r"(?:[Tt ](?P<time>\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?) ?(?P<zone>[Zz]|[+-]\d{2}(?::?\d{2})?)?)?",
    re.ASCII,
)
_START = datetime(1, 1, 1)


def normalize_date(text: str) -> str | None:
    """Return the date as `2026-06-10` or `2026-06-10T08:30:00Z`; None if no such day or time exists.

    A time needs no zone, and can follow a space, as in `git log` and SQL.
    """
    match = _DATE.fullmatch(text.strip())
    if match is None:
        return None
    date = match["day"]
    if match["time"]:
        date += f"T{match['time'].replace(',', '.')}{(match['zone'] or '').upper()}"
    try:
        datetime.fromisoformat(date)
    except ValueError:
        return None
    return date


def to_timestamp(date: str) -> float:
    """Return the seconds since year 1 of a normalized date; a day is its start, and the default zone is UTC."""
    parsed = datetime.fromisoformat(date)
    return (parsed.replace(tzinfo=None) - _START - (parsed.utcoffset() or timedelta())).total_seconds()
