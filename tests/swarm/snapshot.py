"""State of a service and its tasks at one moment."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.swarm.engine import Engine
from tests.swarm.stack import RELEASE_LABEL

_ID = re.compile(r"\b[a-z0-9]{25}\b")


@dataclass(frozen=True)
class Task:
    """Task as the engine reports it."""

    id: str
    slot: str
    release: str
    state: str
    wanted: str
    error: str
    exit_code: int

    @property
    def runs(self) -> bool:
        """True if the task runs and must keep running."""
        return self.state == "running" and self.wanted == "running"

    @property
    def ended(self) -> bool:
        """True if the task ended although Swarm did not stop it."""
        return self.state in {"failed", "rejected", "complete"}


@dataclass(frozen=True)
class Snapshot:
    """Service, its update, its tasks, and its REPLICAS in `docker service ls`."""

    update: str
    message: str
    release: str
    tasks: tuple[Task, ...]
    replicas: str

    @property
    def running(self) -> frozenset[str]:
        """IDs of the running tasks."""
        return frozenset(task.id for task in self.tasks if task.runs)


def snapshot(engine: Engine, service: str) -> Snapshot:
    """Return the current state of a service."""
    [found] = json.loads(engine.call("service", "inspect", service))
    status = found.get("UpdateStatus") or {}
    ids = engine.call("service", "ps", "--quiet", "--no-trunc", service).split()
    # If a task was removed meanwhile, this call fails but prints the other tasks.
    tasks = json.loads(engine.docker("inspect", "--type", "task", *ids).stdout or "[]") if ids else []
    return Snapshot(
        update=status.get("State") or "none",
        message=anonymous(status.get("Message") or ""),
        release=found["Spec"]["Labels"].get(RELEASE_LABEL, "none"),
        tasks=tuple(_task(task) for task in tasks),
        replicas=engine.call("service", "ls", "--filter", f"name={service}", "--format", "{{.Replicas}}").strip(),
    )


def anonymous(text: str) -> str:
    """Replace the IDs in a text, which differ between runs."""
    return _ID.sub("ID", text)


def _task(found: Mapping[str, Any]) -> Task:
    status = found["Status"]
    return Task(
        id=found["ID"],
        slot=str(found.get("Slot") or found.get("NodeID") or ""),
        release=found["Spec"]["ContainerSpec"]["Labels"].get(RELEASE_LABEL, "none"),
        state=status["State"],
        wanted=found["DesiredState"],
        error=anonymous(status.get("Err") or ""),
        exit_code=status.get("ContainerStatus", {}).get("ExitCode", 0),
    )
