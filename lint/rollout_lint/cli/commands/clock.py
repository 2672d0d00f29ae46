"""The day on which a run says that something has ended, or how old it is."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime

from rollout_lint.cli.console import usage_error


def today() -> date:
    """Today in UTC; see `now`."""
    return now().date()


def now() -> datetime:
    """The time in UTC, or SOURCE_DATE_EPOCH (reproducible-builds.org), which ends the run where it is none."""
    moment = os.environ.get("SOURCE_DATE_EPOCH", "")
    try:
        return datetime.fromtimestamp(int(moment), UTC) if moment.isdecimal() else datetime.now(UTC)
    except (ValueError, OverflowError, OSError):
        usage_error("SOURCE_DATE_EPOCH is no moment that a calendar has")
