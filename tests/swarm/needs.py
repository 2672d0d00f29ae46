"""Requirements of the engine suite."""

import os
import shutil
import subprocess
import sys
from functools import cache

from tests.swarm.installation import CHOICE, MACHINE, chosen, is_unpacked

EVIDENCE = "ROLLOUT_LINT_EVIDENCE"
"""Variable that names the file for the evidence table."""

PROGRAMS = ("docker", "busybox", "unshare", "nsenter", "ip", "flock", "ldd")
DAEMONS = ("dockerd", "containerd", "runc")
UNPACKERS = ("apt-get", "chroot", "mmdebstrap")


def are_required() -> bool:
    """Return True if tests must fail, not skip, without their engine."""
    return CHOICE in os.environ


def all_missing() -> list[str]:
    """Return the missing requirements of all chosen engines."""
    return list(dict.fromkeys(each for name in chosen() for each in missing(name)))


def missing(name: str) -> list[str]:
    """Return the missing requirements of an engine. An empty list means that its tests can run."""
    if not sys.platform.startswith("linux"):
        return ["Linux"]
    found = [] if os.geteuid() == 0 else ["root"]
    others = DAEMONS if name == MACHINE else () if is_unpacked(name) else UNPACKERS
    found += [program for program in (*PROGRAMS, *others) if shutil.which(program) is None]
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
