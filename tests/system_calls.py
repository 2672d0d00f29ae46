"""Commands under strace, to record their system calls or to make some of them fail."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Sequence

MODE = "ROLLOUT_LINT_STRACE"


def needs_strace() -> None:
    """Skip the test if strace cannot run. Fail it if ROLLOUT_LINT_STRACE is `required`."""
    reason = _missing_strace()
    if reason is not None and os.environ.get(MODE) == "required":
        pytest.fail(reason)
    if reason is not None:
        pytest.skip(reason)


def _missing_strace() -> str | None:
    if shutil.which("strace") is None:
        return "needs strace"
    ran = subprocess.run(["strace", "-o", os.devnull, "true"], capture_output=True, text=True, check=False)
    return None if ran.returncode == 0 else f"needs the right to trace a process: {ran.stderr.strip()}"


def failing(calls: str, error: str, *, after: int = 0) -> tuple[str, ...]:
    """Return the start of a command whose system calls of these names fail, apart from the first `after`."""
    needs_strace()
    inject = f"inject={calls}:error={error}:when={after + 1}+"
    return ("strace", "-f", "-qq", "-o", os.devnull, "-e", f"trace={calls}", "-e", inject)


def traced(log: str | os.PathLike[str], calls: Sequence[str]) -> tuple[str, ...]:
    """Return the start of a command whose system calls of these names are written to a log."""
    needs_strace()
    return ("strace", "-f", "-qq", "-y", "-s", "4096", "-o", os.fspath(log), "-e", f"trace={','.join(calls)}")
