"""Risk that a start-first update runs out of memory, from measurements, limits in the file, or the runtime."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rollout_lint.facts.images import Weight, weigh
from rollout_lint.fleet.risk_level import RiskLevel
from rollout_lint.stack.units import format_size

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rollout_lint.facts.cluster import Cluster
    from rollout_lint.facts.images import Images
    from rollout_lint.facts.model import Fact
    from rollout_lint.fleet.model import Evidence
    from rollout_lint.linter.context import LintContext

MEDIUM_SHARE_OF_HOST = 0.5
"""Share of a host's memory above which an update that fits is a medium risk: other services run there too."""

MEDIUM_SHARE_OF_HEADROOM = 0.8
"""Same share of the headroom if the memory of other services is known: one measurement is no upper bound."""

_LEVELS = {
    Weight.HEAVY: RiskLevel.LATENT_HIGH,
    Weight.MEDIUM: RiskLevel.LATENT_MEDIUM,
    Weight.LIGHT: RiskLevel.LATENT_LOW,
}


@dataclass(frozen=True, slots=True)
class Grade:
    """Risk level, a detail to append in brackets, and the reason."""

    level: RiskLevel
    detail: str
    because: str


def grade_by_memory(service: str | None, facts: Mapping[str, Fact], evidence: Evidence, context: LintContext) -> Grade:
    """Return the grade of a service whose old and new tasks run side by side during an update."""
    name = service or ""
    memory = _task_memory(name, facts, context.cluster)
    host = _number(facts, "derived.host_memory") or context.cluster.memory
    headroom = None if host is None else _Headroom.for_service(name, context.cluster, host)
    if memory is None:
        return _grade_by_runtime(facts, evidence, context.images, headroom, "no memory data")
    if headroom is None:
        missing = f"{format_size(memory[0])} ({memory[1]}), but the host's memory is unknown"
        return _grade_by_runtime(facts, evidence, context.images, headroom, missing)
    return _grade_by_headroom(*memory, headroom, facts)


def _task_memory(service: str, facts: Mapping[str, Fact], cluster: Cluster) -> tuple[int, str] | None:
    """Return the memory of one task in bytes, and its source; no task uses more than its limit."""
    candidates = [(cluster.task_memory_of(service), "measured")]
    for block in ("limits", "reservations"):
        fact = facts.get(f"deploy.resources.{block}.memory")
        candidates.append((fact.value if fact and not fact.is_unknown else None, f"memory {block.removesuffix('s')}"))
    limit = candidates[1][0]
    known = ((memory, source) for memory, source in candidates if memory and not (limit and memory > limit))
    return next(known, None)


@dataclass(frozen=True, slots=True)
class _Headroom:
    """Memory of a host that is free for a service, in bytes; above `medium_share` an update is a medium risk."""

    free: int
    medium_share: float
    text: str
    reason: str

    @classmethod
    def for_service(cls, service: str, cluster: Cluster, host: int) -> _Headroom:
        used = cluster.memory_used_beside(service)
        free = cluster.available_memory(service, host) or 0
        if used is None:
            return cls(free, MEDIUM_SHARE_OF_HOST, format_size(host), format_size(host))
        text = f"{format_size(free)} left"
        reason = f"{text} ({format_size(host)} minus {format_size(used)} used by other services)"
        return cls(free, MEDIUM_SHARE_OF_HEADROOM, text, reason)

    def level(self, need: int) -> RiskLevel:
        if need > self.free:
            return RiskLevel.LATENT_HIGH
        return RiskLevel.LATENT_MEDIUM if need > self.free * self.medium_share else RiskLevel.LATENT_LOW


def _grade_by_headroom(memory: int, source: str, headroom: _Headroom, facts: Mapping[str, Fact]) -> Grade:
    tasks, text = _tasks_on_host(facts, _number(facts, "derived.eligible_nodes"))
    need = memory * tasks
    arithmetic = f"{format_size(memory)} ({source}) x {text} = {format_size(need)} of {headroom.reason}"
    return Grade(headroom.level(need), f" ({format_size(need)} of {headroom.text})", arithmetic)


def _tasks_on_host(facts: Mapping[str, Fact], nodes: int | None) -> tuple[int, str]:
    """Return the number of old and new tasks on one host, as number and text; several nodes share them evenly."""
    needed, together = (_number(facts, f"derived.memory_{name}") for name in ("needed", "of_update"))
    if nodes is not None and nodes > 1 and needed and together:
        share = together // needed
        return share, f"{share} old and new on one of {nodes} nodes"
    old = max(_number(facts, "deploy.replicas") or 1, 1)
    new = min(_number(facts, "deploy.update_config.parallelism") or old, old)
    return old + new, f"{old} old and {new} new"


def _number(facts: Mapping[str, Fact], path: str) -> int | None:
    """Return a fact as a number, None if it is missing or unknown."""
    fact = facts.get(path)
    return None if fact is None or fact.is_unknown or fact.value is None else int(fact.value)


def _grade_by_runtime(
    facts: Mapping[str, Fact], evidence: Evidence, images: Images, headroom: _Headroom | None, missing: str
) -> Grade:
    """Grade by the memory that a task of the image or runtime typically takes, or by the weight that a config sets."""
    image = images.find(facts["image"].value) if "image" in facts else None
    runtime = evidence.runtime or (image.runtime if image else None)
    memory, subject = images.memory_of_runtime(runtime) if runtime else None, f"runtime {runtime}"
    claimed = None
    if image and not evidence.runtime and (image.weight or image.memory):
        memory, subject, claimed = image.memory, image.name, image.weight
    names = ", ".join(part for part in (runtime, evidence.note) if part)
    detail = f" ({names})" if names else ""
    weight = claimed or (weigh(memory) if memory is not None else None)
    if weight is None:
        return Grade(RiskLevel.LATENT_MEDIUM, detail, f"{missing}, and the runtime is not classified")
    if memory is not None and weight is Weight.MEDIUM and headroom is not None:
        grade = _grade_by_headroom(memory, f"typical of {subject}", headroom, facts)
        return replace(grade, detail=detail, because=f"{grade.because}; {missing}")
    typical = f"typically {format_size(memory)}" if memory is not None and not claimed else ""
    note = ", ".join(part for part in (typical, evidence.note) if part)
    because = f"{subject} is classified as {weight}{f' ({note})' if note else ''}; {missing}"
    return Grade(_LEVELS[weight], detail, because)
