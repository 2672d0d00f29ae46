"""The client that deploys a stack decides what a `<<` below other keys overrides (RL046)."""

import subprocess
from collections.abc import Iterator

import pytest

from tests.swarm.engine import Engine
from tests.swarm.installation import Installation
from tests.swarm.nodes import private_engine

pytestmark = pytest.mark.swarm

STACK = b"""version: "3.8"
x-policy: &policy {order: start-first}
services:
  web:
    image: example/web:3
    deploy:
      replicas: 0
      update_config:
        order: stop-first
        <<: *policy
"""
ORDERS = {"20.10": "start-first", "28.5": "stop-first"}


@pytest.fixture
def engine(each_installation: Installation) -> Iterator[Engine]:
    if each_installation.name not in ORDERS:
        pytest.skip(f"the folder of Docker Engine {each_installation.name} has no client")
    with private_engine(each_installation) as started:
        yield started


def test_client_before_28_lets_merge_key_override(engine: Engine, each_installation: Installation) -> None:
    client = each_installation.root / "usr" / "bin" / "docker"
    command = [str(client), "--host", f"unix://{engine.home}/socket", "stack", "deploy", "--compose-file=-", "a"]
    subprocess.run(command, input=STACK, check=True, capture_output=True, timeout=60)
    order = engine.call("service", "inspect", "a_web", "--format", "{{.Spec.UpdateConfig.Order}}")
    assert order.strip() == ORDERS[each_installation.name]
