"""What `await` says of updates on a real engine, each of which `docker stack deploy` has called a success."""

from __future__ import annotations

import json
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from tests.support import validate
from tests.swarm.behaviour import boots_with, crashes_after, never_healthy, size, starts_once, steady
from tests.swarm.engine import private_engine
from tests.swarm.needs import missing
from tests.swarm.releases import POLICY, Awaited, Site, end

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

EXPECTED = ("--format=json", "--expect-label=release=new")
PATIENT = {"monitor": "2s"}
HOST_PORT = [{"target": 80, "published": 7411, "mode": "host"}]


@dataclass(frozen=True)
class Seen:
    """What `await` said, and the tasks that ran before the last deploy and after it."""

    said: Awaited
    before: list[str]
    after: list[str]


def _incident(site: Site) -> Awaited:
    return _over(site, lambda: site.deploy(boots_with("160M"), "new", POLICY), EXPECTED)


def _over(site: Site, deploy: Callable[[], None], options: tuple[str, ...]) -> Awaited:
    site.until_it_runs()
    deploy()
    return site.wait(*options)


def _paused(site: Site) -> Awaited:
    site.deploy(steady(), "old", PATIENT, healthcheck=False)
    return _over(site, lambda: site.deploy(crashes_after(1), "new", PATIENT, healthcheck=False), EXPECTED)


def _rollback_fails(site: Site) -> Awaited:
    more = {"volumes": [{"type": "volume", "source": "data", "target": "/data"}], "healthcheck": False}
    update = {"failure_action": "rollback", "monitor": "2s"}
    more["deploy"] = {"rollback_config": {"monitor": "5s"}}
    more["environment"] = {"ROLLOUT_LINT_SLOT": "{{.Task.Slot}}"}
    site.deploy(starts_once("/data", seconds=1), "old", update, **more)
    return _over(site, lambda: site.deploy(crashes_after(1), "new", update, **more), EXPECTED)


def _no_room_for_the_port(site: Site) -> Awaited:
    site.deploy(steady(), "old", POLICY, ports=HOST_PORT)
    deploy = lambda: site.deploy(steady(), "new", POLICY, ports=HOST_PORT)  # noqa: E731
    return _over(site, deploy, (*EXPECTED, "--pending-timeout=5s"))


def _no_room_under_max_replicas(site: Site) -> Awaited:
    deploy = {"placement": {"max_replicas_per_node": 1}}
    site.deploy(steady(), "old", POLICY, deploy=deploy)
    again = lambda: site.deploy(steady(), "new", POLICY, deploy=deploy)  # noqa: E731
    return _over(site, again, (*EXPECTED, "--timeout=4s"))


def _crash_loop(site: Site) -> Awaited:
    site.deploy(steady(), "old", PATIENT, healthcheck=False)
    late = lambda: site.deploy(crashes_after(5), "new", PATIENT, healthcheck=False)  # noqa: E731
    return _over(site, late, (*EXPECTED, "--settle=8s"))


def _good(site: Site) -> Awaited:
    site.deploy(steady(), "old", PATIENT)
    return _over(site, lambda: site.deploy(steady(1), "new", PATIENT), EXPECTED)


def _no_change(site: Site) -> Awaited:
    site.deploy(steady(), "new", PATIENT)
    return _over(site, lambda: site.deploy(steady(), "new", PATIENT), EXPECTED)


def _new_stack(site: Site) -> Awaited:
    site.deploy(steady(2), "new", PATIENT)
    return site.wait(*EXPECTED)


def _two_deploys(site: Site) -> Awaited:
    """The second comes while the first is awaited, and hangs."""
    site.deploy(steady(), "old", POLICY)
    site.until_it_runs()
    site.deploy(never_healthy(), "bad", POLICY)
    begun = site.begin(*EXPECTED)
    site.until("updating")
    site.deploy(steady(), "new", PATIENT)
    return end(begun)


def _beside_the_deploy(site: Site) -> Awaited:
    """The first looks see the last update's status, which is not that of this deploy."""
    site.deploy(steady(), "older", PATIENT)
    site.until_it_runs()
    site.deploy(steady(), "old", PATIENT)
    site.until_it_runs()
    begun = site.begin(*EXPECTED, f"--since={datetime.now(UTC).isoformat()}")
    assert begun.poll() is None
    site.deploy(steady(), "new", PATIENT)
    return end(begun)


CASES = (
    _paused,
    _rollback_fails,
    _no_room_for_the_port,
    _no_room_under_max_replicas,
    _crash_loop,
    _good,
    _no_change,
    _new_stack,
    _two_deploys,
    _beside_the_deploy,
)


@pytest.fixture(scope="module")
def seen() -> Iterator[dict[Callable[[Site], Awaited], Future[Awaited]]]:
    """What was said of each case; they run side by side on one engine."""
    lacking = missing()
    if lacking:
        pytest.fail(f"needs {', '.join(lacking)}")
    with private_engine() as engine, ThreadPoolExecutor(len(CASES)) as pool:
        yield {case: pool.submit(case, Site(engine, case.__name__.strip("_"))) for case in CASES}
