"""Short forms of ports and volumes; the expected values are from `docker stack config`."""

from __future__ import annotations

import pytest
from rollout_lint.stack.shorthand import Port, Volume, parse_ports, parse_volume


@pytest.mark.parametrize(
    ("text", "ports"),
    [
        ("80", [Port(80)]),
        ("8080:80", [Port(80, 8080)]),
        (":80", [Port(80)]),
        ("0:80", [Port(80)]),
        ("53:53/UDP", [Port(53, 53, protocol="udp")]),
        ("127.0.0.1:99:98", [Port(98, 99)]),
        ("[::1]:80:90", [Port(90, 80)]),
        ("::1:80:90", [Port(90, 80)]),
        ("80-81", [Port(80), Port(81)]),
        ("8000-8001:80-81", [Port(80, 8000), Port(81, 8001)]),
        ("8000-8001:80", [Port(80, 8000), Port(80, 8001)]),
    ],
)
def test_parse_ports_accepts_short_forms(text: str, ports: list[Port]) -> None:
    assert list(parse_ports(text) or ()) == ports


@pytest.mark.parametrize(
    "text", ["", "80:", "1:2:3", "80/icmp", "70000:80", "80-70", "a:80", "localhost:8080:80", "+80", " 80", "80-82:1-2"]
)
def test_parse_ports_rejects_invalid_text(text: str) -> None:
    assert parse_ports(text) is None


@pytest.mark.parametrize(
    ("text", "volume"),
    [
        ("data:/var/lib/data", Volume("volume", "data", "/var/lib/data")),
        ("data:/var/lib/data:ro", Volume("volume", "data", "/var/lib/data", read_only=True)),
        ("./conf:/etc/app", Volume("bind", "./conf", "/etc/app")),
        ("~/q:/z:rw,nocopy", Volume("bind", "~/q", "/z")),
        ("/only", Volume("volume", "", "/only")),
        ("d:/data", Volume("volume", "", "d:/data")),
        ("a:/b:ro", Volume("bind", "a:/b", "ro")),
    ],
)
def test_parse_volume_accepts_short_forms(text: str, volume: Volume) -> None:
    assert parse_volume(text) == volume


@pytest.mark.parametrize("text", ["", "aa:/b:ro:x", "aa:", ":/b"])
def test_parse_volume_rejects_invalid_text(text: str) -> None:
    assert parse_volume(text) is None
