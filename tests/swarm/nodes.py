"""Private Swarm of several nodes on one machine: a manager and workers, each in its own namespaces.

The nodes are connected by a bridge in the network namespace of the manager, so that nothing appears on the host.
"""

import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from tests.swarm.api import get
from tests.swarm.engine import PATIENCE_SECONDS, Engine, EngineError, Node, boot
from tests.swarm.installation import Installation

BRIDGE = "nodes"
NETWORK = "192.0.2"
HEARTBEAT = "30s"
"""Time after which a manager asks whether a node is there. A busy machine may need longer than the default."""


@dataclass(frozen=True)
class Swarm:
    """Running Swarm. The first engine is the manager."""

    engines: tuple[Engine, ...]

    @property
    def manager(self) -> Engine:
        """Engine of the manager."""
        return self.engines[0]

    def engine_of(self, node: str) -> Engine:
        """Return the engine of the node with this hostname."""
        return next(each for each in self.engines if each.node.name == node)


@contextmanager
def private_swarm(installation: Installation, nodes: Sequence[Node]) -> Iterator[Swarm]:
    """Run a Swarm for the duration of the block: the first node is the manager."""
    with ExitStack() as stack:
        boots = [stack.enter_context(boot(installation, node)) for node in nodes]
        try:
            swarm = Swarm(tuple(each.wait() for each in boots))
            if len(nodes) > 1:
                _connect(swarm.engines)
            _join(swarm)
            yield swarm
        finally:
            for each in boots:
                each.end()


@contextmanager
def private_engine(installation: Installation, memory: int | None = None) -> Iterator[Engine]:
    """Run a Swarm of one node for the duration of the block. `memory` is the memory of the node in bytes."""
    with private_swarm(installation, [Node(memory=memory)]) as swarm:
        yield swarm.manager


def _connect(engines: Sequence[Engine]) -> None:
    manager, *workers = engines
    links = [f"link add name {BRIDGE} type bridge", f"address add {NETWORK}.1/24 dev {BRIDGE}"]
    for number, worker in enumerate(workers, 2):
        link = f"worker-{number}"
        links += [
            f"link add name {link} type veth peer name eth0 netns {worker.pid}",
            f"link set {link} master {BRIDGE} up",
        ]
    _configure(manager, [*links, f"link set {BRIDGE} up"])
    for number, worker in enumerate(workers, 2):
        _configure(worker, [f"address add {NETWORK}.{number}/24 dev eth0", "link set eth0 up"])


def _configure(engine: Engine, commands: Sequence[str]) -> None:
    """Run commands of `ip` in the network namespace of a node."""
    done = subprocess.run(
        ["nsenter", f"--net=/proc/{engine.pid}/ns/net", "ip", "-batch", "-"],
        input="\n".join(commands),
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_SECONDS,
    )
    if done.returncode != 0:
        raise EngineError(f"ip: {done.stderr.strip()}")


def _join(swarm: Swarm) -> None:
    manager, *workers = swarm.engines
    address = f"{NETWORK}.1" if workers else "127.0.0.1"
    options = ("--task-history-limit=100", f"--dispatcher-heartbeat={HEARTBEAT}")
    manager.call("swarm", "init", f"--advertise-addr={address}", *options)
    token = manager.call("swarm", "join-token", "--quiet", "worker").strip() if workers else ""
    for number, worker in enumerate(workers, 2):
        worker.call("swarm", "join", f"--token={token}", f"--advertise-addr={NETWORK}.{number}", f"{address}:2377")
    _wait_until_ready(swarm)
    for engine in swarm.engines:
        for name, value in engine.node.labels:
            manager.call("node", "update", f"--label-add={name}={value}", engine.node.name)


def _wait_until_ready(swarm: Swarm) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    names = sorted(engine.node.name for engine in swarm.engines)
    while (ready := _ready_nodes(swarm.manager)) != names:
        if time.monotonic() > deadline:
            raise EngineError(f"ready nodes are {ready}, not {names}")
        time.sleep(0.1)


def _ready_nodes(manager: Engine) -> list[str]:
    nodes = (each for each in get(manager, "/nodes") if each["Status"]["State"] == "ready")
    return sorted(each["Description"]["Hostname"] for each in nodes)
