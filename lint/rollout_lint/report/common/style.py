"""Colour for those who see it, and text that is safe to print."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from typing import TextIO

_CODES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "blue": "34", "cyan": "36"}
_SEVERITY = {"high": ("bold", "red"), "medium": ("bold", "yellow"), "low": ("cyan",), "info": ("dim",)}


class Style(NamedTuple):
    """Wraps text in terminal codes, or leaves it alone."""

    colour: bool

    def __call__(self, text: str, *codes: str) -> str:
        """`text` with the named codes."""
        if not self.colour or not text:
            return text
        return f"\x1b[{';'.join(_CODES[code] for code in codes)}m{text}\x1b[0m"

    def severity(self, severity: str) -> str:
        """A severity in its colour."""
        return self(severity, *_SEVERITY[severity])


def style_for_stdout() -> Style:
    """Colour on a terminal that has it, unless NO_COLOR says otherwise (no-color.org)."""
    return _style_for(sys.stdout)


def style_for_stderr() -> Style:
    """The same for standard error."""
    return _style_for(sys.stderr)


def _style_for(stream: TextIO) -> Style:
    wanted = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return Style(wanted and stream.isatty())


def printable(text: str) -> str:
    """The text with control characters written out, so that a name cannot steer a terminal or break a line."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode("ascii") for char in text)


def plural(count: int, noun: str) -> str:
    """`1 recipe`, `2 recipes`; `1 policy`, `2 policies`."""
    if count == 1:
        return f"1 {noun}"
    return f"{count} {noun.removesuffix('y')}ies" if noun.endswith("y") else f"{count} {noun}s"
