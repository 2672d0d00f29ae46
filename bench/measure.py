"""Time and peak memory of a command."""

from __future__ import annotations

import os
import platform
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Cost:
    """Elapsed seconds, and the peak memory in bytes of the largest process of a command."""

    seconds: float
    memory: int
    exit_code: int


def cost_of(command: Sequence[str], output: Path) -> Cost:
    """Run a command once with its standard output in a file. `ru_maxrss` is in KiB on Linux."""
    started = time.perf_counter()
    child = os.fork()
    if child == 0:
        descriptor = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(descriptor, 1)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        os.execvp(command[0], list(command))
    _, status, usage = os.wait4(child, 0)
    return Cost(time.perf_counter() - started, usage.ru_maxrss * 1024, os.waitstatus_to_exitcode(status))


def machine() -> str:
    """Describe this machine."""
    processors = len(os.sched_getaffinity(0))
    return f"{platform.system()} {platform.machine()}, {processors} processors, Python {platform.python_version()}"


def rollout_lint() -> list[str]:
    """Return the command that runs this checkout."""
    return [sys.executable, "-m", "rollout_lint"]
