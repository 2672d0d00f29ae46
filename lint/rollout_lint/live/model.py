"""A service, its update and its tasks as Docker shows them at one moment.

No `repr` shows values because the spec of a task holds the environment.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime

STACK_LABEL = "com.docker.stack.namespace"
"""Label by which `docker stack deploy` marks the objects of a stack."""

REPLICATED, GLOBAL, REPLICATED_JOB, GLOBAL_JOB = "replicated", "global", "replicated-job", "global-job"


class UpdateState(StrEnum):
    """Known values of `UpdateStatus.State`."""

    COMPLETED = "completed"
    UPDATING = "updating"
    PAUSED = "paused"
    ROLLBACK_STARTED = "rollback_started"
    ROLLBACK_PAUSED = "rollback_paused"
    ROLLBACK_COMPLETED = "rollback_completed"


ROLLED_BACK_STATES = (UpdateState.ROLLBACK_STARTED, UpdateState.ROLLBACK_PAUSED, UpdateState.ROLLBACK_COMPLETED)
FAILED_STATES = (UpdateState.PAUSED, *ROLLED_BACK_STATES)
"""States of a failed update, whatever exit code `docker stack deploy` had."""


@dataclass(frozen=True, slots=True)
class UpdateStatus:
    """Docker's status of the last update; `state` can also be a state that UpdateState does not have."""

    state: str
    started: datetime | None = None
    completed: datetime | None = None
    message: str = ""


@dataclass(frozen=True, slots=True)
class Spec:
    """A service's spec; `document` is the JSON from Docker.

    `labels` are those of the service (`deploy.labels`), `container_labels` those of its containers (`labels`).
    `replicas` is the desired number of tasks of a replicated service, or of completions of a job; None if global.
    """

    name: str = ""
    mode: str = REPLICATED
    replicas: int | None = None
    image: str = ""
    labels: dict[str, str] = field(default_factory=dict, repr=False)
    container_labels: dict[str, str] = field(default_factory=dict, repr=False)
    document: dict[str, Any] = field(default_factory=dict, repr=False)

    @property
    def is_job(self) -> bool:
        """True for a job, whose tasks run once to the end."""
        return self.mode in (REPLICATED_JOB, GLOBAL_JOB)

    def label(self, key: str) -> str | None:
        """Return the value of a label of the service, or else of its containers."""
        return self.labels.get(key, self.container_labels.get(key))


@dataclass(frozen=True, slots=True)
class LiveService:
    """A service as `docker service inspect` shows it. `version` is Swarm's number of the last change.

    `previous` is the spec that a rollback would restore; an automatic rollback leaves None.
    """

    id: str
    spec: Spec
    version: int | None = None
    created: datetime | None = None
    changed: datetime | None = None
    previous: Spec | None = None
    update: UpdateStatus | None = None
    iteration: int | None = None

    @property
    def name(self) -> str:
        """Full name, `STACK_service` for a service of a stack."""
        return self.spec.name or self.id

    @property
    def stack(self) -> str | None:
        """Name of the stack that the service belongs to."""
        return self.spec.labels.get(STACK_LABEL) or None

    @property
    def name_in_stack(self) -> str:
        """Name of the service in the stack file."""
        return self.name.removeprefix(f"{self.stack}_") if self.stack else self.name

    @property
    def state(self) -> str:
        """State of the last update; empty if there was no update, or if the last change needed none."""
        return self.update.state if self.update else ""


@dataclass(frozen=True, slots=True)
class LiveTask:
    """A task as `docker inspect` shows it.

    `slot` is the slot number in a replicated service, and the node in a global one. `changed` is the time of the last
    state report, by the clock of the node. `error` is Docker's message, `spec` the TaskSpec.
    """

    id: str
    service: str = ""
    slot: str = ""
    state: str = ""
    desired_state: str = ""
    error: str = ""
    exit_code: int | None = None
    created: datetime | None = None
    changed: datetime | None = None
    iteration: int | None = None
    spec: dict[str, Any] = field(default_factory=dict, repr=False)

    @property
    def should_run(self) -> bool:
        """True if Swarm wants the task to run, now or soon."""
        return self.desired_state in ("running", "ready")

    @property
    def is_running(self) -> bool:
        """True if the task runs and Swarm wants it to keep running."""
        return self.state == "running" and self.desired_state == "running"

    @property
    def ended_by_itself(self) -> bool:
        """True if the task ended without being stopped."""
        return self.state in ("failed", "rejected", "complete", "orphaned")

    @property
    def waits_for_node(self) -> bool:
        """True if the scheduler gave a reason why no node fits (swarmkit `manager/scheduler/scheduler.go`)."""
        return self.should_run and self.state in ("new", "pending") and bool(self.error)
