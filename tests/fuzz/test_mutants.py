"""Short fuzzing run. CONTRIBUTING.md has the command for a long one."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.conftest import ROOT

pytestmark = pytest.mark.fuzz

COUNT = os.environ.get("ROLLOUT_LINT_FUZZ", "400")
SEED = os.environ.get("ROLLOUT_LINT_SEED", "1")


def test_fuzz_finds_no_failure(capfd: pytest.CaptureFixture[str]) -> None:
    """Check for tracebacks, hangs, excessive memory, and files that Docker rejects but `check` evaluates."""
    command = [sys.executable, "-m", "tests.fuzz", "--count", COUNT, "--seed", SEED]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    output = ran.stdout + ran.stderr
    with capfd.disabled():
        sys.stdout.write(f"\n{output.splitlines()[0] if output else 'no output'}\n")
    assert ran.returncode == 0, output
    assert output.splitlines()[-1].startswith("0 failures")
