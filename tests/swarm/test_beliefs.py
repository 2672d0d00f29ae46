"""Common misconceptions about `docker stack deploy`, disproved on an engine."""

import subprocess
import time
from collections.abc import Callable, Iterator

import pytest

from tests.swarm.behaviour import Behaviour, crashes_after, steady
from tests.swarm.engine import PATIENCE_SECONDS, Engine
from tests.swarm.installation import Installation
from tests.swarm.needs import waits_unless_detached
from tests.swarm.nodes import private_engine
from tests.swarm.snapshot import Snapshot, snapshot
from tests.swarm.stack import deployable

pytestmark = pytest.mark.swarm

STACK, SERVICE = "misconception", "app"
ROLLS_BACK = {
    "version": "3.13",
    "services": {
        SERVICE: {
            "healthcheck": {"test": ["CMD", "true"]},
            "deploy": {"update_config": {"failure_action": "rollback", "order": "start-first"}},
        }
    },
}


@pytest.fixture
def engine(installation: Installation) -> Iterator[Engine]:
    with private_engine(installation) as started:
        yield started


def test_update_config_does_not_watch_a_first_deploy(engine: Engine) -> None:
    assert deploy(engine, crashes_after(1), "new").returncode == 0
    now = until(engine, lambda now: sum(task.ended for task in now.tasks) >= 2)
    assert (now.update, now.release) == ("none", "new")


def test_a_deploy_that_waits_for_a_rollback_still_returns_0(engine: Engine) -> None:
    deploy(engine, steady(), "old")
    until(engine, lambda now: bool(now.running))
    waiting = ("--detach=false",) if waits_unless_detached() else ()
    done = deploy(engine, crashes_after(1), "new", *waiting)
    assert done.returncode == 0, done.stderr
    now = until(engine, lambda now: now.update == "rollback_completed")
    assert now.release == "old"


def deploy(engine: Engine, behaviour: Behaviour, release: str, *options: str) -> subprocess.CompletedProcess[bytes]:
    stack = deployable(ROLLS_BACK, SERVICE, behaviour, release)
    return engine.docker(
        "stack", "deploy", *options, "--resolve-image=never", "--compose-file=-", STACK, stdin=stack.encode()
    )


def until(engine: Engine, holds: Callable[[Snapshot], bool]) -> Snapshot:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not holds(now := snapshot(engine, f"{STACK}_{SERVICE}")):
        assert time.monotonic() < deadline, now
        time.sleep(0.3)
    return now
