"""Encoding of a YAML or TOML file, from its byte order mark."""

from __future__ import annotations

UTF_16 = (b"\xff\xfe", b"\xfe\xff")
"""Byte order marks of UTF-16."""


def detect_encoding(data: bytes) -> str:
    """Return UTF-16 for data with its byte order mark, else UTF-8 with an optional mark."""
    return "utf-16" if data.startswith(UTF_16) else "utf-8-sig"
