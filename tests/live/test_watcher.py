"""What is said of an update, look by look, on recordings of a real engine and on variants of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from rollout_lint.live.describe import told_end
from rollout_lint.live.model import LiveTask
from rollout_lint.live.result import Outcome
from rollout_lint.live.watcher import Look, Patience, Watch

from tests.live.recordings import Recording, as_look, recording

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

PATIENCE = Patience(settle=5, pending=10)
RUNNING = {"State": "running", "Timestamp": "2026-06-20T10:00:00Z"}


@pytest.mark.parametrize(
    ("name", "outcomes"),
    [
        ("incident", [Outcome.WAITING, Outcome.ROLLED_BACK]),
        ("paused", [Outcome.WAITING, Outcome.PAUSED]),
        ("completed", [Outcome.WAITING, Outcome.COMPLETED]),
        ("hang", [Outcome.WAITING, Outcome.PENDING]),
    ],
)
def test_a_recorded_update_is_told_rightly(name: str, outcomes: list[Outcome]) -> None:
    said = [result.outcome for result in recording(name).replayed(PATIENCE, since_look=1)]
    assert list(dict.fromkeys(said)) == outcomes
    assert said == sorted(said, key=outcomes.index)


@pytest.mark.parametrize("first", range(1, 9))
def test_the_incident_is_rolled_back_from_any_first_look(first: int, snapshot: SnapshotAssertion) -> None:
    result = recording("incident").replayed(since_look=first)[-1]
    assert (result.outcome, result.running) == (Outcome.ROLLED_BACK, 1)
    assert result.told == snapshot(name="told")
    assert [(each.exit_code, each.is_new) for each in result.failures] == [(137, True)]


def test_looks_before_the_given_time_do_not_count(snapshot: SnapshotAssertion) -> None:
    shown = recording("completed")
    since = as_look(0, *_last(shown)).service
    assert since is not None
    assert since.update is not None
    assert since.update.started is not None
    before = Patience(settle=5, since=since.update.started - timedelta(seconds=1))
    after = Patience(settle=5, since=since.update.started + timedelta(seconds=1))
    assert [result.outcome for result in shown.replayed(before)][-1] is Outcome.COMPLETED
    waiting = shown.replayed(after)
    assert {result.outcome for result in waiting} == {Outcome.WAITING}
    assert waiting[-1].told == snapshot


def _last(shown: Recording) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    return shown.last, shown.last_tasks


def _settled(service: dict[str, Any], tasks: list[dict[str, Any]], patience: Patience = PATIENCE) -> Watch:
    """What is said after the same was seen for a while."""
    watch = Watch("a", patience)
    for at in (0.0, 4.9, 5.1):
        watch.see(as_look(at, service, tasks))
    return watch


def test_what_runs_has_to_stay_so() -> None:
    service, tasks = _last(recording("completed"))
    watch = Watch("a", PATIENCE)
    assert watch.see(as_look(0, service, tasks)).outcome is Outcome.WAITING
    assert watch.see(as_look(4.9, service, tasks)).outcome is Outcome.WAITING
    assert watch.see(as_look(5, service, tasks)).outcome is Outcome.COMPLETED


def test_a_task_that_ends_after_a_completed_update_fails_it(snapshot: SnapshotAssertion) -> None:
    service, tasks = _last(recording("completed"))
    watch = Watch("a", PATIENCE)
    watch.see(as_look(0, service, tasks))
    newest = max(tasks, key=lambda task: str(task["CreatedAt"]))
    newest |= {"DesiredState": "shutdown", "Status": {"State": "failed", "Err": "task: non-zero exit (3)"}}
    result = watch.see(as_look(1, service, tasks))
    assert (result.outcome, result.running) == (Outcome.CRASHING, 0)
    assert result.told == snapshot


def test_a_replacement_task_must_settle_as_long() -> None:
    """A new service may try again until it runs; how long it stays is counted anew."""
    service, tasks = _new()
    watch = Watch("a", PATIENCE)
    watch.see(as_look(0, service, tasks))
    tasks[0]["ID"] = "another"
    assert watch.see(as_look(4, service, tasks)).outcome is Outcome.WAITING
    assert watch.see(as_look(8, service, tasks)).outcome is Outcome.WAITING
    assert watch.see(as_look(9, service, tasks)).outcome is Outcome.CREATED


def _new() -> tuple[dict[str, Any], list[dict[str, Any]]]:
    first = recording("completed").looks[0]
    return first["services"][0], [dict(task) for task in first["tasks"]]


def test_no_status_with_a_task_of_another_spec_is_waiting(snapshot: SnapshotAssertion) -> None:
    shown = recording("completed")
    service, tasks = shown.last, [dict(task) for task in shown.looks[0]["tasks"]]
    del service["UpdateStatus"]
    waiting = _settled(service, tasks).result
    assert waiting.outcome is Outcome.WAITING
    assert waiting.told == snapshot
    tasks[0]["Spec"] = service["Spec"]["TaskTemplate"]
    assert _settled(service, tasks).result.outcome is Outcome.UNCHANGED


def test_no_status_with_changed_ports_is_waiting(snapshot: SnapshotAssertion) -> None:
    shown = recording("completed")
    service, tasks = shown.last, shown.last_tasks
    del service["UpdateStatus"]
    assert _settled(service, tasks).result.outcome is Outcome.UNCHANGED
    service["Spec"]["EndpointSpec"] = {"Mode": "vip", "Ports": [{"TargetPort": 80, "PublishedPort": 8080}]}
    waiting = _settled(service, tasks).result
    assert waiting.outcome is Outcome.WAITING
    assert waiting.told == snapshot


def test_labels_alone_need_no_update() -> None:
    service, tasks = _last(recording("completed"))
    del service["UpdateStatus"]
    service["Spec"]["Labels"]["release"] = "newer"
    assert _settled(service, tasks).result.outcome is Outcome.UNCHANGED


def test_a_completed_update_that_is_a_rollback_is_no_success(snapshot: SnapshotAssertion) -> None:
    """As engines tell it under `rollback_config.failure_action: rollback`: nothing is left to go back to."""
    service, tasks = _last(recording("incident"))
    service["UpdateStatus"] |= {"State": "completed", "Message": "update completed"}
    result = _settled(service, tasks).result
    assert (result.outcome, result.was_rolled_back) == (Outcome.ROLLED_BACK, True)
    assert result.told == snapshot


def test_a_rollback_seen_earlier_is_no_success() -> None:
    shown = recording("incident")
    watch = Watch("a", PATIENCE)
    for look in shown.looks[1:-2]:
        watch.see(as_look(look["at"], look["services"][0], look["tasks"]))
    service, tasks = _last(shown)
    service["UpdateStatus"]["State"] = "completed"
    result = watch.see(as_look(20, service, [task for task in tasks if task["Status"]["State"] == "running"]))
    assert result.outcome is Outcome.ROLLED_BACK


def test_an_update_that_begins_at_the_given_time_counts() -> None:
    service, tasks = _last(recording("completed"))
    service["UpdateStatus"]["StartedAt"] = "2026-06-20T10:00:00Z"
    since = Patience(settle=0, since=datetime(2026, 6, 20, 10, tzinfo=UTC))
    assert Watch("a", since).see(as_look(0, service, tasks)).outcome is Outcome.COMPLETED


@pytest.mark.parametrize(
    ("error", "code"),
    [
        pytest.param("task: non-zero exit (137)", 137, id="killed"),
        pytest.param("task: non-zero exit (3)", 3, id="exit-in-error"),
        pytest.param("starting container failed", 127, id="not-found"),
        pytest.param("unhealthy container", 9, id="unhealthy"),
        pytest.param("", 0, id="ended-by-itself"),
        pytest.param("No such image: a:1", None, id="no-image"),
    ],
)
def test_why_a_task_ended_is_told_once(error: str, code: int | None, snapshot: SnapshotAssertion) -> None:
    assert told_end(LiveTask("a", state="failed", error=error, exit_code=code)) == snapshot


def test_a_task_that_ends_with_success_may_have_been_unhealthy(snapshot: SnapshotAssertion) -> None:
    healthcheck = {"ContainerSpec": {"Healthcheck": {"Test": ["CMD", "true"]}}}
    ended = [told_end(LiveTask("a", state="complete", exit_code=0, spec=spec)) for spec in ({}, healthcheck)]
    assert ended == snapshot


def test_a_completed_update_without_previous_spec_is_completed() -> None:
    """As after a node's label has changed: Swarm moves the tasks, and there is no spec before this one."""
    service, tasks = _last(recording("completed"))
    del service["PreviousSpec"]
    tasks = [task for task in tasks if task["Spec"]["ContainerSpec"]["Labels"]["release"] == "new"]
    assert _settled(service, tasks).result.outcome is Outcome.COMPLETED


def test_tasks_that_were_added_have_to_run_too(snapshot: SnapshotAssertion) -> None:
    """Swarm starts them beside the update, which is completed without them."""
    service, tasks = _last(recording("completed"))
    service["Spec"]["Mode"]["Replicated"]["Replicas"] = 2
    result = _settled(service, tasks).result
    assert (result.outcome, result.running) == (Outcome.WAITING, 1)
    assert result.told == snapshot
    newest = max(tasks, key=lambda task: str(task["CreatedAt"]))
    assert _settled(service, [*tasks, {**newest, "ID": "b", "Slot": 2}]).result.outcome is Outcome.COMPLETED


def test_a_service_without_tasks_to_run_is_not_waited_for() -> None:
    service, tasks = _last(recording("completed"))
    service["Spec"]["Mode"]["Replicated"]["Replicas"] = 0
    for task in tasks:
        task["DesiredState"] = "shutdown"
    assert _settled(service, tasks).result.outcome is Outcome.COMPLETED


def test_a_global_service_needs_a_node(snapshot: SnapshotAssertion) -> None:
    service, tasks = _new()
    service["Spec"]["Mode"] = {"Global": {}}
    waiting = _settled(service, []).result
    assert waiting.outcome is Outcome.WAITING
    assert waiting.told == snapshot
    assert _settled(service, [{**tasks[0], "Slot": 0}]).result.outcome is Outcome.CREATED


@pytest.mark.parametrize(("code", "outcome"), [(0, Outcome.CREATED), (3, Outcome.WAITING)])
def test_a_task_that_is_meant_to_end_may_end_with_success(code: int, outcome: Outcome) -> None:
    service, tasks = _new()
    service["Spec"]["TaskTemplate"]["RestartPolicy"]["Condition"] = "none"
    status = {"State": "complete" if code == 0 else "failed", "ContainerStatus": {"ContainerID": "c", "ExitCode": code}}
    tasks[0] |= {"DesiredState": "shutdown", "Status": status}
    assert _settled(service, tasks).result.outcome is outcome


def test_a_job_is_over_when_it_is_complete(snapshot: SnapshotAssertion) -> None:
    service, tasks = _new()
    service["Spec"]["Mode"] = {"ReplicatedJob": {"MaxConcurrent": 1, "TotalCompletions": 1}}
    service["JobStatus"] = {"JobIteration": {"Index": 7}}
    tasks[0] |= {"JobIteration": {"Index": 7}, "DesiredState": "complete", "Status": RUNNING}
    waiting = _settled(service, tasks).result
    assert waiting.outcome is Outcome.WAITING
    assert waiting.told == snapshot
    tasks[0]["Status"] = {"State": "complete"}
    assert _settled(service, tasks).result.outcome is Outcome.CREATED
    tasks[0]["JobIteration"] = {"Index": 6}
    assert _settled(service, tasks).result.outcome is Outcome.WAITING


def test_a_pending_task_fails_only_after_its_time_and_may_pass(snapshot: SnapshotAssertion) -> None:
    service, tasks = _last(recording("hang"))
    watch = Watch("a", PATIENCE)
    assert watch.see(as_look(0, service, tasks)).told == snapshot(name="pending")
    assert watch.see(as_look(9, service, tasks)).outcome is Outcome.WAITING
    [pending] = [task for task in tasks if task["Status"]["State"] == "pending"]
    reason = pending["Status"].pop("Err")
    assert watch.see(as_look(9.5, service, tasks)).told == snapshot(name="updating")
    pending["Status"]["Err"] = reason
    assert watch.see(as_look(11, service, tasks)).outcome is Outcome.WAITING
    assert watch.see(as_look(21, service, tasks)).outcome is Outcome.PENDING


def test_a_second_deploy_begins_anew(snapshot: SnapshotAssertion) -> None:
    shown = recording("completed")
    watch = Watch("a", PATIENCE)
    watch.see(as_look(0, *_last(shown)))
    service, tasks = _last(shown)
    service["UpdateStatus"] |= {"State": "updating", "StartedAt": "2026-12-01T00:00:00Z"}
    result = watch.see(as_look(6, service, tasks))
    assert result.outcome is Outcome.WAITING
    assert [result.told, *(event.told for event in result.events)] == snapshot


def test_a_rollback_is_no_second_deploy(snapshot: SnapshotAssertion) -> None:
    events = recording("incident").replayed(since_look=1)[-1].events
    assert [event.told for event in events] == snapshot


def test_an_old_task_that_fails_on_shutdown_is_no_failure() -> None:
    service, tasks = _last(recording("completed"))
    old = min(tasks, key=lambda task: str(task["CreatedAt"]))
    old["Status"] = {"State": "failed", "Err": "task: non-zero exit (143)"}
    result = _settled(service, tasks).result
    assert (result.outcome, result.failures) == (Outcome.COMPLETED, ())


def test_a_state_of_no_known_name_is_waited_for_and_named(snapshot: SnapshotAssertion) -> None:
    service, tasks = _last(recording("completed"))
    service["UpdateStatus"]["State"] = "reconsidered"
    result = _settled(service, tasks).result
    assert result.outcome is Outcome.WAITING
    assert "reconsidered" in result.told
    assert result.told == snapshot


def test_only_a_failing_service_has_failed_at_the_timeout() -> None:
    service, tasks = _new()
    tasks[0]["Status"] = {"State": "starting"}
    watch = Watch("a", PATIENCE)
    watch.see(as_look(0, service, tasks))
    assert watch.give_up().outcome is Outcome.WAITING
    failed = {**tasks[0], "ID": "b", "DesiredState": "shutdown", "Status": {"State": "failed", "Err": "x"}}
    watch.see(as_look(1, service, [*tasks, failed]))
    assert watch.give_up().outcome is Outcome.CRASHING


def test_a_rollback_that_outlasts_the_timeout_has_failed(snapshot: SnapshotAssertion) -> None:
    shown = recording("incident")
    rolling = next(
        each for each in shown.looks if each["services"][0].get("UpdateStatus", {}).get("State") == "rollback_started"
    )
    watch = Watch("a", PATIENCE)
    assert watch.see(as_look(0, rolling["services"][0], rolling["tasks"])).outcome is Outcome.WAITING
    result = watch.give_up()
    assert (result.outcome, result.was_rolled_back) == (Outcome.ROLLED_BACK, True)
    assert result.told == snapshot


def test_a_service_that_goes_away_is_removed() -> None:
    watch = Watch("a", PATIENCE)
    watch.see(as_look(0, *_last(recording("completed"))))
    result = watch.see(Look(1, None))
    assert (result.outcome, result.name) == (Outcome.REMOVED, "completed_app")


def test_a_time_of_another_zone_is_the_same_time() -> None:
    service, _ = _last(recording("completed"))
    service["UpdateStatus"]["StartedAt"] = "2026-06-20T12:00:00+02:00"
    read = as_look(0, service, []).service
    assert read is not None
    assert read.update is not None
    assert read.update.started == datetime(2026, 6, 20, 10, tzinfo=UTC)
