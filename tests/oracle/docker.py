"""`docker stack config`, which needs no daemon: whether Docker takes files, and what it makes of them."""

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
"""The first release whose latest version of the file format is 3.13, and to which a missing version means that."""


@dataclass(frozen=True)
class Answer:
    """The merged stack as YAML, None where Docker refuses; and what it said."""

    merged: str | None
    said: str


def why_not() -> str | None:
    """Why Docker cannot be asked here, None where it can."""
    if shutil.which("docker") is None:
        return "needs the docker CLI"
    answer = subprocess.run(["docker", "--version"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"version (\d+)\.", answer)
    if found is None or int(found[1]) < OLDEST:
        return f"needs the docker CLI {OLDEST} or later, and this one says {answer.strip() or 'nothing'}"
    return None


def require() -> None:
    """Skip the test where Docker cannot be asked; fail it where ROLLOUT_LINT_DOCKER says that it must be."""
    reason = why_not()
    if reason is not None and os.environ.get("ROLLOUT_LINT_DOCKER") == "required":
        pytest.fail(reason)
    if reason is not None:
        pytest.skip(reason)


def docker_says(files: Sequence[Path], environment: Mapping[str, str]) -> Answer:
    """What `docker stack config` answers for the files in their order, in this environment and no other."""
    command = ["docker", "stack", "config", *(part for file in files for part in ("-c", str(file)))]
    clean = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), **environment}
    ran = subprocess.run(command, capture_output=True, check=False, env=clean, stdin=subprocess.DEVNULL)
    merged = ran.stdout.decode(errors="replace") if ran.returncode == 0 else None
    said = ran.stderr.decode(errors="replace").splitlines()
    return Answer(merged, "\n".join(line for line in said if "level=warning" not in line))
