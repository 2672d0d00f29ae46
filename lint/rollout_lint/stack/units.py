"""Durations and memory sizes as Go and docker/go-units read them."""

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


def seconds(text: str) -> float | None:
    """A duration in seconds, None where Go's `time.ParseDuration` refuses the text."""
    if not _DURATION.match(text):
        return None
    total = sum(float(number) * _UNIT_SECONDS[unit] for number, unit in _PARTS.findall(text))
    if total >= _LONGEST_SECONDS:
        return None
    return -total if text.startswith("-") else total


def size(text: str) -> int | None:
    """A memory size in bytes, None where `units.RAMInBytes` refuses the text; `k` and `Ki` are both 1,024."""
    match = _SIZE.match(text)
    if match is None:
        return None
    total = float(match[1]) * _FACTORS[(match[2] or "").lower()]
    return int(total) if math.isfinite(total) else None


def show_size(count: float) -> str:
    """Bytes for people: `1.8 GiB`."""
    for unit in ("B", "KiB", "MiB", "GiB"):
        if count < 1024:
            return f"{count:.1f}".removesuffix(".0") + f" {unit}"
        count /= 1024
    return f"{count:.1f}".removesuffix(".0") + " TiB"


def show_seconds(value: float) -> str:
    """Seconds for people: `5s`, `1m30s`."""
    if value < 0:
        return "-" + show_seconds(-value)
    if value < 1:
        return f"{value * 1000:g}ms" if value else "0s"
    minutes, rest = divmod(value, 60)
    hours, minutes = divmod(int(minutes), 60)
    parts = [f"{hours}h" if hours else "", f"{minutes}m" if minutes else "", f"{rest:g}s" if rest else ""]
    return "".join(parts)
