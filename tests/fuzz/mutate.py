"""Random damage to the bytes of a file."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from random import Random


def _unescaped(line: str) -> bytes:
    return line.encode("ascii").decode("unicode_escape").encode("latin-1")


MAX_BYTES = 64 * 1024
"""Size limit of a mutant in bytes, so that many run quickly. Other tests cover larger files."""

_LONG = (b"9" * 5000, b"{" * 120, b"[" * 120, b"a: " * 30, b"- " * 120, b"{a: " * 60, b" " * 200)
TOKENS = (*_LONG, *map(_unescaped, Path(__file__).with_name("tokens.txt").read_text("ascii").splitlines()))
"""Bytes with a meaning in YAML, Docker's file format, variables, terminals or text decoders."""

_VALUE = re.compile(rb"(?m)(?<=:)[ \t]+[^\n#]+|(?<=- )[^\n#]+")


def mutate(data: bytes, others: Sequence[bytes], random: Random) -> bytes:
    """Return the data after one to six changes, which can insert parts of the other files."""
    for _ in range(random.choice((1, 1, 1, 2, 2, 3, 6))):
        data = random.choice(_CHANGES)(data, others, random)[:MAX_BYTES]
    return data


def _flip(data: bytes, others: Sequence[bytes], random: Random) -> bytes:
    del others
    at = _location(data, random)
    return data[:at] + bytes([random.randrange(256)]) + data[at + 1 :]


def _cut(data: bytes, others: Sequence[bytes], random: Random) -> bytes:
    del others
    at = _location(data, random)
    return data[:at] + data[at + random.choice((1, 2, 5, 40, 400)) :]


def _truncate(data: bytes, others: Sequence[bytes], random: Random) -> bytes:
    del others
    return data[: _location(data, random)]


def _insert(data: bytes, others: Sequence[bytes], random: Random) -> bytes:
    del others
    at = _location(data, random)
    return data[:at] + random.choice(TOKENS) + data[at:]


def _repeat(data: bytes, others: Sequence[bytes], random: Random) -> bytes:
    del others
    at, length = _location(data, random), random.choice((1, 3, 20, 200))
    return data[:at] + data[at : at + length] * random.choice((2, 2, 3, 50)) + data[at + length :]


def _value(data: bytes, others: Sequence[bytes], random: Random) -> bytes:
    """Replace a value by a token, so that the rest of the file stays readable."""
    del others
    values = list(_VALUE.finditer(data))
    if not values:
        return data + random.choice(TOKENS)
    chosen = random.choice(values)
    return data[: chosen.start()] + b" " + random.choice(TOKENS) + data[chosen.end() :]


def _lines(data: bytes, others: Sequence[bytes], random: Random) -> bytes:
    """Swap two lines, or remove, copy, indent or outdent one."""
    del others
    lines = data.splitlines(keepends=True) or [b""]
    one, other = random.randrange(len(lines)), random.randrange(len(lines))
    match random.randrange(4):
        case 0:
            lines[one], lines[other] = lines[other], lines[one]
        case 1:
            del lines[one]
        case 2:
            lines.insert(other, lines[one])
        case _:
            lines[one] = lines[one][2:] if random.random() < 0.5 else b"  " + lines[one]
    return b"".join(lines)


def _splice(data: bytes, others: Sequence[bytes], random: Random) -> bytes:
    other = random.choice(others)
    start = _location(other, random)
    at = _location(data, random)
    return data[:at] + other[start : start + random.choice((10, 100, 1000))] + data[at:]


def _encode(data: bytes, others: Sequence[bytes], random: Random) -> bytes:
    del others
    text = data.decode("utf-8", "replace")
    return random.choice((text.encode("utf-16"), text.encode("utf-8-sig"), text.replace("\n", "\r\n").encode()))


def _location(data: bytes, random: Random) -> int:
    return random.randrange(len(data) + 1)


_CHANGES: tuple[Callable[[bytes, Sequence[bytes], Random], bytes], ...] = (
    *(_flip, _cut, _insert, _insert, _insert, _repeat, _value, _value, _value, _value, _lines, _lines, _splice),
    *(_truncate, _encode),
)
