"""Traces of a private Swarm on the machine: processes, namespaces, mounts, cgroups and folders."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.swarm.cgroup import MOUNT
from tests.swarm.nodes import Swarm

PROC = Path("/proc")


@dataclass(frozen=True)
class Traces:
    """Folders of the nodes, and the namespaces of their processes."""

    folders: tuple[Path, ...]
    namespaces: frozenset[str]

    def remaining(self) -> list[str]:
        """Return what is left on the machine."""
        names = [folder.name for folder in self.folders]
        cgroups = (f"{folder}/{name}" for folder, names_there, _ in os.walk(MOUNT) for name in names_there)
        mounts = (PROC / "self" / "mountinfo").read_text("utf-8").splitlines()
        return [
            *(str(folder) for folder in self.folders if folder.exists()),
            *(cgroup for cgroup in cgroups if cgroup.endswith(tuple(names))),
            *(line for line in mounts if any(name in line for name in names)),
            *(f"process {pid} in {each}" for pid in processes() for each in self.namespaces & namespaces(pid)),
        ]


def traces(swarm: Swarm) -> Traces:
    """Return the traces of a running Swarm. Its containers are in the network namespaces of the nodes."""
    networks = {str((PROC / str(engine.pid) / "ns" / "net").readlink()) for engine in swarm.engines}
    found = [each for pid in processes() if networks & (each := namespaces(pid))]
    return Traces(tuple(engine.home for engine in swarm.engines), frozenset().union(*found) - namespaces("self"))


def processes() -> Iterator[str]:
    """Yield the IDs of all processes."""
    return (path.name for path in PROC.iterdir() if path.name.isdigit())


def namespaces(pid: str) -> frozenset[str]:
    """Return the namespaces of a process, such as `net:[4026531840]`, or nothing if it has ended."""
    try:
        return frozenset(str(link.readlink()) for link in (PROC / pid / "ns").iterdir())
    except OSError:
        return frozenset()


def interfaces() -> set[str]:
    """Return the network interfaces of the host."""
    return {path.name for path in Path("/sys/class/net").iterdir()}
