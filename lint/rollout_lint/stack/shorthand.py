"""Short forms of ports and volumes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rollout_lint.pattern import compile_lazily
from rollout_lint.record import Record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rollout_lint.stack.unknown import Unknown

_DIGITS = compile_lazily(r"[0-9]{1,5}\Z")
_MAX_PORT = 65535


class Port(Record):
    """Published port of a service; `published` is 0 if Docker chooses the number."""

    target: int | Unknown
    published: int | Unknown = 0
    mode: str | Unknown = "ingress"
    protocol: str | Unknown = "tcp"


class Volume(Record):
    """Mount at `target`; `source` is empty for an anonymous volume.

    `options` are the names of its option blocks, such as `bind`.
    """

    type: str | Unknown
    source: str | Unknown
    target: str | Unknown
    read_only: bool | Unknown = False
    options: tuple[str, ...] = ()


class PortRange:
    """Ports of a short form such as `8000-8002:80/tcp`; `published` is empty if Docker chooses the numbers."""

    __slots__ = ("protocol", "published", "targets")

    def __init__(self, targets: range, published: range, protocol: str) -> None:
        """Take the parts of the short form."""
        self.targets = targets
        self.published = published
        self.protocol = protocol

    def __len__(self) -> int:
        """Return the number of ports."""
        return max(len(self.targets), len(self.published))

    def __iter__(self) -> Iterator[Port]:
        """Yield each port."""
        for index in range(len(self)):
            target = self.targets[index if len(self.targets) > 1 else 0]
            yield Port(target, self.published[index] if self.published else 0, protocol=self.protocol)


def parse_ports(text: str) -> PortRange | None:
    """Return the ports of `8080:80/tcp` or a range, or None if go-connections' `nat.ParsePortSpec` rejects the text."""
    address_and_ports, slash, protocol = text.partition("/")
    protocol = protocol.lower() if slash else "tcp"
    address, _, published_text = address_and_ports.rpartition(":")[0].rpartition(":")
    targets = _port_range(address_and_ports.rpartition(":")[2])
    published = _port_range(published_text) if published_text else range(0)
    if targets is None or published is None or protocol not in ("tcp", "udp", "sctp"):
        return None
    if address and not _is_address(address):
        return None
    if published and len(targets) not in (1, len(published)):
        return None
    return PortRange(targets, published, protocol)


def has_host_address(text: str) -> bool:
    """Return True if a port such as `127.0.0.1:80:8080` has a host address, which Swarm ignores."""
    ports = re.sub(r"\$\{[^}]*\}", "", text).partition("/")[0]
    return ":" in ports.rpartition(":")[0]


def parse_partial_port(text: str, unknown: Unknown) -> Port:
    """Return the port of a short form with holes; its published number is unknown."""
    ports, slash, protocol = text.partition("/")
    _, colon, target = ports.rpartition(":")
    is_target_known = colon and _DIGITS.match(target)
    is_protocol_known = protocol in ("tcp", "udp", "sctp") if slash else is_target_known
    return Port(
        int(target) if is_target_known else unknown,
        unknown,
        protocol=(protocol or "tcp") if is_protocol_known else unknown,
    )


def parse_partial_volume(text: str, unknown: Unknown, hole: str) -> Volume:
    """Return the volume of a short form with holes; its source and options are unknown if one of them has a hole."""
    volume = parse_volume(text)
    if volume is None or len(fields := _split(text)) == 1 or not fields[1].startswith("/"):
        return Volume(unknown, unknown, unknown, unknown)
    return Volume(
        unknown if hole in fields[0] else volume.type,
        unknown if hole in fields[0] else volume.source,
        unknown if hole in fields[1] else fields[1],
        unknown if any(hole in field for field in fields[2:]) else volume.read_only,
    )


def parse_volume(text: str) -> Volume | None:
    """Return the volume of `source:target:mode`, or None if docker/cli's `internal/volumespec Parse` rejects the text.

    A single letter before a colon is a Windows drive.
    """
    fields = _split(text)
    if not text or len(fields) > 3 or not all(fields):
        return None
    if len(fields) == 1:
        return Volume("volume", "", fields[0])
    source, target = fields[:2]
    modes = fields[2].split(",") if len(fields) == 3 else []
    bind = source[0] in "./~" or source[1:2] == ":"
    return Volume("bind" if bind else "volume", source, target, "ro" in modes)


def _split(text: str) -> list[str]:
    fields = [""]
    for character in text:
        is_drive = len(fields[-1]) == 1 and fields[-1].isalpha()
        if character == ":" and not is_drive:
            fields.append("")
        else:
            fields[-1] += character
    return fields


def _port_range(text: str) -> range | None:
    first, dash, last = text.partition("-")
    if not _DIGITS.match(first) or (dash and not _DIGITS.match(last)):
        return None
    start, end = int(first), int(last or first)
    if not 0 <= start <= end <= _MAX_PORT:
        return None
    return range(start, end + 1)


def _is_address(text: str) -> bool:
    from ipaddress import ip_address

    try:
        ip_address(text.removeprefix("[").removesuffix("]"))
    except ValueError:
        return False
    return True
