"""Outcomes of recorded updates, and of variants of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from rollout_lint.live.describe import describe_end
from rollout_lint.live.model import LiveTask
from rollout_lint.live.result import Outcome
from rollout_lint.live.tasks import update_start
from rollout_lint.live.watcher import ServiceWatcher, Snapshot, WaitOptions

from tests.live.recordings import ENGINES, as_service, as_snapshot, load_recording

if TYPE_CHECKING:
    from rollout_lint.live.result import Result
    from syrupy.assertion import SnapshotAssertion

OPTIONS = WaitOptions(settle=5, pending=10)
RUNNING = {"State": "running", "Timestamp": "2026-06-20T10:00:00Z"}


SEEN_AT_THE_END = {
    "incident": (1, [True]),
    "paused": (0, [True, True]),
    "completed": (1, []),
    "hang": (1, []),
}
"""Running tasks at the end, and for each failed one if it has the new release."""


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("name", "outcomes"),
    [
        ("incident", [Outcome.WAITING, Outcome.ROLLED_BACK]),
        ("paused", [Outcome.WAITING, Outcome.PAUSED]),
        ("completed", [Outcome.WAITING, Outcome.COMPLETED]),
        ("hang", [Outcome.WAITING, Outcome.PENDING]),
    ],
)
def test_recorded_update_has_its_outcome(name: str, outcomes: list[Outcome], engine: str) -> None:
    results = load_recording(name, engine).replay(OPTIONS, first=1)
    reached = [result.outcome for result in results]
    assert (results[-1].running, [each.is_new for each in results[-1].failures]) == SEEN_AT_THE_END[name]
    assert list(dict.fromkeys(reached)) == outcomes
    assert reached == sorted(reached, key=outcomes.index)


@pytest.mark.parametrize("first", range(1, 9))
def test_incident_is_rolled_back_from_any_snapshot(first: int, snapshot: SnapshotAssertion) -> None:
    result = load_recording("incident").replay(first=first)[-1]
    assert (result.outcome, result.running) == (Outcome.ROLLED_BACK, 1)
    assert result.message == snapshot(name="message")
    assert [(each.exit_code, each.is_new) for each in result.failures] == [(137, True)]


def test_since_ignores_earlier_deploys(snapshot: SnapshotAssertion) -> None:
    shown = load_recording("completed")
    start = update_start(as_service(shown.last_service))
    assert start is not None
    before = WaitOptions(settle=5, since=start - timedelta(seconds=1))
    after = WaitOptions(settle=5, since=start + timedelta(seconds=1))
    assert [result.outcome for result in shown.replay(before)][-1] is Outcome.COMPLETED
    waiting = shown.replay(after)
    assert {result.outcome for result in waiting} == {Outcome.WAITING}
    assert waiting[-1].message == snapshot


def new_service() -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return the first service of a recording, which is new, and its tasks."""
    first = load_recording("completed").snapshots[0]
    return first["services"][0], [dict(task) for task in first["tasks"]]


def settle(service: dict[str, Any], tasks: list[dict[str, Any]]) -> Result:
    """Return the result after the same state was seen for longer than the settle time."""
    watcher = ServiceWatcher("a", OPTIONS)
    return [watcher.update(as_snapshot(time, service, tasks)) for time in (0.0, 4.9, 5.1)][-1]


def test_tasks_must_stay_running_to_complete() -> None:
    service, tasks = load_recording("completed").last
    watcher = ServiceWatcher("a", OPTIONS)
    assert watcher.update(as_snapshot(0, service, tasks)).outcome is Outcome.WAITING
    assert watcher.update(as_snapshot(4.9, service, tasks)).outcome is Outcome.WAITING
    assert watcher.update(as_snapshot(5, service, tasks)).outcome is Outcome.COMPLETED


def test_task_end_after_completed_update_is_crash(snapshot: SnapshotAssertion) -> None:
    service, tasks = load_recording("completed").last
    watcher = ServiceWatcher("a", OPTIONS)
    watcher.update(as_snapshot(0, service, tasks))
    newest = max(tasks, key=lambda task: str(task["CreatedAt"]))
    newest |= {"DesiredState": "shutdown", "Status": {"State": "failed", "Err": "task: non-zero exit (3)"}}
    result = watcher.update(as_snapshot(1, service, tasks))
    assert (result.outcome, result.running) == (Outcome.CRASHING, 0)
    assert result.message == snapshot


def test_replacement_task_settles_anew() -> None:
    service, tasks = new_service()
    watcher = ServiceWatcher("a", OPTIONS)
    watcher.update(as_snapshot(0, service, tasks))
    tasks[0]["ID"] = "another"
    assert watcher.update(as_snapshot(4, service, tasks)).outcome is Outcome.WAITING
    assert watcher.update(as_snapshot(8, service, tasks)).outcome is Outcome.WAITING
    assert watcher.update(as_snapshot(9, service, tasks)).outcome is Outcome.CREATED


def test_no_status_and_outdated_task_is_waiting(snapshot: SnapshotAssertion) -> None:
    shown = load_recording("completed")
    service, tasks = shown.last_service, [dict(task) for task in shown.snapshots[0]["tasks"]]
    del service["UpdateStatus"]
    waiting = settle(service, tasks)
    assert waiting.outcome is Outcome.WAITING
    assert waiting.message == snapshot
    tasks[0]["Spec"] = service["Spec"]["TaskTemplate"]
    assert settle(service, tasks).outcome is Outcome.UNCHANGED


def test_no_status_and_changed_ports_is_waiting(snapshot: SnapshotAssertion) -> None:
    service, tasks = load_recording("completed").last
    del service["UpdateStatus"]
    assert settle(service, tasks).outcome is Outcome.UNCHANGED
    service["Spec"]["EndpointSpec"] = {"Mode": "vip", "Ports": [{"TargetPort": 80, "PublishedPort": 8080}]}
    waiting = settle(service, tasks)
    assert waiting.outcome is Outcome.WAITING
    assert waiting.message == snapshot


def test_label_change_needs_no_update() -> None:
    service, tasks = load_recording("completed").last
    del service["UpdateStatus"]
    service["Spec"]["Labels"]["release"] = "newer"
    assert settle(service, tasks).outcome is Outcome.UNCHANGED


def test_failed_rollback_reported_as_completed(snapshot: SnapshotAssertion) -> None:
    """Docker reports this under `rollback_config.failure_action: rollback`, without a previous spec."""
    service, tasks = load_recording("incident").last
    service["UpdateStatus"] |= {"State": "completed", "Message": "update completed"}
    result = settle(service, tasks)
    assert (result.outcome, result.was_rolled_back) == (Outcome.ROLLED_BACK, True)
    assert result.message == snapshot


def test_completed_after_rollback_is_rolled_back() -> None:
    shown = load_recording("incident")
    watcher = ServiceWatcher("a", OPTIONS)
    for look in shown.snapshots[1:-2]:
        watcher.update(as_snapshot(look["at"], look["services"][0], look["tasks"]))
    service, tasks = shown.last
    service["UpdateStatus"]["State"] = "completed"
    result = watcher.update(as_snapshot(20, service, [task for task in tasks if task["Status"]["State"] == "running"]))
    assert result.outcome is Outcome.ROLLED_BACK


def test_since_includes_deploy_at_that_time() -> None:
    service, tasks = load_recording("completed").last
    service["UpdateStatus"]["StartedAt"] = "2026-06-20T10:00:00Z"
    since = WaitOptions(settle=0, since=datetime(2026, 6, 20, 10, tzinfo=UTC))
    assert ServiceWatcher("a", since).update(as_snapshot(0, service, tasks)).outcome is Outcome.COMPLETED


@pytest.mark.parametrize(
    ("error", "code"),
    [
        pytest.param("task: non-zero exit (137)", 137, id="killed"),
        pytest.param("task: non-zero exit (3)", 3, id="exit-in-error"),
        pytest.param("starting container failed", 127, id="not-found"),
        pytest.param("unhealthy container", 9, id="unhealthy"),
        pytest.param("", 0, id="exit-0"),
        pytest.param("No such image: a:1", None, id="no-image"),
    ],
)
def test_describe_end(error: str, code: int | None, snapshot: SnapshotAssertion) -> None:
    assert describe_end(LiveTask("a", state="failed", error=error, exit_code=code)) == snapshot


def test_describe_end_mentions_healthcheck_on_exit_0(snapshot: SnapshotAssertion) -> None:
    healthcheck = {"ContainerSpec": {"Healthcheck": {"Test": ["CMD", "true"]}}}
    ended = [describe_end(LiveTask("a", state="complete", exit_code=0, spec=spec)) for spec in ({}, healthcheck)]
    assert ended == snapshot


def test_completed_update_without_previous_spec() -> None:
    """For example after a node label changed: Swarm moves the tasks without a new spec."""
    service, tasks = load_recording("completed").last
    del service["PreviousSpec"]
    tasks = [task for task in tasks if task["Spec"]["ContainerSpec"]["Labels"]["release"] == "new"]
    assert settle(service, tasks).outcome is Outcome.COMPLETED


def test_scaled_up_tasks_must_run(snapshot: SnapshotAssertion) -> None:
    """Swarm starts added tasks beside the update, and completes the update without them."""
    service, tasks = load_recording("completed").last
    service["Spec"]["Mode"]["Replicated"]["Replicas"] = 2
    result = settle(service, tasks)
    assert (result.outcome, result.running) == (Outcome.WAITING, 1)
    assert result.message == snapshot
    newest = max(tasks, key=lambda task: str(task["CreatedAt"]))
    assert settle(service, [*tasks, {**newest, "ID": "b", "Slot": 2}]).outcome is Outcome.COMPLETED


def test_service_with_0_replicas_is_completed() -> None:
    service, tasks = load_recording("completed").last
    service["Spec"]["Mode"]["Replicated"]["Replicas"] = 0
    for task in tasks:
        task["DesiredState"] = "shutdown"
    assert settle(service, tasks).outcome is Outcome.COMPLETED


def test_global_service_needs_a_node(snapshot: SnapshotAssertion) -> None:
    service, tasks = new_service()
    service["Spec"]["Mode"] = {"Global": {}}
    waiting = settle(service, [])
    assert waiting.outcome is Outcome.WAITING
    assert waiting.message == snapshot
    assert settle(service, [{**tasks[0], "Slot": 0}]).outcome is Outcome.CREATED


@pytest.mark.parametrize(("code", "outcome"), [(0, Outcome.CREATED), (3, Outcome.WAITING)])
def test_task_without_restart_may_exit_with_0(code: int, outcome: Outcome) -> None:
    service, tasks = new_service()
    service["Spec"]["TaskTemplate"]["RestartPolicy"]["Condition"] = "none"
    status = {"State": "complete" if code == 0 else "failed", "ContainerStatus": {"ContainerID": "c", "ExitCode": code}}
    tasks[0] |= {"DesiredState": "shutdown", "Status": status}
    assert settle(service, tasks).outcome is outcome


def test_job_is_final_when_complete(snapshot: SnapshotAssertion) -> None:
    service, tasks = new_service()
    service["Spec"]["Mode"] = {"ReplicatedJob": {"MaxConcurrent": 1, "TotalCompletions": 1}}
    service["JobStatus"] = {"JobIteration": {"Index": 7}}
    tasks[0] |= {"JobIteration": {"Index": 7}, "DesiredState": "complete", "Status": RUNNING}
    waiting = settle(service, tasks)
    assert waiting.outcome is Outcome.WAITING
    assert waiting.message == snapshot
    tasks[0]["Status"] = {"State": "complete"}
    assert settle(service, tasks).outcome is Outcome.CREATED
    tasks[0]["JobIteration"] = {"Index": 6}
    assert settle(service, tasks).outcome is Outcome.WAITING


def test_pending_task_fails_after_pending_timeout(snapshot: SnapshotAssertion) -> None:
    service, tasks = load_recording("hang").last
    watcher = ServiceWatcher("a", OPTIONS)
    assert watcher.update(as_snapshot(0, service, tasks)).message == snapshot(name="pending")
    assert watcher.update(as_snapshot(9, service, tasks)).outcome is Outcome.WAITING
    [pending] = [task for task in tasks if task["Status"]["State"] == "pending"]
    reason = pending["Status"].pop("Err")
    assert watcher.update(as_snapshot(9.5, service, tasks)).message == snapshot(name="updating")
    pending["Status"]["Err"] = reason
    assert watcher.update(as_snapshot(11, service, tasks)).outcome is Outcome.WAITING
    assert watcher.update(as_snapshot(21, service, tasks)).outcome is Outcome.PENDING


def test_second_deploy_resets_watcher(snapshot: SnapshotAssertion) -> None:
    shown = load_recording("completed")
    watcher = ServiceWatcher("a", OPTIONS)
    watcher.update(as_snapshot(0, *shown.last))
    service, tasks = shown.last
    service["UpdateStatus"] |= {"State": "updating", "StartedAt": "2026-12-01T00:00:00Z"}
    result = watcher.update(as_snapshot(6, service, tasks))
    assert result.outcome is Outcome.WAITING
    assert [result.message, *(event.message for event in result.events)] == snapshot


def test_rollback_is_not_a_second_deploy(snapshot: SnapshotAssertion) -> None:
    events = load_recording("incident").replay(first=1)[-1].events
    assert [event.message for event in events] == snapshot


def test_old_task_failing_on_stop_is_not_a_failure() -> None:
    service, tasks = load_recording("completed").last
    old = min(tasks, key=lambda task: str(task["CreatedAt"]))
    old["Status"] = {"State": "failed", "Err": "task: non-zero exit (143)"}
    result = settle(service, tasks)
    assert (result.outcome, result.failures) == (Outcome.COMPLETED, ())


def test_unknown_state_is_waiting(snapshot: SnapshotAssertion) -> None:
    service, tasks = load_recording("completed").last
    service["UpdateStatus"]["State"] = "reconsidered"
    result = settle(service, tasks)
    assert result.outcome is Outcome.WAITING
    assert "reconsidered" in result.message
    assert result.message == snapshot


def test_give_up_fails_only_failing_services() -> None:
    service, tasks = new_service()
    tasks[0]["Status"] = {"State": "starting"}
    watcher = ServiceWatcher("a", OPTIONS)
    watcher.update(as_snapshot(0, service, tasks))
    assert watcher.give_up().outcome is Outcome.WAITING
    failed = {**tasks[0], "ID": "b", "DesiredState": "shutdown", "Status": {"State": "failed", "Err": "x"}}
    watcher.update(as_snapshot(1, service, [*tasks, failed]))
    assert watcher.give_up().outcome is Outcome.CRASHING


def test_give_up_during_rollback_is_rolled_back(snapshot: SnapshotAssertion) -> None:
    shown = load_recording("incident")
    rolling = next(
        each
        for each in shown.snapshots
        if each["services"][0].get("UpdateStatus", {}).get("State") == "rollback_started"
    )
    watcher = ServiceWatcher("a", OPTIONS)
    assert watcher.update(as_snapshot(0, rolling["services"][0], rolling["tasks"])).outcome is Outcome.WAITING
    result = watcher.give_up()
    assert (result.outcome, result.was_rolled_back) == (Outcome.ROLLED_BACK, True)
    assert result.message == snapshot


def test_missing_service_is_removed() -> None:
    watcher = ServiceWatcher("a", OPTIONS)
    watcher.update(as_snapshot(0, *load_recording("completed").last))
    result = watcher.update(Snapshot(1, None))
    assert (result.outcome, result.name) == (Outcome.REMOVED, "completed_app")


def test_parse_converts_times_to_utc() -> None:
    service = load_recording("completed").last_service
    service["UpdateStatus"]["StartedAt"] = "2026-06-20T12:00:00+02:00"
    assert update_start(as_service(service)) == datetime(2026, 6, 20, 10, tzinfo=UTC)
