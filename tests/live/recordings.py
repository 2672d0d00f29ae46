"""Recordings of a real swarm by `tests/swarm/record.py`, and variants of them."""

from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rollout_lint.live.parse import read_services, read_tasks
from rollout_lint.live.watcher import ServiceWatcher, Snapshot, WaitOptions

if TYPE_CHECKING:
    import random

    from rollout_lint.live.model import LiveService
    from rollout_lint.live.result import Result

FOLDER = Path(__file__).parent / "recorded"
ENGINES = tuple(sorted(folder.name for folder in FOLDER.iterdir()))
OLDEST = ENGINES[0]
NAMES = tuple(sorted(file.stem for file in (FOLDER / OLDEST).glob("*.json")))
ODD_VALUES: tuple[Any, ...] = (
    None,
    "",
    "x",
    0,
    -1,
    1e300,
    2**70,
    True,
    [],
    [[]],
    {},
    {"a": None},
    "0001-01-01T00:00:00Z",
)


@dataclass(frozen=True)
class Recording:
    """Snapshots of one service, as JSON."""

    snapshots: tuple[dict[str, Any], ...]

    @property
    def last_service(self) -> dict[str, Any]:
        """Copy of the service in the last snapshot."""
        return deepcopy(self.snapshots[-1]["services"][0])

    @property
    def last(self) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """Copy of the service and the tasks in the last snapshot."""
        return self.last_service, deepcopy(self.snapshots[-1]["tasks"])

    def replay(self, options: WaitOptions | None = None, first: int = 0) -> list[Result]:
        """Return the result after each snapshot, from the one with index `first`."""
        watcher = ServiceWatcher("a", options or WaitOptions(settle=5, pending=10))
        snapshots = (as_snapshot(each["at"], each["services"][0], each["tasks"]) for each in self.snapshots[first:])
        return [watcher.update(snapshot) for snapshot in snapshots]


def load_recording(name: str, engine: str = OLDEST) -> Recording:
    """Return the recording with this name, made on an engine."""
    return Recording(tuple(json.loads((FOLDER / engine / f"{name}.json").read_text("utf-8"))))


def as_service(document: dict[str, Any]) -> LiveService:
    """Parse the JSON of one service."""
    [service] = read_services(json.dumps(document).encode(), "a")
    return service


def as_snapshot(time: float, service: dict[str, Any], tasks: list[dict[str, Any]]) -> Snapshot:
    """Build a snapshot from the JSON of a service and its tasks."""
    return Snapshot(time, as_service(service), tuple(read_tasks(json.dumps(tasks).encode(), "a")))


def garble(document: Any, chance: random.Random) -> None:
    """Remove one value in a document, or replace it with an odd one."""
    while isinstance(document, dict | list) and document:
        key: Any = chance.choice(list(document)) if isinstance(document, dict) else chance.randrange(len(document))
        if isinstance(document[key], dict | list) and document[key] and chance.random() < 0.8:
            document = document[key]
            continue
        if isinstance(document, dict) and chance.random() < 0.5:
            del document[key]
        else:
            document[key] = deepcopy(chance.choice(ODD_VALUES))
        return
