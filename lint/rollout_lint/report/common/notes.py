"""Texts and notes of a report, wrapped to the width of the terminal."""

from __future__ import annotations

import re
import textwrap
from functools import lru_cache

from rollout_lint.printable import printable

MIN_WIDTH = 60
"""Width of the narrowest terminal. A report for a narrower one has lines of this length."""

_NO_BREAK = "\xa0"
_UNBROKEN = re.compile(r"`[^`]*`|\b[a-z_.]+: \S+")
"""Commands, and settings such as `order: stop-first`."""
_OTHER_SPACE = re.compile(r"[^\S ]")


def wrap_text(text: str, width: int, start: str = "", indent: str = "") -> list[str]:
    """Return the printable lines of a text that is one paragraph.

    No line begins within a word, because the rest of a word can be a command of a CI log.
    """
    return list(_wrap(printable(_OTHER_SPACE.sub(" ", text)), width, start, indent))


def wrap_note(text: str, width: int, start: str = "  = ") -> list[str]:
    """Return the printable lines of a note. Paths, settings and commands are not broken."""
    unbroken = _UNBROKEN.sub(lambda match: match[0].replace(" ", _NO_BREAK), printable(_OTHER_SPACE.sub(" ", text)))
    lines = _wrap(unbroken, max(width, MIN_WIDTH), start, "    ")
    return [line.replace(_NO_BREAK, " ") for line in lines]


@lru_cache(maxsize=1000)
def _wrap(text: str, width: int, start: str, indent: str) -> tuple[str, ...]:
    """Return the lines. They are kept, because each finding of a rule has the same fix and trade-off."""
    lines = textwrap.wrap(
        text,
        width,
        initial_indent=start,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return tuple(lines)
