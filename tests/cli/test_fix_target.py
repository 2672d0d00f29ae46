"""Files and values that `fix` changes in merged and shared settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cli.fix_stacks import hints_of, one_service
from tests.support import mask_folder

if TYPE_CHECKING:
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

    from tests.conftest import Run, Write


def test_fix_changes_the_overlay_that_sets_the_value(run: Run, write: Write) -> None:
    """Only the CI variant is at risk, so the base must not change."""
    overlay = "services: {app: {deploy: {update_config: {failure_action: rollback}}}}\n"
    base = one_service("order: start-first, failure_action: pause, monitor: 30s")
    folder = write({"compose.yml": base, "compose.ccci.yml": overlay})
    assert run("fix", "--write", "--only", "RL001", folder).exit_code == 0
    assert (folder / "compose.yml").read_text() == base
    assert (folder / "compose.ccci.yml").read_text() == overlay.replace("rollback}", "rollback, order: stop-first}")


SHARING = (
    "  {}:\n    image: a:1\n    healthcheck: {{test: a}}\n    deploy: {{mode: global, update_config: {{order: *order,"
)
CONCERNED = {"app": "rollback", "web": "pause"}


def test_fix_replaces_a_shared_value_only_in_services_at_risk(run: Run, write: Write) -> None:
    shared = "x-order: &order start-first\nservices:\n"
    risky, safe = (f"{SHARING.format(name)} failure_action: {action}}}}}\n" for name, action in CONCERNED.items())
    folder = write({"compose.yml": shared + risky + safe})
    assert run("fix", "--write", folder).exit_code == 0
    assert (folder / "compose.yml").read_text() == shared + risky.replace("*order", "stop-first") + safe


def test_fix_changes_a_shared_value_once_if_all_are_at_risk(
    run: Run, write: Write, here: Path, snapshot: SnapshotAssertion
) -> None:
    text = "x-order: &order start-first\nservices:\n" + "".join(
        f"{SHARING.format(name)} failure_action: rollback}}}}\n" for name in CONCERNED
    )
    write({"compose.yml": text})
    ran = run("fix", "--write")
    assert (here / "compose.yml").read_text() == text.replace("start-first", "stop-first")
    assert "RL001 on web" in ran.stderr
    assert mask_folder(ran.output, here) == snapshot


def test_fix_keeps_values_from_variables(run: Run, write: Write, snapshot: SnapshotAssertion) -> None:
    text = one_service("failure_action: rollback, order: '${ORDER:-start-first}'")
    folder = write({"compose.yml": text})
    ran = run("fix", "--write", folder)
    assert ran.exit_code == 1
    assert mask_folder(ran.output, folder) == snapshot
    assert (folder / "compose.yml").read_text() == text
    assert run("fix", "--overlay", "compose.ccci.yml", folder).exit_code == 0
    assert "order: stop-first" in (folder / "compose.ccci.yml").read_text()


DOCUMENTED = """\
services:
  web:
    image: example/web:1
    deploy:
      replicas: 2
      update_config:
        parallelism: 2
        delay: 10s
"""


def test_fix_of_all_at_once_raises_the_monitor_over_the_delay(run: Run, write: Write, here: Path) -> None:
    write({"compose.yml": DOCUMENTED})
    [hint] = hints_of(run("check").stdout)
    assert run(*hint).exit_code == 0
    fixed = DOCUMENTED.replace("parallelism: 2", "parallelism: 1") + "        monitor: 10s\n"
    assert (here / "compose.yml").read_text() == fixed
    assert "RL016" not in run("check").stdout
    assert "RL018" not in run("check").stdout


def test_fix_raises_the_monitor_over_a_long_delay(run: Run, write: Write) -> None:
    folder = write({"compose.yml": DOCUMENTED.replace("10s", "2m")})
    run("fix", "--write", folder)
    assert "parallelism: 1\n        delay: 2m\n        monitor: 2m\n" in (folder / "compose.yml").read_text()


SHARED_POLICY = """\
x-policy: &policy
  failure_action: rollback
  max_failure_ratio: 1
  monitor: 2s
services:
  app:
    image: example/app:1
    deploy: {update_config: *policy}
    ports: [{target: 80, published: 80, mode: host}]
  web:
    image: example/app:1
    deploy: {update_config: *policy}
"""
RISKY_OVERLAY = """\
services:
  app:
    deploy:
      update_config: {failure_action: continue, order: start-first, monitor: 30s}
"""


def test_fix_survives_an_edit_that_changes_all_services(run: Run, write: Write) -> None:
    folder = write({"compose.yml": SHARED_POLICY, "compose.ccci.yml": RISKY_OVERLAY})
    assert run("fix", "--unsafe", "--write", folder).exit_code == 0
    assert "order: stop-first" in (folder / "compose.ccci.yml").read_text()
    assert run("check", folder, "--fail-on", "medium").exit_code == 0


SHORT_MONITOR = """\
id: TT001
name: short-monitor
summary: The monitor is short
severity: medium
when:
  deploy.update_config.monitor: {maximum: 20}
message: "{service} has a short monitor"
why: A test.
fix:
  deploy: {update_config: {monitor: 30s}}
sources: [a test]
examples:
  bad: [{at: "compose.yml:1", files: {compose.yml: "services: {}"}}]
  good: [{files: {compose.yml: "services: {}"}}]
"""
LONG_MONITOR = """\
id: TT002
name: long-monitor
summary: The monitor is long, and a healthcheck exists
severity: low
when:
  deploy.update_config.monitor: {minimum: 20}
  derived.has_healthcheck: {const: true}
message: "{service} has a long monitor"
why: A test.
fix: null
advice: none
sources: [a test]
examples:
  bad: [{at: "compose.yml:1", files: {compose.yml: "services: {}"}}]
  good: [{files: {compose.yml: "services: {}"}}]
"""


@pytest.mark.parametrize(
    ("severity", "expected"), [("low", {"wiki/compose.yml"}), ("medium", set())], ids=["less-severe", "as-severe"]
)
def test_fix_changes_the_file_that_sets_the_policy(
    severity: str, expected: set[str], run: Run, write: Write, here: Path, snapshot: SnapshotAssertion
) -> None:
    """The base is fixed if that brings only a less severe finding in a variant. The unrelated overlay stays."""
    base = "services:\n  app:\n    image: example/app:1\n    deploy:\n      update_config:\n        delay: 1s\n"
    files: dict[str, str | bytes] = {
        "wiki/compose.yml": base,
        "wiki/compose.backup.yml": "services: {app: {labels: [backup=yes]}}\n",
        "wiki/compose.health.yml": "services: {app: {healthcheck: {test: curl -f localhost}}}\n",
        "wiki/.env.sample": "".join(f"#COMPOSE_FILE=compose.yml:compose.{name}.yml\n" for name in ("backup", "health")),
        "own/TT001-short-monitor.yaml": SHORT_MONITOR,
        "own/TT002-long-monitor.yaml": LONG_MONITOR.replace("severity: low", f"severity: {severity}"),
    }
    write(files)
    ran = run("fix", "--write", "--rules", "own", "--only", "TT001", "wiki")
    assert ran.exit_code == (0 if expected else 1)
    changed = {file for file, text in files.items() if (here / file).read_text() != text}
    assert changed == expected
    assert ("1 finding not fixed (1 medium)" in ran.stderr) == (severity == "medium")
    assert (here / "wiki/compose.yml").read_text() == base + "        monitor: 30s\n" * len(expected)
    assert ran.stderr == snapshot
