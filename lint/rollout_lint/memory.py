"""How likely a start-first update runs out of memory: measured, else by what the file says, else by the runtime."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rollout_lint.stack.units import show_size

if TYPE_CHECKING:
    from rollout_lint.evaluate import Known
    from rollout_lint.facts import Fact
    from rollout_lint.fleet.model import Evidence
    from rollout_lint.images import Images

MUCH = 0.5
"""From this part of a host's memory on, an update that fits is a medium risk: other services run there too."""


@dataclass(frozen=True, slots=True)
class Grade:
    """A risk level, what to put in brackets behind it, and the reason."""

    level: str
    words: str
    because: str


def grade_by_memory(facts: dict[str, Fact], evidence: Evidence, by: Known) -> Grade:
    """The grade of a service whose old and new task run side by side during an update."""
    known = _known_memory(facts, evidence)
    if known and by.cluster.memory is not None:
        memory, how = known[0]
        return _compare(memory, how, facts, by.cluster.memory)
    missing = "no memory figure is known"
    if known:
        memory, how = known[0]
        missing = f"{show_size(memory)} ({how}), but the host's memory is not known"
    return _grade_by_weight(facts, evidence, by.images, missing)


def _known_memory(facts: dict[str, Fact], evidence: Evidence) -> list[tuple[int, str]]:
    """What is known of one task's memory in bytes, the best evidence first."""
    known = [(evidence.memory, "measured")]
    for block in ("limits", "reservations"):
        fact = facts.get(f"deploy.resources.{block}.memory")
        known.append((fact.value if fact else None, f"memory {block.removesuffix('s')}"))
    return [(memory, how) for memory, how in known if memory]


def _compare(memory: int, how: str, facts: dict[str, Fact], host: int) -> Grade:
    old = _tasks(facts)
    new = min(int(facts["deploy.update_config.parallelism"].value) or old, old)
    need = memory * (old + new)
    arithmetic = f"{show_size(memory)} ({how}) x {old} old and {new} new = {show_size(need)} of {show_size(host)}"
    level = "latent-high" if need > host else "latent-medium" if need > host * MUCH else "latent-low"
    return Grade(level, f" ({show_size(need)} of {show_size(host)})", arithmetic)


def _tasks(facts: dict[str, Fact]) -> int:
    """How many tasks one host holds at the worst: all replicas, or the one of a global service."""
    replicas = facts.get("deploy.replicas")
    return max(int(replicas.value), 1) if replicas else 1


def _grade_by_weight(facts: dict[str, Fact], evidence: Evidence, images: Images, missing: str) -> Grade:
    image = images.find(facts["image"].value) if "image" in facts else None
    runtime = evidence.runtime or (image.runtime if image else None)
    weight, whose = images.weight(runtime) if runtime else None, runtime
    if image and image.weight and not evidence.runtime:
        weight, whose = image.weight, image.name
    named = ", ".join(part for part in (runtime, evidence.note) if part)
    words = f" ({named})" if named else ""
    if weight is None:
        return Grade("latent-medium", words, f"{missing}, nor what its runtime weighs")
    level = {"heavy": "latent-high", "light": "latent-low"}[weight]
    note = f" ({evidence.note})" if evidence.note else ""
    return Grade(level, words, f"{whose} is held to be {weight}{note}; {missing}")
