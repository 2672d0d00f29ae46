"""Observation of an update, and its differences from a proof."""

import re
from collections import Counter
from dataclasses import dataclass

from tests.swarm.proof import HANGS, Expectation
from tests.swarm.snapshot import Snapshot

STATED = (
    "release",
    "old_task",
    "failed",
    "outage",
    "replicas",
    "running",
    "restarted",
    "memory_exhausted",
    "moved",
    "empty_volume",
)
"""Values that a proof may state, which must be equal to those of the observation."""


@dataclass(frozen=True)
class Observation:
    """Result of an update, in the terms of a proof."""

    update: str
    release: str
    old_task: str
    pending: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
    exit_codes: tuple[int, ...] = ()
    failed: tuple[str, ...] = ()
    outage: bool = False
    replicas: str = ""
    running: int = 0
    restarted: bool = False
    memory_exhausted: bool = False
    moved: bool = False
    empty_volume: bool = False

    @property
    def message(self) -> str:
        """Reason why tasks are pending if the update hangs, else why tasks ended."""
        return "; ".join(self.pending if self.update in HANGS else self.errors)


def refused(message: str) -> Observation:
    """Return the observation of a stack that Docker rejects."""
    return Observation(update="refused", release="none", old_task="none", errors=(message,))


def observe(
    now: Snapshot, old: frozenset[str], outage: bool, replicas: str, memory_exhausted: bool, empty_volume: bool
) -> Observation:
    """Return the observation of a snapshot. `old` are the tasks that ran before the update."""
    ended = [task for task in now.tasks if task.ended]
    return Observation(
        update=now.update,
        release=now.release,
        old_task=_old_task_state(old, now.running),
        pending=tuple(sorted({task.error for task in now.tasks if task.state == "pending" and task.error})),
        errors=tuple(sorted({task.error for task in ended if task.error})),
        exit_codes=tuple(sorted({task.exit_code for task in ended})),
        failed=tuple(sorted({task.release for task in ended})),
        outage=outage,
        replicas=replicas,
        running=len(now.running),
        restarted=_has_restarted(now),
        memory_exhausted=memory_exhausted,
        moved=_has_moved(now, old),
        empty_volume=empty_volume,
    )


def differences(expected: Expectation, observation: Observation) -> list[str]:
    """Return a message for each value that differs from the proof."""
    stated = {name: getattr(expected, name) for name in STATED}
    wrong = [] if observation.update in expected.update else [f"update is {observation.update}, not {expected.update}"]
    wrong += [
        f"{name} is {getattr(observation, name)}, not {value}"
        for name, value in stated.items()
        if value is not None and getattr(observation, name) != value
    ]
    if expected.exit_code is not None and expected.exit_code not in observation.exit_codes:
        wrong.append(f"exit codes are {observation.exit_codes}, without {expected.exit_code}")
    if expected.message is not None and not re.search(expected.message, observation.message):
        wrong.append(f"message is {observation.message!r}, without {expected.message!r}")
    if expected.hangs and not observation.pending:
        wrong.append("no task is pending with a reason")
    return wrong


def _old_task_state(old: frozenset[str], running: frozenset[str]) -> str:
    if old <= running:
        return "kept"
    return "partly" if old & running else "stopped"


def _has_moved(now: Snapshot, old: frozenset[str]) -> bool:
    """Return True if a later task runs on a node without one of the old tasks."""
    nodes = {task.node for task in now.tasks if task.id in old}
    return any(task.runs and task.id not in old and task.node not in nodes for task in now.tasks)


def _has_restarted(now: Snapshot) -> bool:
    tasks = Counter((task.slot, task.release) for task in now.tasks if task.release == "new")
    return any(count > 1 for count in tasks.values())
