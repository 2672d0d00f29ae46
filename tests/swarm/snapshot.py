"""State of a service and its tasks at one moment."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.swarm.api import get
from tests.swarm.engine import Engine
from tests.swarm.stack import RELEASE_LABEL

_ID = re.compile(r"\b[a-z0-9]{25}\b")
_EXAMPLE = re.compile(r"/\S*/example/[^/]+/")
_REASONS = re.compile(r"(?<=no suitable node \().*(?=\))")
_LIMIT = re.compile(r" \(max \d+ per node\)")


@dataclass(frozen=True)
class Task:
    """Task as the engine reports it. `node` is the ID of its node."""

    id: str
    slot: str
    release: str
    state: str
    wanted: str
    error: str
    exit_code: int
    node: str
    container: str

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
    """Service, its update and its tasks. `is_complete` is True if all its tasks run, or a job's tasks finished."""

    update: str
    message: str
    release: str
    tasks: tuple[Task, ...]
    is_complete: bool

    @property
    def running(self) -> frozenset[str]:
        """IDs of the running tasks."""
        return frozenset(task.id for task in self.tasks if task.runs)


def snapshot(engine: Engine, service: str) -> Snapshot:
    """Return the current state of a service."""
    services = get(engine, "/services", status="true", filters={"name": [service]})
    [found] = [each for each in services if each["Spec"]["Name"] == service]
    status = found.get("UpdateStatus") or {}
    return Snapshot(
        update=status.get("State") or "none",
        message=anonymous(status.get("Message") or ""),
        release=found["Spec"]["Labels"].get(RELEASE_LABEL, "none"),
        tasks=tuple(_task(task) for task in get(engine, "/tasks", filters={"service": [service]})),
        is_complete=_is_complete(found),
    )


def replicas(engine: Engine, service: str) -> str:
    """Return REPLICAS in `docker service ls`, without a limit per node."""
    return _LIMIT.sub(
        "", engine.call("service", "ls", "--filter", f"name={service}", "--format", "{{.Replicas}}")
    ).strip()


def anonymous(text: str) -> str:
    """Replace the IDs and folders in a text, which differ between runs, and sort the reasons why no node fits."""
    text = _EXAMPLE.sub("FOLDER/", _ID.sub("ID", text))
    return _REASONS.sub(lambda found: "; ".join(sorted(found[0].split("; "))), text)


def _is_complete(service: Mapping[str, Any]) -> bool:
    status, job = service["ServiceStatus"], service["Spec"]["Mode"].get("ReplicatedJob")
    is_running: bool = 0 < status["DesiredTasks"] == status["RunningTasks"]
    return is_running or (job is not None and status["CompletedTasks"] == job["TotalCompletions"])


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
        node=found.get("NodeID", ""),
        container=status.get("ContainerStatus", {}).get("ContainerID", ""),
    )
