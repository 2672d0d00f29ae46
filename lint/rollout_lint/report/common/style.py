"""Terminal colours, and counts with their nouns."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from rollout_lint.record import Record

if TYPE_CHECKING:
    from typing import TextIO

_CODES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "blue": "34", "cyan": "36"}
_SEVERITY = {"high": ("bold", "red"), "medium": ("bold", "yellow"), "low": ("cyan",), "info": ("dim",)}


class Style(Record):
    """Wrapper that adds terminal codes to text if `colour` is set."""

    colour: bool

    def __call__(self, text: str, *codes: str) -> str:
        """Return `text` with the named codes."""
        if not self.colour or not text:
            return text
        return f"\x1b[{';'.join(_CODES[code] for code in codes)}m{text}\x1b[0m"

    def severity(self, severity: str) -> str:
        """Return a severity in its colour."""
        return self(severity, *_SEVERITY[severity])


def style_for_stdout() -> Style:
    """Return a style with colour if standard output is a terminal, or as NO_COLOR and FORCE_COLOR require."""
    return _style_for(sys.stdout)


def style_for_stderr() -> Style:
    """Return a style with colour if standard error is a terminal, or as NO_COLOR and FORCE_COLOR require."""
    return _style_for(sys.stderr)


def _style_for(stream: TextIO) -> Style:
    """Return the style for a stream. NO_COLOR takes precedence, as in Python (no-color.org, force-color.org)."""
    if os.environ.get("NO_COLOR"):
        return Style(colour=False)
    if os.environ.get("FORCE_COLOR"):
        return Style(colour=True)
    return Style(stream.isatty() and os.environ.get("TERM") != "dumb")


def plural(count: int, noun: str) -> str:
    """Return a count with its noun, such as `1 recipe` or `2 policies`."""
    if count == 1:
        return f"1 {noun}"
    return f"{count} {noun.removesuffix('y')}ies" if noun.endswith("y") else f"{count} {noun}s"
