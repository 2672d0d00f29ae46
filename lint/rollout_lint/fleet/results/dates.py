"""The date of a run: one form for all the forms that a CI writes."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

_DATE = re.compile(
    r"(?P<day>\d{4}-\d{2}-\d{2})"
    r"(?:[Tt ](?P<time>\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?) ?(?P<zone>[Zz]|[+-]\d{2}(?::?\d{2})?)?)?",
    re.ASCII,
)
_START = datetime(1, 1, 1)


def iso_date(text: str) -> str | None:
    """The date in ISO 8601, as `2026-06-10` or `2026-06-10T08:30:00Z`; None where there is no such day or time.

    A time needs no zone, and may stand behind a space, as `git log` and SQL write it.
    """
    match = _DATE.fullmatch(text.strip())
    if match is None:
        return None
    time = match["time"]
    written = (
        match["day"] if time is None else f"{match['day']}T{time.replace(',', '.')}{(match['zone'] or '').upper()}"
    )
    try:
        datetime.fromisoformat(written)
    except ValueError:
        return None
    return written


def moment(date: str) -> float:
    """Where a date of `iso_date` stands in time, in seconds; a day stands at its start, and no zone means UTC."""
    read = datetime.fromisoformat(date)
    return (read.replace(tzinfo=None) - _START - (read.utcoffset() or timedelta())).total_seconds()
