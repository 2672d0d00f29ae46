"""Private engine in its own namespaces. It ends with the process that started it."""

import os
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from tests.swarm.api import ApiError, get
from tests.swarm.cgroup import MemoryBudget
from tests.swarm.image import IMAGE, root_file_system
from tests.swarm.installation import Installation

PATIENCE_SECONDS = 240
"""Bound of each wait that polls a state or ends with a process. Only a failure takes as long."""
FIRST = "node-1"
HOME = "/mnt"
"""Folder of an engine in its own namespaces."""

# Runs in the network namespace of the node, and outside its other namespaces. Removes the cgroups and the folder after
# the engine ends for any reason.
_SUPERVISOR = """
unshare --mount --uts --pid --fork --kill-child --mount-proc sh -c "$1" boot "$2" "$3" "$4" "$5"
find /sys/fs/cgroup -depth -type d -path "/sys/fs/cgroup/*$3*" -exec rmdir {} +
rm -rf "$2"
"""

# The first process in the namespaces. It ends with dockerd or at the end of its input, and then all
# other processes in the namespaces end. The engine's root becomes the root by pivot_root: after chroot,
# `docker exec` and healthchecks would run in the host's root. The engine's folder is /mnt.
_BOOT = """
set -e
exec 3<&0
export PATH="$PATH:/usr/sbin:/usr/bin:/sbin:/bin"
if [ -e "$1/meminfo" ]; then busybox mount -o bind "$1/meminfo" /proc/meminfo; fi
busybox hostname "$4"
busybox mount -o bind "$1" /mnt
if [ "$3" != / ]; then
    busybox mount -o bind "$3" "$3"
    for place in proc sys dev mnt; do busybox mount -o rbind /$place "$3/$place"; done
    cd "$3"
    busybox pivot_root . .
    busybox umount -l .
    busybox mount -o remount,bind,ro /
    busybox mount -t tmpfs none /tmp
fi
for place in /run /opt /etc/docker /var/lib/docker; do
    if [ -d $place ]; then busybox mount -t tmpfs none $place; fi
done
busybox ip link set lo up
{ busybox cat <&3 >/dev/null; kill -KILL -1; } &
exec 3<&-
export HOME=/mnt TMPDIR=/mnt
cd /mnt
dockerd --config-file /mnt/daemon.json --data-root /mnt/data --exec-root /mnt/exec --pidfile /mnt/pid \\
    --host unix:///mnt/socket --storage-driver vfs --iptables=false --ip6tables=false --bridge=none \\
    --exec-opt native.cgroupdriver=cgroupfs --cgroup-parent="/$2" </dev/null
"""


class EngineError(Exception):
    """Failed start of the private engine, or failed call to it."""


@dataclass(frozen=True)
class Node:
    """Node of a private Swarm: its hostname, its memory in bytes (by default the host's), and its labels."""

    name: str = FIRST
    memory: int | None = None
    labels: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Engine:
    """Running engine of a node, whose containers share the memory of the budget.

    `pid` is a process in the network namespace of the node.
    """

    home: Path
    node: Node
    budget: MemoryBudget | None
    pid: int

    def docker(
        self, *arguments: str, stdin: bytes = b"", variables: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[bytes]:
        """Run the docker CLI on this engine. `variables` are for stack files. The caller checks the exit code."""
        return docker(self.home, "--host", f"unix://{self.home}/socket", *arguments, stdin=stdin, variables=variables)

    def call(self, *arguments: str, stdin: bytes = b"") -> str:
        """Run the docker CLI on this engine and return its output. Raise EngineError if it fails."""
        done = self.docker(*arguments, stdin=stdin)
        if done.returncode != 0:
            raise EngineError(f"docker {' '.join(arguments)}: {done.stderr.decode().strip()}")
        return done.stdout.decode()

    def version(self) -> str:
        """Return the version of the engine."""
        return str(get(self, "/version")["Version"])


def docker(
    home: Path, *arguments: str, stdin: bytes = b"", variables: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Run the docker CLI without the user's environment and configuration."""
    return subprocess.run(
        ["docker", *arguments],
        env=_environment(home) | dict(variables or {}),
        input=stdin,
        capture_output=True,
        check=False,
        timeout=PATIENCE_SECONDS,
    )


@dataclass(frozen=True)
class Boot:
    """Engine that starts. `supervisor` ends after it, and before that at the end of its input."""

    engine: Engine
    installation: Installation
    supervisor: subprocess.Popen[bytes]
    log: IO[bytes]

    def wait(self) -> Engine:
        """Return the engine as soon as it answers and has the image."""
        _wait(self.engine, self.supervisor, self.log)
        if not self.installation.accepts(self.engine.version()):
            raise EngineError(f"the engine is {self.engine.version()}, not {self.installation.name}")
        self.engine.call("import", "-", IMAGE, stdin=root_file_system())
        return self.engine

    def end(self) -> None:
        """Begin to end the engine."""
        assert self.supervisor.stdin is not None
        self.supervisor.stdin.close()


@contextmanager
def boot(installation: Installation, node: Node) -> Iterator[Boot]:
    """Start an engine that is in no Swarm, and end it at the end of the block."""
    home = Path(tempfile.mkdtemp(prefix="rl-"))
    name = f"rollout-lint-{home.name}"
    budget = MemoryBudget(name, node.memory) if node.memory is not None else None
    _write_config(home, budget)
    with tempfile.TemporaryFile() as log, _supervised(home, name, installation, node, log) as supervisor:
        if budget:
            budget.create()
        yield Boot(Engine(home, node, budget, supervisor.pid), installation, supervisor, log)


def _write_config(home: Path, budget: MemoryBudget | None) -> None:
    (home / "daemon.json").write_text("{}")
    if budget:
        (home / "meminfo").write_text(f"MemTotal: {budget.limit // 1024} kB\n")


@contextmanager
def _supervised(
    home: Path, cgroup: str, installation: Installation, node: Node, log: IO[bytes]
) -> Iterator[subprocess.Popen[bytes]]:
    arguments = (_BOOT, str(home), cgroup, str(installation.root), node.name)
    supervisor = subprocess.Popen(
        ["unshare", "--net", "sh", "-c", _SUPERVISOR, "supervisor", *arguments],
        env=_environment(home),
        stdin=subprocess.PIPE,
        stdout=log,
        stderr=log,
        start_new_session=True,
    )
    with supervisor:
        yield supervisor


def _wait(engine: Engine, supervisor: subprocess.Popen[bytes], log: IO[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not _answers(engine):
        if supervisor.poll() is not None or time.monotonic() > deadline:
            raise EngineError(f"dockerd did not start:\n{_tail(log)}")
        time.sleep(0.1)


def _answers(engine: Engine) -> bool:
    try:
        return bool(engine.version())
    except (OSError, ApiError):
        return False


def _tail(log: IO[bytes]) -> str:
    return os.pread(log.fileno(), 1 << 20, 0).decode(errors="replace")[-4000:]


def _environment(home: Path) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "HOME": str(home), "TMPDIR": str(home), "DOCKER_CONFIG": str(home)}
