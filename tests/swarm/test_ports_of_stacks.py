"""Ports that two stacks publish, as `sweep` reports them."""

from collections.abc import Iterator

import pytest

from tests.swarm.engine import Engine
from tests.swarm.installation import Installation
from tests.swarm.nodes import private_engine

pytestmark = pytest.mark.swarm


@pytest.fixture
def engine(each_installation: Installation) -> Iterator[Engine]:
    with private_engine(each_installation) as started:
        yield started


def deploy(engine: Engine, name: str, mode: str, port: int) -> str:
    """Deploy a stack that publishes a port, and return Docker's error, or nothing."""
    ports = f"[{{target: 80, published: {port}, mode: {mode}}}]"
    text = f'version: "3.8"\nservices: {{web: {{image: a, ports: {ports}, deploy: {{replicas: 0}}}}}}\n'
    options = ("--resolve-image=never", "--compose-file=-")
    done = engine.docker("stack", "deploy", *options, name, stdin=text.encode())
    return done.stderr.decode() if done.returncode else ""


def test_ingress_port_belongs_to_one_stack(engine: Engine) -> None:
    assert deploy(engine, "a", "ingress", 80) == ""
    for name, mode in (("b", "ingress"), ("c", "host")):
        assert "port '80' is already in use by service 'a_web'" in deploy(engine, name, mode, 80)


def test_host_port_can_be_that_of_two_stacks(engine: Engine) -> None:
    assert deploy(engine, "a", "host", 80) == deploy(engine, "b", "host", 80) == ""
    assert "port '80' is already in use by service" in deploy(engine, "c", "ingress", 80)
