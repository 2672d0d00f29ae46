"""Dates of CI runs, in ISO 8601."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

_DATE = re.compile(
    r"(?P<day>\d{4}-\d{2}-\d{2})"
    r"(?:[Tt ](?P<time>\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?) ?(?P<zone>[Zz]|[+-]\d{2}(?::?\d{2})?)?)?",
    re.ASCII,
)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_RFC_1123 = re.compile(
    rf"(?:[A-Z][a-z]{{2}}, )?(?P<day>\d{{1,2}}) (?P<month>{'|'.join(_MONTHS)}) (?P<year>\d{{4}}) "
    r"(?P<time>\d{2}:\d{2}:\d{2}) (?:GMT|UTC|(?P<zone>[+-]\d{4}))",
    re.ASCII,
)
"""Date of HTTP and of JavaScript's `toUTCString`, as Mocha writes it."""

_START = datetime(1, 1, 1)


def normalize_date(text: str) -> str | None:
    """Return the date as `2026-06-10` or `2026-06-10T08:30:00Z`; None if no such day or time exists.

    A time needs no zone, and can follow a space, as in `git log` and SQL. Dates such as `Wed, 10 Jun 2026 08:30:00 GMT`
    are read too.
    """
    match = _DATE.fullmatch(_to_iso_form(text.strip()))
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


def _to_iso_form(text: str) -> str:
    match = _RFC_1123.fullmatch(text)
    if match is None:
        return text
    month = _MONTHS.index(match["month"]) + 1
    return f"{match['year']}-{month:02}-{int(match['day']):02}T{match['time']}{match['zone'] or 'Z'}"


def to_timestamp(date: str) -> float:
    """Return the seconds since year 1 of a normalized date; a day is its start, and the default zone is UTC."""
    parsed = datetime.fromisoformat(date)
    return (parsed.replace(tzinfo=None) - _START - (parsed.utcoffset() or timedelta())).total_seconds()
