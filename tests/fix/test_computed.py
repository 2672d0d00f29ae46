"""Fixes whose values depend on the file: a healthcheck that asks its own container, and a monitor above the delay."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cli.fix_stacks import hints_of

if TYPE_CHECKING:
    from tests.conftest import Run, Write

STACK = """\
x-test: &test curl -f http://app:80/
services:
  app:
    image: example/app:1  # kept
    networks: {{n: {{aliases: [other]}}}}
    healthcheck:
      {test}
    deploy: {{update_config: {{failure_action: rollback, monitor: 30s}}}}
networks: {{n: }}
"""

WRITTEN = {
    "test: curl -f http://app:80/app": "test: curl -f http://localhost:80/app",
    "test: 'curl -f \"http://app/\" || exit 1'  # why": "test: 'curl -f \"http://localhost/\" || exit 1'  # why",
    'test: "wget -qO- http://APP/ && wget -qO- http://other/app"': (
        'test: "wget -qO- http://localhost/ && wget -qO- http://localhost/app"'
    ),
    'test: ["CMD", pg_isready, -h, tasks.app, "-d", app]': 'test: ["CMD", pg_isready, -h, localhost, "-d", app]',
    'test: [CMD, sh, "-c", "nc -z app 80", \'&& nc -z app 81\']': (
        'test: [CMD, sh, "-c", "nc -z localhost 80", \'&& nc -z localhost 81\']'
    ),
    'test: [CMD-SHELL, "curl http://app:$${PORT:-80}/"]': 'test: [CMD-SHELL, "curl http://localhost:$${PORT:-80}/"]',
    "test:\n      - CMD\n      - curl  # a client\n      - !!str http://app/\n": (
        "test:\n      - CMD\n      - curl  # a client\n      - !!str http://localhost/\n"
    ),
    "test: &own\n        curl http://app/": "test: &own\n        curl http://localhost/",
    "test: >-  # folded\n        curl -f\n          http://app/\n\n        || exit 1": (
        "test: >-  # folded\n        curl -f\n          http://localhost/\n\n        || exit 1"
    ),
    "test:\n      - CMD-SHELL\n      - |\n        curl http://app/\n        curl http://other/": (
        "test:\n      - CMD-SHELL\n      - |\n        curl http://localhost/\n        curl http://localhost/"
    ),
    'test: "curl\n        http://app/ \\"$$HOME\\""': 'test: "curl\n        http://localhost/ \\"$$HOME\\""',
    "test: curl\n        http://app/": "test: curl\n        http://localhost/",
}

NOT_PLAIN = {
    "escape": 'test: "curl \\x68ttp://app/"',
    "line-end": 'test: "curl\\nhttp://app/"',
    "variable": "test: curl http://${HOST:-app}/",
    "alias": "test: [CMD-SHELL, *test]",
}


@pytest.mark.parametrize("test", WRITTEN)
def test_fix_writes_localhost_for_the_name(run: Run, write: Write, test: str) -> None:
    folder = write({"compose.yml": STACK.format(test=test)})
    ran = run("fix", "--write", "--only", "RL026", folder)
    assert (folder / "compose.yml").read_text() == STACK.format(test=WRITTEN[test])
    assert "= set: healthcheck.test: … (in " in ran.stderr
    assert "http" not in ran.stderr


@pytest.mark.parametrize("test", NOT_PLAIN.values(), ids=NOT_PLAIN)
def test_fix_keeps_a_test_that_is_not_plain(run: Run, write: Write, test: str) -> None:
    folder = write({"compose.yml": STACK.format(test=test), ".env.sample": "HOST=app\n"})
    assert "RL026" in run("check", folder).stdout
    ran = run("fix", "--write", "--only", "RL026", folder)
    assert "1 finding not fixed (1 high)" in ran.stderr
    assert "not fixed: write `localhost` for the name" in ran.stderr
    assert (folder / "compose.yml").read_text() == STACK.format(test=test)


def test_fix_changes_a_test_at_its_anchor(run: Run, write: Write) -> None:
    text = STACK.format(test="test: *test")
    folder = write({"compose.yml": text})
    run("fix", "--write", folder)
    assert (folder / "compose.yml").read_text() == text.replace("http://app", "http://localhost")


def test_fix_keeps_a_shared_test_that_another_service_needs(run: Run, write: Write) -> None:
    other = "services:\n  other-app:\n    image: example/app:1\n    healthcheck: {test: *test}\n"
    text = STACK.format(test="test: *test").replace("services:\n", other)
    folder = write({"compose.yml": text})
    ran = run("fix", "--write", "--only", "RL026", folder)
    assert "the fix would also change healthcheck.test of other-app" in " ".join(ran.stderr.split())
    assert (folder / "compose.yml").read_text() == text


def test_overlay_cannot_change_words_of_a_test(run: Run, write: Write) -> None:
    folder = write({"compose.yml": STACK.format(test="test: curl http://app/")})
    ran = run("fix", "--overlay", "compose.fix.yml", "--only", "RL026", folder)
    assert "fix the file itself with rollout-lint fix" in " ".join(ran.stderr.split())


def test_check_offers_the_command_that_changes_the_test(run: Run, write: Write) -> None:
    folder = write({"compose.yml": STACK.format(test="test: curl http://app/")})
    [command] = hints_of(run("check", folder).stdout)
    run(*command, "--write")
    assert "http://localhost/" in (folder / "compose.yml").read_text()


@pytest.mark.parametrize(
    ("replicas", "policy", "fixed"),
    [
        (2, "delay: 90s", "delay: 90s, monitor: 1m30s"),
        (9, "delay: 1m", "delay: 1m, monitor: 1m"),
        (3, "delay: 10s, monitor: 8s", "delay: 10s, monitor: 10s"),
    ],
)
def test_fix_raises_the_monitor_over_the_delay(run: Run, write: Write, replicas: int, policy: str, fixed: str) -> None:
    head = "services:\n  app:\n    image: example/app:1\n"
    stack = f"{head}    deploy: {{replicas: {replicas}, update_config: {{failure_action: rollback, POLICY}}}}\n"
    folder = write({"compose.yml": stack.replace("POLICY", policy)})
    run("fix", "--write", "--only", "RL018", folder)
    assert (folder / "compose.yml").read_text() == stack.replace("POLICY", fixed)
    assert run("check", folder).stdout.startswith("1 recipe, 1 variant, 1 service: 0 findings")
