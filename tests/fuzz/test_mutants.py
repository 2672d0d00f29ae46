"""Mutants in their short form; CONTRIBUTING has the command for many."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.conftest import ROOT

pytestmark = pytest.mark.fuzz

COUNT = os.environ.get("ROLLOUT_LINT_FUZZ", "400")
SEED = os.environ.get("ROLLOUT_LINT_SEED", "1")


def test_no_mutant_shows_what_must_not_be(capfd: pytest.CaptureFixture[str]) -> None:
    """No traceback, no hang, no more memory than allowed, and nothing evaluated that Docker refuses."""
    command = [sys.executable, "-m", "tests.fuzz", "--count", COUNT, "--seed", SEED]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    told = ran.stdout + ran.stderr
    with capfd.disabled():
        sys.stdout.write(f"\n{told.splitlines()[0] if told else 'no output'}\n")
    assert ran.returncode == 0, told
    assert told.splitlines()[-1].startswith("0 failures")
