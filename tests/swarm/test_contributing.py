"""Proof of the rule that CONTRIBUTING.md shows, with the command from that page."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.pages import CONTRIBUTING, ROOT, write_files
from tests.swarm.installation import CHOICE, Installation
from tests.swarm.needs import EVIDENCE

pytestmark = pytest.mark.swarm


def test_contributing_rule_is_proved(installation: Installation, tmp_path: Path) -> None:
    rule, _ = write_files(CONTRIBUTING, tmp_path)
    [command] = [line for line in CONTRIBUTING.read_text("utf-8").splitlines() if "/path/to/my-rules" in line]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    ran = subprocess.run(
        command.replace("/path/to/my-rules", str(rule.parent)),
        shell=True,
        cwd=ROOT,
        env={key: value for key, value in os.environ.items() if key != EVIDENCE}
        | {"PATH": path, CHOICE: installation.name},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert ran.returncode == 0, ran.stdout
    assert "3 passed" in ran.stdout
