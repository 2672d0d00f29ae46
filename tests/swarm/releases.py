"""Stack of one service on a private engine, with releases that `rollout-lint await` watches."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.swarm.engine import PATIENCE_SECONDS, Engine, EngineError
from tests.swarm.image import IMAGE
from tests.swarm.needs import waits_unless_detached
from tests.swarm.stack import VERSION

if TYPE_CHECKING:
    from tests.swarm.behaviour import Behaviour

PROGRAM = str(Path(sys.executable).with_name("rollout-lint"))
LABEL = "release"


@dataclass(frozen=True)
class Awaited:
    """Result of `rollout-lint await`."""

    exit_code: int
    stdout: str
    stderr: str

    @property
    def service(self) -> Any:
        """The only service of the JSON document."""
        [service] = json.loads(self.stdout)["services"]
        return service


@dataclass(frozen=True)
class Release:
    """Release of the service. `service` and `deploy` are additional keys."""

    behaviour: Behaviour
    name: str
    update: dict[str, Any]
    is_checked: bool = True
    service: dict[str, Any] = field(default_factory=dict)
    deploy: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Site:
    """Stack on an engine."""

    engine: Engine
    name: str

    def deploy(self, release: Release) -> None:
        """Deploy a release as a CI job does. `docker stack deploy` must return 0."""
        detached = ("--detach=true",) if waits_unless_detached() else ()
        options = (*detached, "--resolve-image=never", "--compose-file=-")
        self.engine.call("stack", "deploy", *options, self.name, stdin=self.text(release).encode())

    @staticmethod
    def text(release: Release) -> str:
        """Return the stack file of a release."""
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
            "version": VERSION,
            "services": {"app": service},
            "networks": {"engine": {"external": True, "name": "host"}},
            "volumes": {"data": {}} if "volumes" in service else {},
        }
        return json.dumps(document).replace("$", "$$")

    def begin(self, *options: str, stderr: int = subprocess.PIPE) -> subprocess.Popen[str]:
        """Start `rollout-lint await`."""
        command = [PROGRAM, "await", self.name, "--settle=2s", "--timeout=4m", *options]
        return subprocess.Popen(command, env=self.environment, stdout=subprocess.PIPE, stderr=stderr, text=True)

    def begin_until(self, status: str, *options: str) -> subprocess.Popen[str]:
        """Start `rollout-lint await` on a terminal. Return as soon as its status line contains a text."""
        terminal, stderr = pty.openpty()
        process = self.begin(*options, stderr=stderr)
        os.close(stderr)
        shown = ""
        try:
            while status not in shown:
                shown += os.read(terminal, 4096).decode()
        except OSError as error:
            stdout, _ = process.communicate()
            raise EngineError(f"{status!r} was never shown: {shown} {stdout}") from error
        finally:
            os.close(terminal)
        return process

    def wait(self, *options: str) -> Awaited:
        """Run `rollout-lint await` to its end."""
        return wait_for(self.begin(*options))

    def upgrade(self, old: Release, new: Release, *options: str) -> Awaited:
        """Deploy the new release after the old one runs, and await the update."""
        self.start(old)
        self.deploy(new)
        return self.wait(*options)

    def start(self, release: Release) -> None:
        """Deploy a release and wait until it runs."""
        self.deploy(release)
        awaited = self.wait()
        if awaited.exit_code != 0:
            raise EngineError(awaited.stdout + awaited.stderr)

    @property
    def running(self) -> list[str]:
        """IDs of the running tasks."""
        shown = self.engine.call(
            "service", "ps", f"{self.name}_app", "--no-trunc", "--format={{.ID}} {{.CurrentState}}"
        )
        return [line.split()[0] for line in shown.splitlines() if line.split()[1] == "Running"]

    @property
    def environment(self) -> dict[str, str]:
        """Environment in which the docker CLI uses this engine."""
        home = str(self.engine.home)
        return os.environ | {"DOCKER_HOST": f"unix://{home}/socket", "DOCKER_CONFIG": home}


def wait_for(begun: subprocess.Popen[str]) -> Awaited:
    """Wait until the process ends and return its result."""
    with begun:
        stdout, stderr = begun.communicate(timeout=2 * PATIENCE_SECONDS)
        return Awaited(begun.returncode, stdout, stderr or "")
