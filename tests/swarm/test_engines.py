"""Private engines of all chosen versions: containers, `docker exec` and healthchecks have the image's root."""

import io
import json
import tarfile
from collections.abc import Iterator

import pytest

from tests.swarm.behaviour import READY, steady
from tests.swarm.engine import Engine
from tests.swarm.image import root_file_system
from tests.swarm.installation import Installation
from tests.swarm.nodes import private_engine
from tests.swarm.releases import Release, Site

pytestmark = pytest.mark.swarm

LISTS_ROOT = {"healthcheck": {"test": f"ls / && test -e {READY}", "interval": "1s"}}
MADE_BY_DOCKER = {"dev", "etc", "proc", "sys"}


@pytest.fixture(scope="module")
def engine(each_installation: Installation) -> Iterator[Engine]:
    with private_engine(each_installation) as started:
        yield started


@pytest.fixture(scope="module")
def container(engine: Engine) -> str:
    Site(engine, "root").start(Release(steady(), "old", {}, service=LISTS_ROOT))
    return engine.call("ps", "--quiet").strip()


def test_engine_has_the_chosen_version(engine: Engine, each_installation: Installation) -> None:
    assert each_installation.accepts(engine.version()), engine.version()


def test_exec_sees_the_root_of_the_image(engine: Engine, container: str) -> None:
    assert set(engine.call("exec", container, "ls", "/").split()) == image_root()


def test_healthcheck_sees_the_root_of_the_image(engine: Engine, container: str) -> None:
    health = json.loads(engine.call("inspect", "--format={{json .State.Health}}", container))
    assert set(health["Log"][-1]["Output"].split()) == image_root()


def image_root() -> set[str]:
    with tarfile.open(fileobj=io.BytesIO(root_file_system())) as archive:
        return {name.split("/")[0] for name in archive.getnames()} | MADE_BY_DOCKER
