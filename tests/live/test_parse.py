"""Parsing of what Docker prints, also with missing or odd values."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from rollout_lint.errors import FleetError
from rollout_lint.live.describe import describe_update
from rollout_lint.live.model import REPLICATED_JOB
from rollout_lint.live.parse import MAX_BYTES, read_services, read_tasks
from rollout_lint.live.result import format_result
from rollout_lint.live.spec_diff import has_template, normal_template
from rollout_lint.live.watcher import ServiceWatcher, Snapshot

from tests.live.recordings import NAMES, as_service, garble, load_recording

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

NOW = datetime(2026, 6, 20, tzinfo=UTC)


def test_read_services_and_tasks() -> None:
    document, task_documents = load_recording("incident").last
    service = as_service(document)
    assert (service.name, service.stack, service.name_in_stack) == ("forum_app", "forum", "app")
    assert (service.state, service.previous, service.spec.replicas) == ("rollback_completed", None, 1)
    assert (service.spec.label("release"), service.spec.image) == ("old", "rollout-lint/busybox:latest")
    assert service.update is not None
    assert service.update.started is not None
    assert service.update.completed is not None
    assert service.update.started < service.update.completed
    tasks = read_tasks(json.dumps(task_documents).encode(), "a")
    killed = [task for task in tasks if task.exit_code == 137]
    assert [(task.state, task.ended_by_itself, task.is_running) for task in killed] == [("failed", True, False)]
    template = normal_template(service.spec)
    assert [has_template(task, template) for task in tasks if task.is_running] == [True]
    assert not has_template(killed[0], template)


def test_repr_shows_no_environment_value() -> None:
    service, tasks = load_recording("incident").last
    assert "hunter2" in json.dumps(service)
    assert "hunter2" not in repr(as_service(service)) + repr(read_tasks(json.dumps(tasks).encode(), "a"))


@pytest.mark.parametrize("form", ["list", "alone", "lines", "bom", "utf-16", "crlf"])
def test_read_services_accepts_form(form: str) -> None:
    document = load_recording("paused").last_service
    one = json.dumps(document)
    data = {
        "list": f"[{one}, {one}]".encode(),
        "alone": one.encode(),
        "lines": f"{one}\n{one}\n".encode(),
        "bom": b"\xef\xbb\xbf" + one.encode(),
        "utf-16": one.encode("utf-16"),
        "crlf": json.dumps([document], indent=4).replace("\n", "\r\n").encode(),
    }[form]
    assert {service.name for service in read_services(data, "a")} == {"paused_app"}


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"[]", id="empty-list"),
        pytest.param(b"[{}]", id="empty-object"),
        pytest.param(b"[1, 2]", id="numbers"),
        pytest.param(b'{"Spec": {"Name": "a"}} {"ID": "b"}', id="second-incomplete"),
        pytest.param(b'[{"Spec": {"Name": ', id="cut-off"),
        pytest.param(b"services:\n  app: {}\n", id="yaml"),
        pytest.param(b"\xff\xfe\xfa\x80\x81", id="bad-utf-16"),
        pytest.param(b"\x00" * 9, id="null-bytes"),
        pytest.param(b"[" * 100_000, id="deep"),
        pytest.param(b"1" * 5000, id="huge-number"),
        pytest.param(b" " * (MAX_BYTES + 1), id="too-large"),
    ],
)
def test_read_services_rejects_document(data: bytes, snapshot: SnapshotAssertion) -> None:
    with pytest.raises(FleetError) as raised:
        read_services(data, "running.json")
    [problem] = raised.value.problems
    assert problem.file == "running.json"
    assert problem.message == snapshot


def test_empty_update_status_is_none() -> None:
    document = load_recording("completed").last_service
    document["UpdateStatus"] = {"StartedAt": "0001-01-01T00:00:00Z", "CompletedAt": "0001-01-01T00:00:00Z"}
    assert as_service(document).update is None


def test_job_replicas_are_total_completions() -> None:
    document = load_recording("completed").last_service
    document["Spec"]["Mode"] = {"ReplicatedJob": {"MaxConcurrent": 1, "TotalCompletions": 3}}
    assert (as_service(document).spec.mode, as_service(document).spec.replicas) == (REPLICATED_JOB, 3)


@pytest.mark.parametrize("name", NAMES)
def test_garbled_documents_raise_nothing(name: str) -> None:
    chance = random.Random(name)
    for _ in range(150):
        service, tasks = load_recording(name).last
        for document in (service, *tasks):
            for _ in range(chance.randrange(4)):
                garble(document, chance)
        service["Spec"] = service.get("Spec") or {"Name": "a"}
        watcher = ServiceWatcher("a")
        for read in read_services(json.dumps([service]).encode(), "a") if isinstance(service["Spec"], dict) else []:
            snapshot = Snapshot(0.0, read, tuple(read_tasks(json.dumps(tasks).encode(), "a")))
            assert describe_update(read, NOW, longest=60.0)
            assert list(format_result(watcher.update(snapshot)))
            assert watcher.give_up().message
