"""Runner of `docker stack config`, which needs no daemon."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

OLDEST = 27
"""First release with file format 3.13, which it uses for a file without `version`."""


@dataclass(frozen=True)
class Answer:
    """Merged stack as YAML, or None if Docker rejects the files; and the error message."""

    merged: str | None
    message: str


def missing_docker() -> str | None:
    """Return the reason why Docker cannot run here, or None."""
    if shutil.which("docker") is None:
        return "needs the docker CLI"
    answer = subprocess.run(["docker", "--version"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"version (\d+)\.", answer)
    if found is None or int(found[1]) < OLDEST:
        return f"needs the docker CLI {OLDEST} or later, found {answer.strip() or 'no version'}"
    return None


def require() -> None:
    """Skip the test if Docker cannot run. Fail it if ROLLOUT_LINT_DOCKER is `required`."""
    reason = missing_docker()
    if reason is not None and os.environ.get("ROLLOUT_LINT_DOCKER") == "required":
        pytest.fail(reason)
    if reason is not None:
        pytest.skip(reason)


def docker_config(files: Sequence[Path], environment: Mapping[str, str]) -> Answer:
    """Run `docker stack config` on the files, with no other variables than `environment`."""
    command = ["docker", "stack", "config", *(part for file in files for part in ("-c", str(file)))]
    clean = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), **environment}
    ran = subprocess.run(command, capture_output=True, check=False, env=clean, stdin=subprocess.DEVNULL)
    merged = ran.stdout.decode(errors="replace") if ran.returncode == 0 else None
    lines = ran.stderr.decode(errors="replace").splitlines()
    return Answer(merged, "\n".join(line for line in lines if "level=warning" not in line))
