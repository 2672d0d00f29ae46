"""Recorder of updates on a private engine: `python -m tests.swarm.record`.

tests/live replays the recordings without an engine.
"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.swarm.behaviour import boots_with, crashes_after, size, steady
from tests.swarm.installation import SUITES, Installation, install
from tests.swarm.nodes import private_engine
from tests.swarm.releases import Release, Site

if TYPE_CHECKING:
    from tests.swarm.engine import Engine

FOLDER = Path(__file__).parents[1] / "live" / "recorded"
SECONDS = 14
RISKY = {"failure_action": "rollback", "order": "start-first"}
SHORT = {"monitor": "2s"}
SECRET = {"environment": {"PASSWORD": "hunter2"}}
PORT = {"ports": [{"target": 80, "published": 7411, "mode": "host"}], **SECRET}


def look(engine: Engine, name: str) -> dict[str, Any]:
    """Return a service and its tasks as the engine shows them."""
    ids = engine.call("service", "ps", "--quiet", "--no-trunc", name).split()
    tasks = engine.docker("inspect", "--type", "task", *ids).stdout
    return {"services": json.loads(engine.call("service", "inspect", name)), "tasks": json.loads(tasks)}


def record(site: Site, old: Release, new: Release) -> list[dict[str, Any]]:
    """Record each change of the service, with its time in seconds after the second deploy."""
    site.start(old)
    looks = [{"at": 0.0, **look(site.engine, f"{site.name}_app")}]
    site.deploy(new)
    begin = time.monotonic()
    while (passed := time.monotonic() - begin) < SECONDS:
        now = look(site.engine, f"{site.name}_app")
        if now != {key: looks[-1][key] for key in now}:
            looks.append({"at": round(passed + 1, 1), **now})
        time.sleep(0.2)
    return [*looks, {**looks[-1], "at": float(SECONDS + 1)}]


def main() -> None:
    """Write all recordings, made on each engine."""
    for name in SUITES:
        _record_all(install(name), FOLDER / name)


def _record_all(installation: Installation, folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    with private_engine(installation, size("220M")) as engine:
        old, new = (
            Release(boots_with(memory), name, RISKY, service=SECRET)
            for memory, name in (("90M", "old"), ("160M", "new"))
        )
        _write(folder / "incident.json", record(Site(engine, "forum"), old, new))
    with private_engine(installation) as engine:
        for name, old, new in _others():
            _write(folder / f"{name}.json", record(Site(engine, name), old, new))


def _others() -> list[tuple[str, Release, Release]]:
    calm, checked = Release(steady(), "old", SHORT, False, SECRET), Release(steady(), "old", SHORT, True, SECRET)
    return [
        ("paused", calm, Release(crashes_after(1), "new", SHORT, False, SECRET)),
        ("completed", checked, Release(steady(1), "new", SHORT, True, SECRET)),
        ("hang", Release(steady(), "old", RISKY, True, PORT), Release(steady(), "new", RISKY, True, PORT)),
    ]


def _write(file: Path, looks: list[dict[str, Any]]) -> None:
    file.write_text(json.dumps(looks, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
