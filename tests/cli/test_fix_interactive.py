"""Prompts of `fix --interactive`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cli.fix_stacks import BASE, one_service
from tests.support import mask_folder

if TYPE_CHECKING:
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

    from tests.conftest import Run, Write


@pytest.mark.parametrize(
    ("answers", "orders"),
    [
        ("y\ny\n", ["stop-first", "stop-first"]),
        ("n\ny\n", ["start-first", "stop-first"]),
        ("what\nY\nq\n", ["stop-first", "start-first"]),
        ("a\n", ["stop-first", "stop-first"]),
        ("q\n", ["start-first", "start-first"]),
        ("", ["start-first", "start-first"]),
    ],
)
def test_fix_interactive_asks_about_each_fix(answers: str, orders: list[str], run: Run, write: Write) -> None:
    folder = write({"compose.yml": BASE})
    ran = run("fix", "--interactive", folder, stdin=answers)
    assert ran.exit_code == (1 if "start-first" in orders else 0)
    text = (folder / "compose.yml").read_text()
    assert [line.split("order: ")[1].rstrip("}") for line in text.splitlines() if "order: " in line] == orders
    assert "-        order: start-first\n+        order: stop-first\n" in ran.stdout


def test_fix_interactive_includes_unsafe_fixes(run: Run, write: Write, here: Path, snapshot: SnapshotAssertion) -> None:
    write({"compose.yml": one_service("order: start-first, failure_action: pause, monitor: 30s")})
    ran = run("fix", "-i", stdin="y\n")
    assert mask_folder(ran.output, here) == snapshot
    assert "stop-first" in (here / "compose.yml").read_text()


def test_fix_interactive_explains_the_keys_once(run: Run, write: Write) -> None:
    ran = run("fix", "--interactive", write({"compose.yml": BASE}), stdin="n\nn\n")
    assert (
        ran.stdout.count(
            "y: apply this fix, n: skip it, a: apply this fix and all others, q: skip this fix and all others"
        )
        == 1
    )
    assert ran.stdout.index("y: apply") < ran.stdout.index("[y/n/a/q]")
    assert ran.stdout.count("[y/n/a/q]") == 2


def test_fix_interactive_asks_once_for_several_variants(run: Run, write: Write) -> None:
    folder = write(
        {
            "compose.yml": one_service("failure_action: rollback, order: start-first"),
            "compose.backup.yml": "services: {app: {labels: [backup=yes]}}\n",
            ".env.sample": "#COMPOSE_FILE=compose.yml:compose.backup.yml\n",
        }
    )
    ran = run("fix", "--interactive", "--only", "RL001", folder, stdin="n\ny\n")
    assert ran.stdout.count("[y/n/a/q]") == 1
    assert "start-first" in (folder / "compose.yml").read_text()
