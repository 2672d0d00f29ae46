"""Durations and memory sizes in the syntax of Go and docker/go-units."""

from __future__ import annotations

import re
from math import isfinite

from rollout_lint.pattern import compile_lazily
from rollout_lint.stack.go_numbers import parse_go_float

_UNITS = {"ns": 1, "us": 10**3, "µs": 10**3, "μs": 10**3, "ms": 10**6, "s": 10**9, "m": 60 * 10**9, "h": 3600 * 10**9}
"""Nanoseconds per unit of a duration."""
_USUAL_UNITS = {"s": 1, "m": 60, "h": 3600}
"""Seconds per unit that most durations have."""
_PART = r"([0-9]*)(?:\.([0-9]*))?(ns|us|µs|μs|ms|s|m|h)"
_DURATION = compile_lazily(rf"[-+]?(?:0|(?:{_PART})+)\Z")
_PARTS = compile_lazily(_PART)
_MAX_FRACTION = (2**63 - 1) // 10
_MAX_DIGITS = 40
"""Number of digits of a whole number that are read. Fewer digits are already too long a duration."""

_FACTORS = {"k": 2**10, "m": 2**20, "g": 2**30, "t": 2**40, "p": 2**50}
_SUFFIX = compile_lazily(r"(?:b|([kmgtp])(?:b|ib)?)\Z")
_MAX_SUFFIX_BYTES = 3
_KUBERNETES_SIZE = compile_lazily(r"([0-9.]+)([KMGTP])i\Z", re.IGNORECASE)


def parse_duration(text: str) -> float | None:
    """Return a duration in seconds, or None if Go's `time.ParseDuration` rejects the text.

    Go counts whole nanoseconds in 64 bits: it drops the rest, and rejects a longer duration.
    """
    if text[-1:] in _USUAL_UNITS and _is_usual_number(text[:-1]):
        return float(int(text[:-1]) * _USUAL_UNITS[text[-1]])
    if not _DURATION.match(text):
        return None
    total = 0
    for whole, fraction, unit in _PARTS.findall(text):
        if not whole and not fraction:
            return None
        total += int(whole.lstrip("0")[:_MAX_DIGITS] or 0) * _UNITS[unit] + _fraction_of(_UNITS[unit], fraction)
    if text.startswith("-"):
        total = -total
    return total / 10**9 if -(2**63) <= total < 2**63 else None


def _is_usual_number(text: str) -> bool:
    """Return True for a whole number that no unit makes too large; no pattern needs to be compiled for it."""
    return text.isdecimal() and text.isascii() and len(text) < 7


def _fraction_of(unit: int, digits: str) -> int:
    """Return a fraction of a unit in nanoseconds, with Go's rounding (`time/format.go leadingFraction`)."""
    number, scale = 0, 1.0
    for digit in digits:
        longer = number * 10 + int(digit)
        if number > _MAX_FRACTION or longer > 2**63:
            break
        number = longer
        scale *= 10
    return int(number * (unit / scale))


def parse_size(text: str) -> int | None:
    """Return a memory size in bytes, or None if docker/go-units rejects the text (`size.go RAMInBytes, parseSize`).

    `k` and `KiB` are both 1,024. A size of 2^63 bytes or more is -2^63, as in a docker/cli for x86-64.
    """
    if text[-1:].lower() in ("k", "m", "g") and _is_usual_number(text[:-1]):
        return int(text[:-1]) * _FACTORS[text[-1].lower()]
    number_text, suffix = _split_size(text)
    number = parse_go_float(number_text)
    if number is None or number < 0 or len(suffix.encode()) > _MAX_SUFFIX_BYTES:
        return None
    if suffix:
        match = _SUFFIX.match(suffix.lower())
        if match is None:
            return None
        number *= _FACTORS.get(match[1] or "", 1)
    return int(number) if isfinite(number) and number < 2**63 else -(2**63)


def _split_size(text: str) -> tuple[str, str]:
    """Return the number, up to the last digit, point or space, and the suffix after it."""
    end = max(text.rfind(each) for each in "0123456789. ")
    return text[:end] if text[end : end + 1] == " " else text[: end + 1], text[end + 1 :]


def suggest_size(text: str) -> str | None:
    """Return the size in Docker's syntax for one in that of Kubernetes, such as `512M` for `512Mi`."""
    match = _KUBERNETES_SIZE.match(text)
    return f"{match[1]}{match[2].upper()}" if match else None


def format_size(size: float) -> str:
    """Return bytes as text such as `1.8 GiB`."""
    for unit in ("B", "KiB", "MiB", "GiB"):
        if size < 1024:
            return f"{size:.1f}".removesuffix(".0") + f" {unit}"
        size /= 1024
    return f"{size:.1f}".removesuffix(".0") + " TiB"


def format_duration(seconds: float) -> str:
    """Return seconds as text such as `5s` or `1m30s`."""
    if seconds < 0:
        return "-" + format_duration(-seconds)
    if seconds < 1:
        return f"{seconds * 1000:g}ms" if seconds else "0s"
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(int(minutes), 60)
    parts = [f"{hours}h" if hours else "", f"{minutes}m" if minutes else "", f"{rest:g}s" if rest else ""]
    return "".join(parts)
