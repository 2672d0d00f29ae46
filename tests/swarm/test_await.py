"""What `await` says of updates on a real engine, each of which `docker stack deploy` has called a success."""

from __future__ import annotations

import json
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeAlias

import pytest

from tests.support import validate
from tests.swarm.behaviour import behaviour, boots_with, crashes_after, never_healthy, size, starts_once, steady
from tests.swarm.engine import private_engine
from tests.swarm.needs import missing
from tests.swarm.releases import Awaited, Release, Site, end

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Case: TypeAlias = Callable[[Site], Awaited]
    Seen: TypeAlias = "dict[Case, Future[Awaited]]"

pytestmark = pytest.mark.swarm

OPTIONS = ("--format=json", "--expect-label=release=new")
RISKY = {"failure_action": "rollback", "order": "start-first"}
SHORT = {"monitor": "2s"}
HOST_PORT = {"ports": [{"target": 80, "published": 7411, "mode": "host"}]}
VOLUME = {
    "volumes": [{"type": "volume", "source": "data", "target": "/data"}],
    "environment": {"ROLLOUT_LINT_SLOT": "{{.Task.Slot}}"},
}
MEMORY = size("220M")


def paused(site: Site) -> Awaited:
    old, new = Release(steady(), "old", SHORT, is_checked=False), Release(crashes_after(1), "new", SHORT, False)
    return site.upgrade(old, new, *OPTIONS)


def rollback_fails(site: Site) -> Awaited:
    """The old release cannot start a second time, and one task of the new one fails."""
    update, deploy = {"failure_action": "rollback", "monitor": "20s"}, {"replicas": 2, "rollback_config": {}}
    fails = behaviour({"behaviour": "crashes-after", "seconds": 4, "slots": [1]})
    old = Release(starts_once("/data"), "old", update, False, VOLUME, deploy)
    return site.upgrade(old, Release(fails, "new", update, False, VOLUME, deploy), *OPTIONS)


def no_room_for_the_port(site: Site) -> Awaited:
    old, new = (Release(steady(), name, RISKY, service=HOST_PORT) for name in ("old", "new"))
    return site.upgrade(old, new, *OPTIONS, "--pending-timeout=4s")


def no_room_under_max_replicas(site: Site) -> Awaited:
    """The time is over before the task has been pending for long enough."""
    deploy = {"placement": {"max_replicas_per_node": 1}}
    old, new = (Release(steady(), name, RISKY, deploy=deploy) for name in ("old", "new"))
    return site.upgrade(old, new, *OPTIONS, "--timeout=8s")


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
    """The second comes while the first, which never ends, is awaited."""
    site.start(Release(steady(), "old", RISKY))
    site.deploy(Release(never_healthy(), "bad", RISKY))
    begun = site.begin(*OPTIONS)
    site.pause(2)
    site.deploy(Release(steady(), "new", SHORT))
    return end(begun)


def two_deploys_at_once(site: Site) -> Awaited:
    site.start(Release(steady(), "old", RISKY))
    site.deploy(Release(steady(1), "between", RISKY))
    site.deploy(Release(crashes_after(0), "new", RISKY))
    return site.wait(*OPTIONS)


def beside_the_deploy(site: Site) -> Awaited:
    """The first looks see the status of the update before."""
    site.start(Release(steady(), "older", SHORT))
    site.start(Release(steady(), "old", SHORT))
    begun = site.begin(*OPTIONS, f"--since={datetime.now(UTC).isoformat()}")
    site.pause(2)
    site.deploy(Release(steady(), "new", SHORT))
    return end(begun)


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
def seen() -> Iterator[Seen]:
    """What was said of each case, side by side on one engine."""
    _require()
    with private_engine() as engine, ThreadPoolExecutor(len(CASES)) as pool:
        yield {case: pool.submit(case, Site(engine, case.__name__.replace("_", "-"))) for case in CASES}


def _require() -> None:
    lacking = missing()
    if lacking:
        pytest.fail(f"needs {', '.join(lacking)}")


def _said(seen: Seen, case: Case) -> Awaited:
    said = seen[case].result()
    validate("await", json.loads(said.stdout))
    return said


def test_the_incident_is_told_with_its_cause() -> None:
    _require()
    with private_engine(MEMORY) as engine:
        site = Site(engine, "forum")
        site.start(Release(boots_with("90M"), "old", RISKY))
        before = site.running
        site.deploy(Release(boots_with("160M"), "new", RISKY))
        said = site.wait(*OPTIONS)
        again = site.wait("--expect-label=release=new")
        assert (len(before), site.running) == (1, before)
    assert (said.exit_code, said.service["outcome"], said.service["running"]) == (1, "rolled-back", 1)
    assert said.service["update"]["state"] == "rollback_completed"
    [failure] = said.service["failures"]
    assert (failure["exit_code"], failure["release"]) == (137, "new")
    assert "exit code 137: killed, as a rule for lack of memory" in failure["message"]
    assert "1 task runs, of before the update and never stopped" in said.service["message"]
    told = ["the label release of forum_app is old, not new, for its update was rolled back"]
    assert json.loads(said.stdout)["mismatches"] == told
    assert again.exit_code == 1
    assert "forum_app  rolled back" in again.stdout
    assert "(137)" in again.stdout
    assert told[0] in again.stdout


def test_a_paused_update_fails(seen: Seen) -> None:
    said = _said(seen, paused)
    assert (said.exit_code, said.service["outcome"], said.service["update"]["state"]) == (1, "paused", "paused")
    assert [failure["exit_code"] for failure in said.service["failures"]][:1] == [1]
    assert json.loads(said.stdout)["mismatches"] == []


def test_a_rollback_that_fails_is_told_as_such(seen: Seen) -> None:
    said = _said(seen, rollback_fails)
    assert (said.exit_code, said.service["outcome"]) == (1, "rollback-paused")
    releases = [failure["release"] for failure in said.service["failures"]]
    assert (releases[0], set(releases)) == ("new", {"new", "old"})
    [mismatch] = json.loads(said.stdout)["mismatches"]
    assert "is old, not new" in mismatch


def test_a_hang_is_told_at_once_and_fails_before_the_time_is_over(seen: Seen) -> None:
    said = _said(seen, no_room_for_the_port)
    assert (said.exit_code, said.service["outcome"], said.service["update"]["state"]) == (1, "pending", "updating")
    assert "host-mode port already in use on 1 node" in said.service["message"]
    assert said.stderr.count("hangs unless this passes: no suitable node (host-mode port already in use") == 1
    assert json.loads(said.stdout)["seconds"] < 60


def test_a_hang_that_outlasts_the_time_is_no_answer_and_its_reason_is_known(seen: Seen) -> None:
    said = _said(seen, no_room_under_max_replicas)
    assert (said.exit_code, said.service["outcome"]) == (2, "waiting")
    assert "max replicas per node limit exceed" in said.service["message"]
    assert "max replicas per node limit exceed" in said.stderr


def test_a_crash_loop_after_a_completed_update_is_caught(seen: Seen) -> None:
    said = _said(seen, crash_loop)
    assert (said.exit_code, said.service["outcome"], said.service["update"]["state"]) == (1, "crashing", "completed")
    assert said.service["failures"][-1]["exit_code"] == 1


@pytest.mark.parametrize(
    ("case", "outcome"),
    [(good, "completed"), (no_change, "unchanged"), (new_stack, "created")],
)
def test_what_is_well_is_told_as_well(seen: Seen, case: Case, outcome: str) -> None:
    said = _said(seen, case)
    assert (said.exit_code, said.service["outcome"], said.stderr) == (0, outcome, "")
    assert (said.service["running"], said.service["failures"]) == (1, [])


def test_of_two_deploys_the_last_one_counts(seen: Seen) -> None:
    said = _said(seen, two_deploys)
    assert (said.exit_code, said.service["outcome"]) == (0, "completed")
    assert "it was deployed again" in [event["message"] for event in said.service["events"]]
    at_once = _said(seen, two_deploys_at_once)
    assert (at_once.exit_code, at_once.service["outcome"]) == (1, "rolled-back")
    [mismatch] = json.loads(at_once.stdout)["mismatches"]
    assert "is between, not new" in mismatch


def test_the_status_of_the_update_before_is_not_taken_for_this_ones(seen: Seen) -> None:
    said = _said(seen, beside_the_deploy)
    assert (said.exit_code, said.service["outcome"]) == (0, "completed")
    assert said.service["events"][0]["message"].startswith("it has not been deployed since")
