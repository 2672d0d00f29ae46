"""Numbers in the syntax of Go's `strconv` package."""

from __future__ import annotations

import math
import re

from rollout_lint.pattern import compile_lazily

_DIGITS = r"[0-9](?:_?[0-9])*"
_DECIMAL = compile_lazily(rf"[-+]?(?:{_DIGITS}(?:\.(?:{_DIGITS})?)?|\.{_DIGITS})(?:[eE][-+]?{_DIGITS})?\Z")
_HEX_DIGITS = r"[0-9a-fA-F](?:_?[0-9a-fA-F])*"
_HEX = compile_lazily(rf"[-+]?0[xX](?:_?{_HEX_DIGITS}(?:\.(?:{_HEX_DIGITS})?)?|\.{_HEX_DIGITS})[pP][-+]?{_DIGITS}\Z")
_SPECIAL = compile_lazily(r"(?:[-+]?inf(?:inity)?|nan)\Z", re.IGNORECASE | re.ASCII)
_INT = compile_lazily(r"[-+]?[0-9]+\Z")


def parse_go_float(text: str) -> float | None:
    """Return the number, or None if Go's `strconv.ParseFloat` rejects the text or it is out of range.

    An underscore may separate digits, and `inf` and `nan` are numbers (`strconv/atof.go readFloat, special`).
    """
    if _SPECIAL.match(text):
        return float(text)
    if _DECIMAL.match(text):
        number = float(text)
        return number if math.isfinite(number) else None
    if _HEX.match(text):
        try:
            return float.fromhex(text.replace("_", ""))
        except OverflowError:
            return None
    return None


def parse_go_int(text: str) -> int | None:
    """Return the number, or None if Go's `strconv.Atoi` rejects the text or it does not fit into 64 bits."""
    # Python refuses to convert thousands of digits.
    if not _INT.match(text) or len(text.lstrip("+-0")) > len(str(2**63)):
        return None
    number = int(text)
    return number if -(2**63) <= number < 2**63 else None
