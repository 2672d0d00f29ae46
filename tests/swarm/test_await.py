"""Results of `await` for updates on a real engine. `docker stack deploy` returns 0 for each of them."""

from __future__ import annotations

import json
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeAlias

import pytest

from tests.support import validate
from tests.swarm.behaviour import behaviour, boots_with, crashes_after, size, starts_once, steady
from tests.swarm.nodes import private_engine
from tests.swarm.releases import Awaited, Release, Site, wait_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.swarm.installation import Installation

    Case: TypeAlias = Callable[[Site], Awaited]
    Results: TypeAlias = "dict[Case, Future[Awaited]]"

pytestmark = pytest.mark.swarm

OPTIONS = ("--format=json", "--expect-label=release=new")
RISKY = {"failure_action": "rollback", "order": "start-first"}
SHORT, LONG = {"monitor": "2s"}, {"monitor": "30s"}
HOST_PORT = {"ports": [{"target": 80, "published": 7411, "mode": "host"}]}
FULL = {"placement": {"max_replicas_per_node": 1}}
VOLUME = {
    "volumes": [{"type": "volume", "source": "data", "target": "/data"}],
    "environment": {"ROLLOUT_LINT_SLOT": "{{.Task.Slot}}"},
}
MEMORY = size("220M")


def paused(site: Site) -> Awaited:
    old, new = (Release(task, name, LONG, False) for task, name in ((steady(), "old"), (crashes_after(1), "new")))
    return site.upgrade(old, new, *OPTIONS)


def rollback_fails(site: Site) -> Awaited:
    """Deploy a release with a failing task over one that cannot start again."""
    update, deploy = {"failure_action": "rollback", "monitor": "20s"}, {"replicas": 2, "rollback_config": {}}
    fails = behaviour({"behaviour": "crashes-after", "seconds": 4, "slots": [1]})
    old = Release(starts_once("/data"), "old", update, False, VOLUME, deploy)
    return site.upgrade(old, Release(fails, "new", update, False, VOLUME, deploy), *OPTIONS)


def no_room_for_the_port(site: Site) -> Awaited:
    old, new = (Release(steady(), name, RISKY, service=HOST_PORT) for name in ("old", "new"))
    return site.upgrade(old, new, *OPTIONS, "--pending-timeout=4s")


def no_room_under_max_replicas(site: Site) -> Awaited:
    """Reach --timeout before --pending-timeout."""
    old, new = (Release(steady(), name, RISKY, deploy=FULL) for name in ("old", "new"))
    return site.upgrade(old, new, *OPTIONS, "--timeout=20s")


def crash_loop(site: Site) -> Awaited:
    old, new = Release(steady(), "old", SHORT, False), Release(crashes_after(7), "new", SHORT, False)
    return site.upgrade(old, new, *OPTIONS, "--settle=10s")


def good(site: Site) -> Awaited:
    return site.upgrade(Release(steady(), "old", SHORT), Release(steady(1), "new", SHORT), *OPTIONS)


def no_change(site: Site) -> Awaited:
    return site.upgrade(Release(steady(), "new", SHORT), Release(steady(), "new", SHORT), *OPTIONS)


def new_stack(site: Site) -> Awaited:
    site.deploy(Release(steady(2), "new", SHORT))
    return site.wait(*OPTIONS)


def two_deploys(site: Site) -> Awaited:
    """Deploy again while `await` watches an update that hangs."""
    old, bad = (Release(steady(), name, RISKY, deploy=FULL) for name in ("old", "bad"))
    site.start(old)
    site.deploy(bad)
    process = site.begin_until("a task is pending", *OPTIONS, "--pending-timeout=10m")
    site.deploy(Release(steady(), "new", SHORT))
    return wait_for(process)


def two_deploys_at_once(site: Site) -> Awaited:
    site.start(Release(steady(), "old", RISKY))
    site.deploy(Release(steady(1), "between", RISKY))
    site.deploy(Release(crashes_after(0), "new", RISKY))
    return site.wait(*OPTIONS)


def beside_the_deploy(site: Site) -> Awaited:
    """Start `await` before the deploy, so that it first reads the status of the previous update."""
    site.start(Release(steady(), "older", SHORT))
    site.start(Release(steady(), "old", SHORT))
    process = site.begin_until("not deployed since", *OPTIONS, f"--since={datetime.now(UTC).isoformat()}")
    site.deploy(Release(steady(), "new", SHORT))
    return wait_for(process)


CASES = (
    paused,
    rollback_fails,
    no_room_for_the_port,
    no_room_under_max_replicas,
    crash_loop,
    good,
    no_change,
    new_stack,
    two_deploys,
    two_deploys_at_once,
    beside_the_deploy,
)


@pytest.fixture(scope="module")
def results(installation: Installation) -> Iterator[Results]:
    """Result of each case. All cases run at the same time on one engine."""
    with private_engine(installation) as engine, ThreadPoolExecutor(len(CASES)) as pool:
        yield {case: pool.submit(case, Site(engine, case.__name__.replace("_", "-"))) for case in CASES}


def result_of(results: Results, case: Case) -> Awaited:
    result = results[case].result()
    validate("await", json.loads(result.stdout))
    return result


def test_await_reports_the_incident_with_its_cause(installation: Installation) -> None:
    with private_engine(installation, MEMORY) as engine:
        site = Site(engine, "forum")
        site.start(Release(boots_with("90M"), "old", RISKY))
        before = site.running
        site.deploy(Release(boots_with("160M"), "new", RISKY))
        result = site.wait(*OPTIONS)
        again = site.wait("--expect-label=release=new")
        assert (len(before), site.running) == (1, before)
    assert (result.exit_code, result.service["outcome"], result.service["running"]) == (1, "rolled-back", 1)
    assert result.service["update"]["state"] == "rollback_completed"
    [failure] = result.service["failures"]
    assert (failure["exit_code"], failure["release"]) == (137, "new")
    assert "exit code 137: killed, usually because memory ran out" in failure["message"]
    assert "1 task runs, started before the update and never stopped" in result.service["message"]
    mismatches = ["the label release of forum_app is old, not new, because its update was rolled back"]
    assert json.loads(result.stdout)["mismatches"] == mismatches
    assert again.exit_code == 1
    assert "forum_app  rolled back" in again.stdout
    assert "(137)" in again.stdout
    assert mismatches[0] in again.stdout


def test_await_fails_on_paused_update(results: Results) -> None:
    result = result_of(results, paused)
    assert (result.exit_code, result.service["outcome"], result.service["update"]["state"]) == (
        1,
        "paused",
        "paused",
    )
    assert [failure["exit_code"] for failure in result.service["failures"]][:1] == [1]
    assert json.loads(result.stdout)["mismatches"] == []


def test_await_reports_a_failed_rollback(results: Results) -> None:
    result = result_of(results, rollback_fails)
    assert (result.exit_code, result.service["outcome"]) == (1, "rollback-paused")
    releases = [failure["release"] for failure in result.service["failures"]]
    assert (releases[0], set(releases)) == ("new", {"new", "old"})
    [mismatch] = json.loads(result.stdout)["mismatches"]
    assert "is old, not new" in mismatch


def test_await_fails_on_hang_before_timeout(results: Results) -> None:
    result = result_of(results, no_room_for_the_port)
    assert (result.exit_code, result.service["outcome"], result.service["update"]["state"]) == (
        1,
        "pending",
        "updating",
    )
    assert "host-mode port already in use on 1 node" in result.service["message"]
    assert result.stderr.count("cannot start a task yet: no suitable node (host-mode port already in use") == 1
    assert json.loads(result.stdout)["seconds"] < 120


def test_await_timeout_reports_reason_of_hang(results: Results) -> None:
    result = result_of(results, no_room_under_max_replicas)
    assert (result.exit_code, result.service["outcome"]) == (2, "waiting")
    assert "max replicas per node limit exceed" in result.service["message"]
    assert "max replicas per node limit exceed" in result.stderr


def test_await_detects_crash_loop_after_completed_update(results: Results) -> None:
    result = result_of(results, crash_loop)
    assert (result.exit_code, result.service["outcome"], result.service["update"]["state"]) == (
        1,
        "crashing",
        "completed",
    )
    assert result.service["failures"][-1]["exit_code"] == 1


@pytest.mark.parametrize(
    ("case", "outcome"),
    [(good, "completed"), (no_change, "unchanged"), (new_stack, "created")],
)
def test_await_succeeds(results: Results, case: Case, outcome: str) -> None:
    result = result_of(results, case)
    assert (result.exit_code, result.service["outcome"], result.stderr) == (0, outcome, "")
    assert (result.service["running"], result.service["failures"]) == (1, [])


def test_await_reports_last_of_two_deploys(results: Results) -> None:
    result = result_of(results, two_deploys)
    assert (result.exit_code, result.service["outcome"]) == (0, "completed")
    assert "deployed again" in [event["message"] for event in result.service["events"]]
    at_once = result_of(results, two_deploys_at_once)
    assert (at_once.exit_code, at_once.service["outcome"]) == (1, "rolled-back")
    [mismatch] = json.loads(at_once.stdout)["mismatches"]
    assert "is between, not new" in mismatch


def test_await_ignores_status_of_previous_update(results: Results) -> None:
    result = result_of(results, beside_the_deploy)
    assert (result.exit_code, result.service["outcome"]) == (0, "completed")
    assert result.service["events"][0]["message"].startswith("not deployed since")
