"""Hostile values: line ends, commands of CI logs, terminal controls, formulas and markup."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

LINE_ENDS = ("\n", "\r", "\r\n", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029")
_CONTROLS = "\x1b[2J\x1b]0;a\x07\x9b1m\x7f\u202eb\u2066c\u200f\u061cd\ufeff\xad"
TEMPLATES = {
    "line-ends": "a{}" + "".join(f"{end}::error::b" for end in LINE_ENDS),
    "start": "::stop-commands::{}",
    "inside": "##[stop-commands]{} ##vso[a]b",
    "wrapped": "{} " + "word " * 21 + "::stop-commands::{} ::stop-commands::b",
    "cut": "{}" + ":" * 180,
    "terminal": f"{{}}{_CONTROLS}",
    "table": "=1+1|`{}`,\"<b>&amp;*_[a](b)'%0A;\n+1\r@x\t-1",
}
"""Values with a place for the name of the place that they are used at."""

COMBINED = {
    "log": "::stop-commands::{} ##[error]b ::a::" + "".join(f"{end}::a::" for end in LINE_ENDS) + f"{_CONTROLS} ::a::",
    "table": f"=1+{{}}|`,\"<b>&*_[a](b)'%0A;\t{_CONTROLS}\n\r@x ::b::{':' * 90}",
}
"""Values that combine the templates, for a short run."""

_PIECES = (
    *LINE_ENDS,
    *(
        "::error::x",
        "::stop-commands::y",
        "::",
        ":",
        "##[group]",
        "##",
        " ",
        "  ",
        "word ",
        "-",
        "x" * 30,
        "\t",
        "\x07",
    ),
    *(
        "\x1b[2J",
        "\x9b",
        "\u202e",
        "\u2066",
        "\u200b",
        "\xa0",
        "\x7f",
        "|",
        "`",
        '"',
        "'",
        "<b>",
        "&",
        ",",
        "=1",
        "@",
        "+",
    ),
)

_LOG_COMMAND = re.compile(r"\s*::|.*##\w*\[")
_OWN_COMMAND = re.compile(r"::(?:error|warning|notice) (?:\w+=[^:,]+,)*\w+=[^:,]+::[^\r\n]+")


def find_odd_characters(text: str, allowed: str = "\n") -> set[str]:
    """Return the characters of an output that can end a line, control a terminal or reorder text."""
    return {character for character in text if not character.isprintable()} - set(allowed)


def find_log_commands(text: str, is_github: bool = False) -> list[str]:
    """Return the lines that a CI system runs as a command, except for those of the format for GitHub."""
    lines = [line for line in text.split("\n") if _LOG_COMMAND.match(line)]
    return [line for line in lines if not (is_github and _OWN_COMMAND.fullmatch(line))]


def random_value(rng: Random, name: str) -> str:
    """Return a value with a name and some hostile pieces in any order."""
    pieces = [name, *(rng.choice(_PIECES) for _ in range(rng.randint(1, 12)))]
    rng.shuffle(pieces)
    return "".join(pieces)[:100]
