"""Versions of Docker, and what a client of each version reads."""

from __future__ import annotations

import pytest
from rollout_lint.stack.docker_version import parse_docker_version
from rollout_lint.stack.merge import load_stack
from rollout_lint.syntax.parser import parse


@pytest.mark.parametrize(
    "text", ["", "28.", "v28", "28.5.2.1", "28.5-rc", "latest", "19.02", "18.09.9", "1", "280", "٢٨"]
)
def test_other_text_is_no_version(text: str) -> None:
    assert parse_docker_version(text) is None


@pytest.mark.parametrize(
    ("text", "release", "is_before"),
    [
        ("20.10", (20, 10, 10), False),
        ("20", (20, 10, 10), False),
        ("20.10.9", (20, 10, 10), True),
        ("20.10.24", (20, 10, 10), False),
        ("19.03", (20, 10, 10), True),
        ("26.1.5", (27,), True),
        ("27.0.1", (27,), False),
        ("27", (27,), False),
    ],
)
def test_short_version_is_the_newest_release(text: str, release: tuple[int, ...], is_before: bool) -> None:
    version = parse_docker_version(text)
    assert version is not None
    assert version.is_before(*release) is is_before


def messages(text: str, client: str | None) -> list[str]:
    version = parse_docker_version(client or "")
    return [each.message for each in load_stack([parse(text.encode(), "a.yml")], {}, client=version)[1]]


SERVICE = "services: {a: {image: b}}\n"
PROBE = "services: {a: {image: b, healthcheck: {test: c, start_interval: 2s}}}\n"
SCORE = "services: {a: {image: b, oom_score_adj: 2}}\n"


@pytest.mark.parametrize(
    ("text", "client"),
    [
        (PROBE, None),
        (PROBE, "25"),
        (SCORE, "27.0"),
        (f'version: "3.12"\n{SERVICE}', "26.1"),
        (f'version: "3.9"\n{SERVICE}', "20.10"),
        (SERVICE, "23.0"),
        (f'version: "3"\n{SERVICE}', "20.10"),
    ],
)
def test_client_reads_file(text: str, client: str | None) -> None:
    assert messages(text, client) == []


@pytest.mark.parametrize(
    ("text", "client", "subject", "version"),
    [
        (PROBE, "24", 'key "start_interval" in services.a.healthcheck needs version "3.12"', '"3.11", the latest of'),
        (SCORE, "26.1", 'key "oom_score_adj" in services.a needs version "3.13"', '"3.12", the latest of client 26.1'),
        (f'version: "3"\n{SCORE}', "20.10", 'key "oom_score_adj" in services.a needs version "3.13"', '"3.0"'),
    ],
)
def test_client_rejects_newer_key(text: str, client: str, subject: str, version: str) -> None:
    [message] = messages(text, client)
    assert message.startswith(f"{subject} or later: this file has version {version}")


@pytest.mark.parametrize(
    ("text", "client", "reason"),
    [
        (f'version: "3.13"\n{SERVICE}', "26.1", 'unsupported version "3.13": must be 3.0 to 3.12'),
        (f'version: "3.10"\n{SERVICE}', "20.10.24", 'unsupported version "3.10": must be 3.0 to 3.9'),
        (f'version: "3.9"\n{SERVICE}', "19.03", 'unsupported version "3.9": must be 3.0 to 3.8'),
        (SERVICE, "20.10", 'missing key "version": must be 3.0 to 3.9'),
    ],
)
def test_client_rejects_version(text: str, client: str, reason: str) -> None:
    assert messages(text, client) == [f"{reason} because the client is {client}"]
