"""Hosts that a stack is deployed to, and how it is deployed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Cluster:
    """Number of nodes and memory of the hosts; None if unknown. Memory is in bytes.

    `memory` is the memory of one host and `used` what other workloads take of it. `task_memory` is the measured memory
    of one task of the stack's heaviest service. `service_memory` and `others` override `task_memory` and `used` for
    single services. `deploys_verified` is True if a pipeline runs `rollout-lint await`, or checks UpdateStatus, after
    each deploy.
    """

    nodes: int | None = None
    memory: int | None = None
    task_memory: int | None = None
    used: int | None = None
    service_memory: Mapping[str, int] = field(default_factory=dict)
    others: Mapping[str, int] = field(default_factory=dict)
    deploys_verified: bool = False

    def with_fallback(self, other: Cluster) -> Cluster:
        """Return this cluster, with unknown values taken from the other."""
        return Cluster(
            self.nodes or other.nodes,
            self.memory or other.memory,
            self.task_memory or other.task_memory,
            other.used if self.used is None else self.used,
            {**other.service_memory, **self.service_memory},
            {**other.others, **self.others},
            self.deploys_verified or other.deploys_verified,
        )

    def task_memory_of(self, service: str) -> int | None:
        """Return the measured memory of one task of the service."""
        return self.service_memory.get(service) or self.task_memory

    def memory_used_beside(self, service: str) -> int | None:
        """Return the memory that other tasks take on the host of the service."""
        return self.others.get(service, self.used)

    def available_memory(self, service: str) -> int | None:
        """Return the host memory that the old and new tasks of the service share."""
        return None if self.memory is None else max(self.memory - (self.memory_used_beside(service) or 0), 0)
