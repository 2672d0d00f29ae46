"""Notes below a finding, wrapped to the width of the terminal."""

from __future__ import annotations

import re
import textwrap

MIN_WIDTH = 60
"""Width of the narrowest terminal. A report for a narrower one has lines of this length."""

_NO_BREAK = "\xa0"
_UNBROKEN = re.compile(r"`[^`]*`|\b[a-z_.]+: \S+")
"""Commands, and settings such as `order: stop-first`."""


def wrap_note(text: str, width: int, start: str = "  = ") -> list[str]:
    """Return the lines of a note. Paths, settings and commands are not broken."""
    lines = textwrap.wrap(
        _UNBROKEN.sub(lambda match: match[0].replace(" ", _NO_BREAK), text),
        max(width, MIN_WIDTH),
        initial_indent=start,
        subsequent_indent="    ",
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [line.replace(_NO_BREAK, " ") for line in lines]
