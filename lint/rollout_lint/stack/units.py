"""Durations and memory sizes in the syntax of Go and docker/go-units."""

from __future__ import annotations

import math
import re

_UNIT_SECONDS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_PART = r"(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)"
_DURATION = re.compile(rf"[-+]?(?:0|(?:{_PART})+)\Z", re.ASCII)
_PARTS = re.compile(_PART, re.ASCII)
_LONGEST_SECONDS = 2**63 / 1e9

_SIZE = re.compile(r"(\d+(?:\.\d+)?) ?(?:([kmgtp])i?)?b?\Z", re.ASCII | re.IGNORECASE)
_FACTORS = {"": 1, "k": 2**10, "m": 2**20, "g": 2**30, "t": 2**40, "p": 2**50}


def parse_duration(text: str) -> float | None:
    """Return a duration in seconds, or None if Go's `time.ParseDuration` rejects the text."""
    if not _DURATION.match(text):
        return None
    total = sum(float(number) * _UNIT_SECONDS[unit] for number, unit in _PARTS.findall(text))
    if total >= _LONGEST_SECONDS:
        return None
    return -total if text.startswith("-") else total


def parse_size(text: str) -> int | None:
    """Return a memory size in bytes, or None if `units.RAMInBytes` rejects the text; `k` and `Ki` are both 1,024."""
    match = _SIZE.match(text)
    if match is None:
        return None
    total = float(match[1]) * _FACTORS[(match[2] or "").lower()]
    return int(total) if math.isfinite(total) else None


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
