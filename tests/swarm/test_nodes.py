"""Private Swarm of three nodes: what its nodes are like, and what is left of it."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.swarm.api import get
from tests.swarm.behaviour import size, steady
from tests.swarm.engine import PATIENCE_SECONDS, Engine, Node
from tests.swarm.installation import Installation
from tests.swarm.nodes import Swarm, private_swarm
from tests.swarm.releases import Release, Site
from tests.swarm.test_engines import image_root
from tests.swarm.traces import Traces, interfaces, traces

pytestmark = pytest.mark.swarm

NODES = (Node("node-1"), Node("node-2", size("1G"), (("disk", "ssd"),)), Node("node-3", size("512M")))
EVERYWHERE = {"mode": "global"}
RUN_UNTIL_KILLED = """
import json, sys, time
from tests.swarm.installation import install
from tests.swarm.nodes import private_swarm
from tests.swarm.test_nodes import NODES, start_everywhere
from tests.swarm.traces import traces
with private_swarm(install(sys.argv[1]), NODES) as swarm:
    start_everywhere(swarm)
    seen = traces(swarm)
    print(json.dumps([list(map(str, seen.folders)), list(seen.namespaces)]), flush=True)
    time.sleep(1000)
"""


@pytest.fixture(scope="module")
def swarm(each_installation: Installation) -> Iterator[Swarm]:
    before = interfaces()
    with private_swarm(each_installation, NODES) as started:
        start_everywhere(started)
        seen = traces(started)
        yield started
    assert (seen.remaining(), interfaces() - before) == ([], set())


def start_everywhere(swarm: Swarm) -> None:
    """Run a task on each node."""
    Site(swarm.manager, "root").start(Release(steady(), "old", {}, deploy=EVERYWHERE))


def test_nodes_are_ready_with_their_roles_and_names(swarm: Swarm, each_installation: Installation) -> None:
    found = {each["Description"]["Hostname"]: each for each in get(swarm.manager, "/nodes")}
    assert {name: each["Spec"]["Role"] for name, each in found.items()} == {
        "node-1": "manager",
        "node-2": "worker",
        "node-3": "worker",
    }
    assert {each["Status"]["State"] for each in found.values()} == {"ready"}
    assert found["node-2"]["Spec"]["Labels"] == {"disk": "ssd"}
    memories = [found[each.name]["Description"]["Resources"]["MemoryBytes"] for each in NODES]
    assert memories[1:] == [size("1G"), size("512M")]
    assert memories[0] not in memories[1:]
    versions = [each["Description"]["Engine"]["EngineVersion"] for each in found.values()]
    assert all(map(each_installation.accepts, versions)), versions


@pytest.mark.parametrize("node", NODES, ids=lambda node: node.name)
def test_container_on_each_node_has_the_image(swarm: Swarm, node: Node) -> None:
    engine = swarm.engine_of(node.name)
    container = engine.call("ps", "--quiet").strip()
    assert set(engine.call("exec", container, "ls", "/").split()) == image_root()


def test_nodes_have_ports_of_their_own(swarm: Swarm) -> None:
    """Listen on one port of each node, and reach the other nodes over the bridge."""
    for engine in swarm.engines:
        _run(engine, "httpd -p 7310")
    reached = [
        _run(swarm.engines[1], f"nc -w 9 192.0.2.{number} 7310 </dev/null && echo {number}") for number in (1, 2, 3)
    ]
    assert reached == ["1", "2", "3"]


def _run(engine: Engine, script: str) -> str:
    container = engine.call("ps", "--quiet").strip()
    return engine.call("exec", container, "sh", "-c", script).strip()


def test_killed_test_process_leaves_nothing(installation: Installation) -> None:
    before = interfaces()
    command = [sys.executable, "-c", RUN_UNTIL_KILLED, installation.name]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        folders, namespaces = json.loads(process.stdout.readline())
        seen = Traces(tuple(map(Path, folders)), frozenset(namespaces))
        assert {line.split()[0] for line in seen.remaining()} >= {"process", *folders}
        process.kill()
    deadline = time.monotonic() + PATIENCE_SECONDS
    while remaining := seen.remaining():
        assert time.monotonic() < deadline, remaining
        time.sleep(0.2)
    assert interfaces() - before == set()
