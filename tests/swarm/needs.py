"""What this machine lacks for a private engine."""

import os
import shutil
import subprocess
import sys

PROGRAMS = ("dockerd", "containerd", "runc", "docker", "busybox", "unshare", "flock", "ldd")


def missing() -> list[str]:
    """What has to be there and is not, in words; empty where the engine suite can run."""
    if not sys.platform.startswith("linux"):
        return ["Linux"]
    lacking = [] if os.geteuid() == 0 else ["root"]
    lacking += [program for program in PROGRAMS if shutil.which(program) is None]
    if shutil.which("docker") and not _deploys_detached():
        lacking.append("a docker CLI that has `docker stack deploy --detach` (26.0 or later)")
    return lacking


def _deploys_detached() -> bool:
    answer = subprocess.run(
        ["docker", "stack", "deploy", "--help"], capture_output=True, text=True, check=False, timeout=30
    )
    return "--detach" in answer.stdout
