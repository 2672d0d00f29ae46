"""Answers of `docker stack deploy`: every deploy proof, and each case of `tests/deploy_cases.py`."""

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.deploy_cases import ACCEPTED, REJECTED
from tests.swarm.deploy_proof import DeployCase, deploy, deploy_case, deploy_cases, is_expected
from tests.swarm.engine import Engine
from tests.swarm.image import IMAGE
from tests.swarm.installation import Installation
from tests.swarm.nodes import private_engine

pytestmark = pytest.mark.swarm

CASES = deploy_cases()


@pytest.fixture(scope="module")
def engine(each_installation: Installation) -> Iterator[Engine]:
    with private_engine(each_installation) as started:
        yield started


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_deploy_proof(case: DeployCase, engine: Engine) -> None:
    answer = deploy_case(engine, case)
    assert is_expected(case, answer), answer


@pytest.mark.parametrize("number", range(len(REJECTED)), ids=list(REJECTED))
def test_engine_rejects_stack_with_message(number: int, engine: Engine) -> None:
    stack, words = list(REJECTED.values())[number]
    answer = deploy(engine, f"rejected-{number}", {"compose.yml": stack})
    assert words.lower() in (answer or "accepted").lower()


@pytest.mark.parametrize("number", range(len(ACCEPTED)), ids=list(ACCEPTED))
def test_engine_accepts_stack(number: int, engine: Engine) -> None:
    stack = list(ACCEPTED.values())[number]
    assert deploy(engine, f"accepted-{number}", {"compose.yml": stack}) is None


def test_volume_keeps_the_options_of_the_first_deploy(engine: Engine) -> None:
    for size in ("10m", "20m"):
        done = engine.docker(
            "stack", "deploy", "--compose-file=-", "--resolve-image=never", "kept", stdin=with_volume(size).encode()
        )
        assert done.returncode == 0, done.stderr
        wait_for_release(engine, size)
    assert json.loads(engine.call("volume", "inspect", "--format", "{{json .Options}}", "kept_data"))["o"] == "size=10m"


def with_volume(size: str) -> str:
    """Return a stack with a volume of this size, whose task has it in its environment."""
    service: dict[str, Any] = {"image": IMAGE, "command": ["sleep", "1000"], "stop_grace_period": "1s"}
    service |= {"networks": ["engine"], "environment": {"SIZE": size}, "volumes": ["data:/data"]}
    options = {"type": "tmpfs", "device": "tmpfs", "o": f"size={size}"}
    stack = {"services": {"app": service}, "volumes": {"data": {"driver_opts": options}}}
    return json.dumps(stack | {"networks": {"engine": {"external": True, "name": "host"}}})


def wait_for_release(engine: Engine, size: str) -> None:
    """Wait until a task with this size runs."""
    deadline = time.monotonic() + 60
    while True:
        tasks = engine.call("service", "ps", "--quiet", "--filter", "desired-state=running", "kept_app").split()
        states = [json.loads(engine.call("inspect", "--format", "{{json .}}", task)) for task in tasks]
        running = [each for each in states if each["Status"]["State"] == "running"]
        if any(f"SIZE={size}" in each["Spec"]["ContainerSpec"]["Env"] for each in running):
            return
        assert time.monotonic() < deadline, states
        time.sleep(0.3)
