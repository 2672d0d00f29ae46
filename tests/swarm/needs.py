"""Requirements of the engine suite."""

import os
import shutil
import subprocess
import sys
from functools import cache

EVIDENCE = "ROLLOUT_LINT_EVIDENCE"
"""Variable that names the file for the evidence table."""

PROGRAMS = ("dockerd", "containerd", "runc", "docker", "busybox", "unshare", "flock", "ldd")


def missing() -> list[str]:
    """Return the missing requirements. An empty list means that the engine suite can run."""
    if not sys.platform.startswith("linux"):
        return ["Linux"]
    found = [] if os.geteuid() == 0 else ["root"]
    found += [program for program in PROGRAMS if shutil.which(program) is None]
    if shutil.which("docker") and not _accepts_missing_version():
        found.append("a docker CLI whose `docker stack config` needs no `version` in a file, such as 27.0 or later")
    return found


@cache
def waits_unless_detached() -> bool:
    """Return True if the CLI has `docker stack deploy --detach`. Older versions never wait."""
    return "--detach" in _docker("stack", "deploy", "--help").stdout


def _accepts_missing_version() -> bool:
    return _docker("stack", "config", "--compose-file=-", stdin="services: {a: {image: a}}").returncode == 0


def _docker(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(["docker", *arguments], input=stdin, capture_output=True, text=True, check=False, timeout=30)
