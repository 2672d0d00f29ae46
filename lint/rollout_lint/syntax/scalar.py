"""Values of plain YAML text as in go-yaml v3: `yes` stays text, `0440` is octal, a date is a time."""

from __future__ import annotations

import re
from datetime import datetime
from math import isfinite
from typing import TypeAlias

from rollout_lint.pattern import compile_lazily

_NULL = frozenset(("", "~", "null", "Null", "NULL"))
_BOOL = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_MAX_INT_LENGTH = 66
"""Maximum length of a 64-bit integer (base two, with prefix); a longer number is a float."""
_SPECIAL = {".inf": "inf", "+.inf": "inf", "-.inf": "-inf", ".nan": "nan"}
_INT = compile_lazily(r"[-+]?(?:0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|0|[1-9][0-9]*)\Z")
_FLOAT = compile_lazily(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")
_LAST_OF_INT, _LAST_OF_FLOAT = "0123456789abcdefABCDEF", "0123456789."
_DATE = compile_lazily(
    r"(?P<day>\d{4}-\d\d?-\d\d?)"
    r"(?:(?:[Tt]|(?P<spaced> ))(?P<time>\d\d?:\d\d?:\d\d?)(?:\.\d+)?(?P<zone>Z|[-+]\d\d:\d\d)?)?\Z",
    re.ASCII,
)

YAML = "tag:yaml.org,2002:"
BINARY = YAML + "binary"
_KINDS = frozenset(("null", "bool", "int", "float", "timestamp"))
_INTEGERS, _SIGNED = range(-(2**63), 2**64), range(-(2**63), 2**63)

ScalarValue: TypeAlias = bool | int | float | str | None


class Date(str):
    """Text that go-yaml decodes to a `time.Time`, which Go's decoder rejects for a string."""

    __slots__ = ()


def resolve_scalar(text: str) -> ScalarValue:
    """Return the value of plain text in go-yaml v3 (`resolve.go resolve`)."""
    first = text[:1]
    if first in "0123456789+-.":
        return Date(text) if text[4:5] == "-" and _is_date(text) else _resolve_number(text)
    if text in _NULL:
        return None
    return _BOOL.get(text, text)


def matches_tag(text: str, tag: str) -> bool:
    """Return True if go-yaml v3 accepts the text, quoted or not, with this tag (`resolve.go resolve`)."""
    kind = tag.removeprefix(YAML)
    if kind not in _KINDS or kind == tag:
        return True
    value = resolve_scalar(text)
    actual = _kind(value)
    return actual == kind or (actual == "int" and kind == "float" and value in _SIGNED)


def decode_binary(text: str) -> str | None:
    """Return the text of a `!!binary` as Go's JSON encoder writes it, or None if it is not base64."""
    import binascii

    try:
        return binascii.a2b_base64(re.sub(r"[\r\n]", "", text), strict_mode=True).decode("utf-8", "replace")
    except ValueError:
        return None


def _kind(value: ScalarValue) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "bool"
        case int():
            return "int" if value in _INTEGERS else "float"
        case float():
            return "float"
        case Date():
            return "timestamp"
    return "str"


def _resolve_number(text: str) -> ScalarValue:
    if not text:
        return None
    if text.isdecimal() and text.isascii() and len(text) <= _MAX_INT_LENGTH and (text[0] != "0" or text == "0"):
        # Most numbers are like this.
        return int(text)
    digits = text.replace("_", "")
    if digits[-1:] in _LAST_OF_INT and _INT.match(digits):
        unsigned = digits.lstrip("+-")
        octal = len(unsigned) > 1 and unsigned[0] == "0" and unsigned[1].isdigit()
        if len(unsigned) <= _MAX_INT_LENGTH:
            value = int(unsigned, 8) if octal else int(unsigned, 0)
            return -value if digits[0] == "-" else value
    if digits[-1:] in _LAST_OF_FLOAT and _FLOAT.match(digits):
        number = float(digits)
        # A number that is too large for a float stays text.
        return number if isfinite(number) else text
    special = _SPECIAL.get(text.lower())
    return text if special is None else float(special)


def _is_date(text: str) -> bool:
    """Return True for a time in go-yaml (`resolve.go parseTimestamp`), which requires a zone only after a `T`."""
    match = _DATE.match(text)
    if match is None or (match["time"] is not None and bool(match["zone"]) == bool(match["spaced"])):
        return False
    try:
        datetime.strptime(f"{match['day']} {match['time'] or '0:0:0'}", "%Y-%m-%d %H:%M:%S")
    except ValueError:
        return False
    return True
