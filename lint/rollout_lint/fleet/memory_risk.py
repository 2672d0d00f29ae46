"""How likely a start-first update runs out of memory: measured, else by what the file says, else by the runtime."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rollout_lint.fleet.risk_level import RiskLevel
from rollout_lint.stack.units import format_size

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rollout_lint.facts.cluster import Cluster
    from rollout_lint.facts.images import Images
    from rollout_lint.facts.model import Fact
    from rollout_lint.fleet.model import Evidence
    from rollout_lint.linter.context import LintContext

MUCH = 0.5
"""From this part of a host's memory on, an update that fits is a medium risk: other services run there too."""

NEARLY_ALL = 0.8
"""The same part of what is left where the others' share is known: what was measured once is no bound."""


@dataclass(frozen=True, slots=True)
class Grade:
    """A risk level, what to put in brackets behind it, and the reason."""

    level: RiskLevel
    words: str
    because: str


def grade_by_memory(service: str | None, facts: Mapping[str, Fact], evidence: Evidence, by: LintContext) -> Grade:
    """The grade of a service whose old and new task run side by side during an update."""
    name = service or ""
    known = _known_memory(name, facts, by.cluster)
    if known and by.cluster.memory is not None:
        memory, how = known[0]
        return _compare(memory, how, _Room.of(name, by.cluster), facts, by.cluster.nodes)
    missing = "no memory figure is known"
    if known:
        memory, how = known[0]
        missing = f"{format_size(memory)} ({how}), but the host's memory is not known"
    return _grade_by_weight(facts, evidence, by.images, missing)


def _known_memory(service: str, facts: Mapping[str, Fact], cluster: Cluster) -> list[tuple[int, str]]:
    """What is known of one task's memory in bytes, the best evidence first; no task takes more than its limit."""
    known = [(cluster.task_memory_of(service), "measured")]
    for block in ("limits", "reservations"):
        fact = facts.get(f"deploy.resources.{block}.memory")
        known.append((fact.value if fact else None, f"memory {block.removesuffix('s')}"))
    limit = known[1][0]
    return [(memory, how) for memory, how in known if memory and not (limit and memory > limit)]


@dataclass(frozen=True, slots=True)
class _Room:
    """What a host has for a service's tasks, from which part of it on an update is a medium risk, and in words."""

    left: int
    much: float
    words: str
    reason: str

    @classmethod
    def of(cls, service: str, cluster: Cluster) -> _Room:
        host, used = cluster.memory or 0, cluster.memory_used_beside(service)
        left = cluster.available_memory(service) or 0
        if used is None:
            return cls(left, MUCH, format_size(host), format_size(host))
        shown = f"{format_size(left)} left"
        return cls(left, NEARLY_ALL, shown, f"{shown} ({format_size(host)} less {format_size(used)} that others take)")


def _compare(memory: int, how: str, room: _Room, facts: Mapping[str, Fact], nodes: int | None) -> Grade:
    tasks, told = _tasks_on_a_host(facts, nodes)
    need = memory * tasks
    arithmetic = f"{format_size(memory)} ({how}) x {told} = {format_size(need)} of {room.reason}"
    return Grade(_level(need, room), f" ({format_size(need)} of {room.words})", arithmetic)


def _level(need: int, room: _Room) -> RiskLevel:
    """Return the level of an update that needs `need` bytes on a host."""
    if need > room.left:
        return RiskLevel.LATENT_HIGH
    return RiskLevel.LATENT_MEDIUM if need > room.left * room.much else RiskLevel.LATENT_LOW


def _tasks_on_a_host(facts: Mapping[str, Fact], nodes: int | None) -> tuple[int, str]:
    """How many old and new tasks one host holds, and in words: all, or of several nodes its even share."""
    needed = facts["derived.memory_needed"].value if "derived.memory_needed" in facts else None
    if nodes is not None and nodes > 1 and needed:
        share = int(facts["derived.memory_of_update"].value) // int(needed)
        return share, f"{share} old and new on one of {nodes} nodes"
    replicas = facts.get("deploy.replicas")
    old = max(int(replicas.value), 1) if replicas else 1
    new = min(int(facts["deploy.update_config.parallelism"].value) or old, old)
    return old + new, f"{old} old and {new} new"


def _grade_by_weight(facts: Mapping[str, Fact], evidence: Evidence, images: Images, missing: str) -> Grade:
    image = images.find(facts["image"].value) if "image" in facts else None
    runtime = evidence.runtime or (image.runtime if image else None)
    weight, whose = images.weight(runtime) if runtime else None, runtime
    if image and image.weight and not evidence.runtime:
        weight, whose = image.weight, image.name
    named = ", ".join(part for part in (runtime, evidence.note) if part)
    words = f" ({named})" if named else ""
    if weight is None:
        return Grade(RiskLevel.LATENT_MEDIUM, words, f"{missing}, nor what its runtime weighs")
    level = {"heavy": RiskLevel.LATENT_HIGH, "light": RiskLevel.LATENT_LOW}[weight]
    note = f" ({evidence.note})" if evidence.note else ""
    return Grade(level, words, f"{whose} is held to be {weight}{note}; {missing}")
