"""A stack of one service on a private engine, deployed release by release, and awaited by the command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.swarm.engine import Engine, EngineError
from tests.swarm.image import IMAGE
from tests.swarm.needs import waits_unless_detached

if TYPE_CHECKING:
    from tests.swarm.behaviour import Behaviour

PROGRAM = str(Path(sys.executable).with_name("rollout-lint"))
LABEL = "release"


@dataclass(frozen=True)
class Awaited:
    """What `rollout-lint await` did."""

    exit_code: int
    stdout: str
    stderr: str

    @property
    def service(self) -> Any:
        """The one service of the JSON document."""
        [service] = json.loads(self.stdout)["services"]
        return service


@dataclass(frozen=True)
class Release:
    """A release of the one service; `service` and `deploy` are further keys of it."""

    behaviour: Behaviour
    name: str
    update: dict[str, Any]
    is_checked: bool = True
    service: dict[str, Any] = field(default_factory=dict)
    deploy: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Site:
    """A stack called `name`."""

    engine: Engine
    name: str

    def deploy(self, release: Release) -> None:
        """Deploy, as a CI does: `docker stack deploy` has to return 0."""
        detached = ("--detach=true",) if waits_unless_detached() else ()
        options = (*detached, "--resolve-image=never", "--compose-file=-")
        self.engine.call("stack", "deploy", *options, self.name, stdin=self.text(release).encode())

    @staticmethod
    def text(release: Release) -> str:
        """The stack file of a release."""
        service = {
            "image": IMAGE,
            "command": release.behaviour.command(),
            "labels": {LABEL: release.name},
            "networks": ["engine"],
            **({"healthcheck": release.behaviour.healthcheck()} if release.is_checked else {}),
            **release.service,
            "deploy": {"labels": {LABEL: release.name}, "update_config": release.update, **release.deploy},
        }
        document = {
            "version": "3.8",
            "services": {"app": service},
            "networks": {"engine": {"external": True, "name": "host"}},
            "volumes": {"data": {}} if "volumes" in service else {},
        }
        return json.dumps(document).replace("$", "$$")

    def begin(self, *options: str) -> subprocess.Popen[str]:
        """Start to wait."""
        command = [PROGRAM, "await", self.name, "--settle=2s", "--timeout=90s", *options]
        return subprocess.Popen(
            command, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def wait(self, *options: str) -> Awaited:
        """Wait until it is over."""
        return end(self.begin(*options))

    def upgrade(self, old: Release, new: Release, *options: str) -> Awaited:
        """Deploy the new release once the old one runs, and wait."""
        self.start(old)
        self.deploy(new)
        return self.wait(*options)

    def start(self, release: Release) -> None:
        """Deploy, and wait until it runs."""
        self.deploy(release)
        awaited = self.wait()
        if awaited.exit_code != 0:
            raise EngineError(awaited.stdout + awaited.stderr)

    @staticmethod
    def pause(seconds: float) -> None:
        """Let the engine, and whoever waits, go on."""
        time.sleep(seconds)

    @property
    def running(self) -> list[str]:
        """The ids of the tasks that run."""
        shown = self.engine.call(
            "service", "ps", f"{self.name}_app", "--no-trunc", "--format={{.ID}} {{.CurrentState}}"
        )
        return [line.split()[0] for line in shown.splitlines() if line.split()[1] == "Running"]

    @property
    def environment(self) -> dict[str, str]:
        """In which the user's docker command finds this engine."""
        home = str(self.engine.home)
        return os.environ | {"DOCKER_HOST": f"unix://{home}/socket", "DOCKER_CONFIG": home}


def end(begun: subprocess.Popen[str]) -> Awaited:
    """Wait for the command to end."""
    with begun:
        stdout, stderr = begun.communicate(timeout=180)
        return Awaited(begun.returncode, stdout, stderr)
