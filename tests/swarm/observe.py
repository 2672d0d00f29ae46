"""What was seen of an update, from before it until now, and where it differs from what a proof states."""

import re
from collections import Counter
from dataclasses import dataclass

from tests.swarm.proof import HANGS, Expectation
from tests.swarm.snapshot import Snapshot


@dataclass(frozen=True)
class Observation:
    """The update and its service, in the words of a proof."""

    update: str
    release: str
    old_task: str
    pending: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
    exit_codes: tuple[int, ...] = ()
    failed: tuple[str, ...] = ()
    outage: bool = False
    running: int = 0
    restarted: bool = False
    memory_exhausted: bool = False

    @property
    def message(self) -> str:
        """Why a task does not start, while the update hangs; else why tasks ended."""
        return "; ".join(self.pending if self.update in HANGS else self.errors)


def refused(message: str) -> Observation:
    """What is seen where Docker does not take the stack."""
    return Observation(update="refused", release="none", old_task="none", errors=(message,))


def observe(now: Snapshot, old: frozenset[str], outage: bool, memory_exhausted: bool) -> Observation:
    """Put a snapshot into words; `old` are the tasks that ran before the update."""
    ended = [task for task in now.tasks if task.ended]
    return Observation(
        update=now.update,
        release=now.release,
        old_task=_fate(old, now.running),
        pending=tuple(sorted({task.error for task in now.tasks if task.state == "pending" and task.error})),
        errors=tuple(sorted({task.error for task in ended if task.error})),
        exit_codes=tuple(sorted({task.exit_code for task in ended})),
        failed=tuple(sorted({task.release for task in ended})),
        outage=outage,
        running=len(now.running),
        restarted=_restarted(now),
        memory_exhausted=memory_exhausted,
    )


def differences(expected: Expectation, seen: Observation) -> list[str]:
    """What was seen and is not as stated, in words; empty where all is."""
    stated = {
        name: getattr(expected, name)
        for name in ("release", "old_task", "failed", "outage", "running", "restarted", "memory_exhausted")
    }
    wrong = [] if seen.update in expected.update else [f"update is {seen.update}, not {expected.update}"]
    wrong += [
        f"{name} is {getattr(seen, name)}, not {value}"
        for name, value in stated.items()
        if value is not None and getattr(seen, name) != value
    ]
    if expected.exit_code is not None and expected.exit_code not in seen.exit_codes:
        wrong.append(f"exit codes are {seen.exit_codes}, without {expected.exit_code}")
    if expected.message is not None and not re.search(expected.message, seen.message):
        wrong.append(f"message is {seen.message!r}, without {expected.message!r}")
    if expected.hangs and not seen.pending:
        wrong.append("no task is pending with a reason")
    return wrong


def _fate(old: frozenset[str], running: frozenset[str]) -> str:
    if old <= running:
        return "kept"
    return "partly" if old & running else "stopped"


def _restarted(now: Snapshot) -> bool:
    tasks = Counter((task.slot, task.release) for task in now.tasks if task.release == "new")
    return any(count > 1 for count in tasks.values())
