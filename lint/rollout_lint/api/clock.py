"""Current date and time, which SOURCE_DATE_EPOCH can override."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime

from rollout_lint.errors import OptionError


def today() -> date:
    """Return the date in UTC; see `now`."""
    return now().date()


def now() -> datetime:
    """Return the time in UTC, or SOURCE_DATE_EPOCH (reproducible-builds.org).

    Raises OptionError if that is out of range.
    """
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    try:
        return datetime.fromtimestamp(int(epoch), UTC) if epoch.isdecimal() else datetime.now(UTC)
    except (ValueError, OverflowError, OSError):
        message = f"invalid SOURCE_DATE_EPOCH {epoch!r}: must be seconds since 1970-01-01"
        raise OptionError(message) from None
