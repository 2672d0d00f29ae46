"""What `tests/swarm/record.py` has written down of a real engine, and variants of it."""

from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rollout_lint.live.parse import read_services, read_tasks
from rollout_lint.live.watcher import Look, Patience, Watch

if TYPE_CHECKING:
    import random

    from rollout_lint.live.model import LiveService
    from rollout_lint.live.result import Result

FOLDER = Path(__file__).parent / "recorded"
NAMES = tuple(sorted(file.stem for file in FOLDER.glob("*.json")))
STRANGE: tuple[Any, ...] = (None, "", "x", 0, -1, 1e300, 2**70, True, [], [[]], {}, {"a": None}, "0001-01-01T00:00:00Z")


@dataclass(frozen=True)
class Recording:
    """The looks at one service, as JSON."""

    looks: tuple[dict[str, Any], ...]

    @property
    def last(self) -> dict[str, Any]:
        """The service as the last look shows it, to be changed."""
        return deepcopy(self.looks[-1]["services"][0])

    @property
    def last_tasks(self) -> list[dict[str, Any]]:
        """Its tasks then, to be changed."""
        return deepcopy(self.looks[-1]["tasks"])

    def replayed(self, patience: Patience | None = None, since_look: int = 0) -> list[Result]:
        """What is said after each look from a certain one on."""
        watch = Watch("a", patience or Patience(settle=5, pending=10))
        return [watch.see(as_look(each["at"], each["services"][0], each["tasks"])) for each in self.looks[since_look:]]


def recording(name: str) -> Recording:
    """One by name."""
    return Recording(tuple(json.loads((FOLDER / f"{name}.json").read_text("utf-8"))))


def as_service(document: dict[str, Any]) -> LiveService:
    """One service of its JSON."""
    [service] = read_services(json.dumps(document).encode(), "a")
    return service


def as_look(at: float, service: dict[str, Any], tasks: list[dict[str, Any]]) -> Look:
    """A look at one service."""
    return Look(at, as_service(service), tuple(read_tasks(json.dumps(tasks).encode(), "a")))


def garble(document: Any, chance: random.Random) -> None:
    """Drop or replace one value somewhere in it, or add one of a name that no engine has."""
    while isinstance(document, dict | list) and document:
        key: Any = chance.choice(list(document)) if isinstance(document, dict) else chance.randrange(len(document))
        if isinstance(document[key], dict | list) and document[key] and chance.random() < 0.8:
            document = document[key]
            continue
        if isinstance(document, dict) and chance.random() < 0.5:
            del document[key]
        else:
            document[key] = deepcopy(chance.choice(STRANGE))
        return
