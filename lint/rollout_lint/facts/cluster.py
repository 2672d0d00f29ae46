"""Hosts that a stack is deployed to, and how it is deployed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rollout_lint.record import Record
from rollout_lint.stack.units import parse_size

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from rollout_lint.stack.docker_version import DockerVersion


class Node(Record):
    """Node of a Swarm; None if unknown. `labels` are all of its node labels, memory is in bytes."""

    name: str
    role: str | None = None
    labels: Mapping[str, str] | None = None
    memory: int | None = None

    @classmethod
    def from_values(cls, values: Mapping[str, Any]) -> Node:
        """Return the node of an entry of `nodes` in a config."""
        return cls(values["name"], values.get("role"), values.get("labels"), _parse_memory(values, "memory"))


class Cluster(Record):
    """Number of nodes and memory of the hosts; None if unknown. Memory is in bytes.

    `memory` is the memory of one host and `used` what other workloads take of it. `task_memory` is the measured memory
    of one task of the stack's heaviest service. `service_memory` and `others` override `task_memory` and `used` for
    single services. `deploys_verified` is True if a pipeline runs `rollout-lint await`, or checks UpdateStatus, after
    each deploy. `described` are the nodes with their roles, labels and memory: all `nodes` of them, or none.
    `engine` is the oldest version of Docker Engine on the nodes, `client` the version of the docker CLI that deploys.
    """

    nodes: int | None = None
    memory: int | None = None
    task_memory: int | None = None
    used: int | None = None
    service_memory: Mapping[str, int] = {}
    others: Mapping[str, int] = {}
    deploys_verified: bool = False
    described: tuple[Node, ...] = ()
    engine: DockerVersion | None = None
    client: DockerVersion | None = None

    @classmethod
    def from_values(cls, hosts: Mapping[str, Any], nodes: Iterable[Mapping[str, Any]] = ()) -> Cluster:
        """Return the cluster of `hosts` and `nodes` as a config or manifest writes them."""
        described = tuple(map(Node.from_values, nodes))
        return cls(
            len(described) or hosts.get("nodes"),
            _parse_memory(hosts, "memory"),
            used=_parse_memory(hosts, "used"),
            described=described,
        )

    def with_fallback(self, other: Cluster) -> Cluster:
        """Return this cluster, with unknown values taken from the other.

        The other's nodes are not those of this cluster if their number differs.
        """
        is_same = self.nodes in (None, other.nodes)
        return Cluster(
            self.nodes or other.nodes,
            self.memory or other.memory,
            self.task_memory or other.task_memory,
            other.used if self.used is None else self.used,
            {**other.service_memory, **self.service_memory},
            {**other.others, **self.others},
            self.deploys_verified or other.deploys_verified,
            self.described or (other.described if is_same else ()),
            self.engine or other.engine,
            self.client or other.client,
        )

    def task_memory_of(self, service: str) -> int | None:
        """Return the measured memory of one task of the service."""
        return self.service_memory.get(service) or self.task_memory

    def memory_used_beside(self, service: str) -> int | None:
        """Return the memory that other tasks take on the host of the service."""
        return self.others.get(service, self.used)

    def available_memory(self, service: str, host: int | None = None) -> int | None:
        """Return the memory of a host, by default of every host, that old and new tasks of the service share."""
        memory = self.memory if host is None else host
        return None if memory is None else max(memory - (self.memory_used_beside(service) or 0), 0)

    def memory_of(self, node: Node) -> int | None:
        """Return the memory of a node: its own, else that of every host."""
        return self.memory if node.memory is None else node.memory


def _parse_memory(values: Mapping[str, Any], key: str) -> int | None:
    return parse_size(values[key]) if key in values else None
