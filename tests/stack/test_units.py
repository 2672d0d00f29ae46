"""Go durations and Docker sizes."""

from __future__ import annotations

import pytest
from rollout_lint.stack.units import format_duration, format_size, parse_duration, parse_size, suggest_size


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("30s", 30),
        ("1m30s", 90),
        ("1h2m.5s", 3720.5),
        ("0", 0),
        ("-5s", -5),
        ("100ms", 0.1),
        ("1.5h", 5400),
        ("0.5ns", 0),
        ("1.5ns", 1e-9),
        ("9223372036854775807ns", 2**63 / 1e9),
        ("2562047h", 2562047 * 3600),
        ("999999h", 999999 * 3600),
        ("1.m", 60),
        (".5s", 0.5),
    ],
)
def test_parse_duration_accepts_go_durations(text: str, value: float) -> None:
    assert parse_duration(text) == pytest.approx(value)


@pytest.mark.parametrize(
    "text",
    [
        *("", "30", "1d", "s", "5 s", "1s ", "1e3s", "--1s", "5S", ".s", "00"),
        *("9223372036854775808ns", "99999999999h", "2562048h", "9999999h", "153722868m"),
    ],
)
def test_parse_duration_rejects_invalid_text(text: str) -> None:
    assert parse_duration(text) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("512M", 512 << 20),
        ("1.5 GiB", 1610612736),
        ("5", 5),
        ("2gb", 2 << 30),
        ("1K", 1024),
        (".5g", 2**29),
        ("5.g", 5 << 30),
        ("+5m", 5 << 20),
        ("1e3m", 1000 << 20),
        ("0x1p4", 16),
        ("1_0m", 10 << 20),
        ("5 ", 5),
        ("8192p", -(2**63)),
    ],
)
def test_parse_size_accepts_docker_sizes(text: str, value: int) -> None:
    assert parse_size(text) == value


@pytest.mark.parametrize("text", ["", "512x", "M", "-5M", "5  M", "512Mi", "1Gi", "1e400", "5M ", "infm", "1bb"])
def test_parse_size_rejects_invalid_text(text: str) -> None:
    assert parse_size(text) is None


def test_format_duration_and_size() -> None:
    assert [format_duration(value) for value in (0, 5, 90, 0.1, 3600, -5)] == [
        "0s",
        "5s",
        "1m30s",
        "100ms",
        "1h",
        "-5s",
    ]
    assert [format_size(value) for value in (5, 900 << 20, 8 << 30, 3 << 40)] == ["5 B", "900 MiB", "8 GiB", "3 TiB"]


@pytest.mark.parametrize(("text", "near"), [("512Mi", "512M"), ("1.5gi", "1.5G"), ("512M", None), ("512MiB", None)])
def test_suggest_size_explains_kubernetes_sizes(text: str, near: str | None) -> None:
    assert suggest_size(text) == near
