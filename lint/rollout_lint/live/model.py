"""What an engine says of a service, of its update and of its tasks at one moment.

Nothing here shows its values in a `repr`, for the spec of a task holds the environment.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime

NAMESPACE = "com.docker.stack.namespace"
"""The label by which `docker stack deploy` marks what belongs to a stack."""

REPLICATED, GLOBAL, REPLICATED_JOB, GLOBAL_JOB = "replicated", "global", "replicated-job", "global-job"


@dataclass(frozen=True, slots=True)
class UpdateStatus:
    """The engine's own word on the last update: `state` as it is written there, such as `rollback_completed`."""

    state: str
    started: datetime | None = None
    completed: datetime | None = None
    message: str = ""


@dataclass(frozen=True, slots=True)
class Spec:
    """A service's spec; `document` is the JSON as the engine gave it.

    `labels` are the service's (`deploy.labels`), `container_labels` those of its tasks' containers (`labels`).
    `replicas` are the tasks that a replicated service is to have, or the completions of a job; None for a global one.
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
        """Whether its tasks are to end."""
        return self.mode in (REPLICATED_JOB, GLOBAL_JOB)

    def label(self, key: str) -> str | None:
        """The value of a label of the service, else of its containers; None where neither has it."""
        return self.labels.get(key, self.container_labels.get(key))


@dataclass(frozen=True, slots=True)
class LiveService:
    """A service as `docker service inspect` shows it. `version` is the engine's count of changes.

    `previous` is what a rollback would put back, None where there is nothing; an automatic rollback leaves nothing.
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
        """Its name in the engine, `STACK_service` where a stack has it."""
        return self.spec.name or self.id

    @property
    def stack(self) -> str | None:
        """The stack that it belongs to."""
        return self.spec.labels.get(NAMESPACE) or None

    @property
    def name_in_stack(self) -> str:
        """Its name as the stack's file has it."""
        return self.name.removeprefix(f"{self.stack}_") if self.stack else self.name

    @property
    def state(self) -> str:
        """The state of its last update; empty where there was none, or where the last change needed none."""
        return self.update.state if self.update else ""


@dataclass(frozen=True, slots=True)
class LiveTask:
    """A task as `docker inspect` shows it; `wanted` is the state that Swarm wants of it.

    `slot` is the number of its place in a replicated service, the node in a global one. `changed` is when its state
    was last reported, by the node's own clock. `error` is the engine's text, `spec` its TaskSpec.
    """

    id: str
    service: str = ""
    slot: str = ""
    state: str = ""
    wanted: str = ""
    error: str = ""
    exit_code: int | None = None
    created: datetime | None = None
    changed: datetime | None = None
    iteration: int | None = None
    spec: dict[str, Any] = field(default_factory=dict, repr=False)

    @property
    def is_wanted(self) -> bool:
        """Whether Swarm wants it to run, at once or soon."""
        return self.wanted in ("running", "ready")

    @property
    def runs(self) -> bool:
        """Whether it runs and is to go on."""
        return self.state == "running" and self.wanted == "running"

    @property
    def ended(self) -> bool:
        """Whether it ended, and not because it was told to."""
        return self.state in ("failed", "rejected", "complete", "orphaned")

    @property
    def waits_for_a_node(self) -> bool:
        """Whether the scheduler has said why no node takes it (swarmkit `manager/scheduler/scheduler.go`)."""
        return self.is_wanted and self.state in ("new", "pending") and bool(self.error)
