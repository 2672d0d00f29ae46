"""What the engine suite is told by its environment, and what this machine lacks for it."""

import os
import shutil
import subprocess
import sys
from functools import cache

EVIDENCE = "ROLLOUT_LINT_EVIDENCE"
"""The variable that names the file into which the table of what was seen is written."""

PROGRAMS = ("dockerd", "containerd", "runc", "docker", "busybox", "unshare", "flock", "ldd")


def missing() -> list[str]:
    """What has to be there and is not, in words; empty where the engine suite can run."""
    if not sys.platform.startswith("linux"):
        return ["Linux"]
    lacking = [] if os.geteuid() == 0 else ["root"]
    lacking += [program for program in PROGRAMS if shutil.which(program) is None]
    if shutil.which("docker") and not _configures():
        lacking.append("a docker CLI whose `docker stack config` needs no `version` in a file, such as 27.0 or later")
    return lacking


@cache
def waits_unless_detached() -> bool:
    """Whether the docker CLI has `docker stack deploy --detach`; an older one never waits."""
    return "--detach" in _docker("stack", "deploy", "--help").stdout


def _configures() -> bool:
    return _docker("stack", "config", "--compose-file=-", stdin="services: {a: {image: a}}").returncode == 0


def _docker(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(["docker", *arguments], input=stdin, capture_output=True, text=True, check=False, timeout=30)
