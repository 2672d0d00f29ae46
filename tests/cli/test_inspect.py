"""`inspect` on the command line."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING, Any

import pytest

from tests.live.recordings import NAMES, garble, load_recording
from tests.support import mask_folder, validate

if TYPE_CHECKING:
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

    from tests.conftest import CommandResult, Run, Write

RECIPE = """version: "3.8"
services:
  app:
    image: rollout-lint/busybox
    healthcheck: {test: [CMD, test, -e, /tmp/ready], interval: 1s, timeout: 10s}
    deploy:
      labels: {release: old}
      update_config:
        failure_action: rollback
        order: start-first
  db:
    image: postgres:16
"""
OVERLAY = 'version: "3.8"\nservices: {app: {deploy: {update_config: {order: stop-first}}}}\n'


def inspected(run: Run, *arguments: str | Path, stdin: Any = None) -> tuple[int, Any]:
    ran = run("inspect", *arguments, "--format", "json", stdin=None if stdin is None else json.dumps(stdin))
    validate("inspect", ran.json)
    assert ran.exit_code == ran.json["exit_code"]
    return ran.exit_code, ran.json


def test_inspect_reports_a_rolled_back_update(run: Run, snapshot: SnapshotAssertion) -> None:
    ran = run("inspect", stdin=json.dumps([load_recording("incident").last_service]))
    assert ran.exit_code == 1
    assert ran.stdout == snapshot


@pytest.mark.parametrize(
    ("state", "code"),
    [
        pytest.param("completed", 0, id="completed"),
        pytest.param("updating", 0, id="updating"),
        pytest.param("paused", 1, id="paused"),
        pytest.param("rollback_started", 1, id="rollback-started"),
        pytest.param("rollback_paused", 1, id="rollback-paused"),
        pytest.param("rollback_completed", 1, id="rollback-completed"),
        pytest.param(None, 0, id="no-update"),
        pytest.param("reconsidered", 2, id="unknown-state"),
    ],
)
def test_inspect_describes_each_update_state(
    run: Run, state: str | None, code: int, snapshot: SnapshotAssertion
) -> None:
    document = load_recording("completed").last_service
    if state is None:
        del document["UpdateStatus"]
    else:
        document["UpdateStatus"]["State"] = state
    exit_code, found = inspected(run, "--fail-on", "never", stdin=document)
    assert exit_code == code
    assert found["services"][0]["message"] == snapshot


def stuck(started: str, **spec: Any) -> Any:
    """Return a service whose update has been in progress since a time; today is 2026-06-20."""
    document = load_recording("hang").last_service
    document["UpdateStatus"] |= {"State": "updating", "StartedAt": started, "Message": "update in progress"}
    document["Spec"] |= spec
    return document


@pytest.mark.parametrize(
    ("started", "code"),
    [
        pytest.param("2026-06-19T23:30:00Z", 0, id="half-an-hour"),
        pytest.param("2026-06-19T22:50:00Z", 1, id="over-an-hour"),
        pytest.param("2025-11-03T00:00:00Z", 1, id="229-days"),
        pytest.param("", 0, id="start-unknown"),
    ],
)
def test_inspect_fails_for_an_update_that_cannot_end(
    run: Run, started: str, code: int, snapshot: SnapshotAssertion
) -> None:
    exit_code, found = inspected(run, "--fail-on", "never", stdin=stuck(started))
    assert (exit_code, found["services"][0]["update_failed"]) == (code, code == 1)
    assert found["services"][0]["message"] == snapshot
    text = run("inspect", "--fail-on", "never", stdin=json.dumps(stuck(started))).stdout
    assert ("1 update failed" in text) is (code == 1)


@pytest.mark.parametrize("mode", [{"Replicated": {"Replicas": 100}}, {"Global": {}}])
def test_inspect_waits_for_many_tasks(run: Run, mode: Any) -> None:
    hours_ago = stuck("2026-06-19T20:00:00Z", Mode=mode)
    assert inspected(run, "--fail-on", "never", stdin=hours_ago)[0] == 0
    months_ago = stuck("2026-01-01T00:00:00Z", Mode=mode)
    assert inspected(run, "--fail-on", "never", stdin=months_ago)[0] == 1


def test_inspect_reports_that_the_next_deploy_is_refused(run: Run, write: Write, snapshot: SnapshotAssertion) -> None:
    folder = write({"compose.yml": RECIPE.replace("    deploy:\n", "    deploy:\n      mode: global\n", 1)})
    document = load_recording("completed").last_service
    code, found = inspected(run, "--against", folder, stdin=document)
    assert (code, found["services"][0]["drift"]["blocks_deploy"]) == (1, True)
    text = run("inspect", "--against", folder, stdin=json.dumps(document)).stdout
    assert "\n".join(line for line in text.splitlines() if "drift" in line) == snapshot


@pytest.mark.parametrize(
    ("options", "kept", "not_compared"),
    [
        ("{o: 'size=1,password=hunter2'}", ["data"], []),
        ("{o: size=2}", [], []),
        ("{}", ["data"], []),
        ("{o: '${SIZE}'}", [], ["volume data"]),
    ],
)
def test_inspect_names_volumes_that_keep_their_options(
    run: Run, write: Write, options: str, kept: list[str], not_compared: list[str]
) -> None:
    stack = RECIPE.replace("    deploy:", "    volumes: ['data:/data']\n    deploy:", 1)
    folder = write({"compose.yml": f"{stack}volumes: {{data: {{driver_opts: {options}}}}}\n"})
    document = load_recording("completed").last_service
    stack_name = document["Spec"]["Labels"]["com.docker.stack.namespace"]
    mount: dict[str, Any] = {"Type": "volume", "Source": f"{stack_name}_data", "Target": "/data"}
    mount["VolumeOptions"] = {"DriverConfig": {"Options": {"o": "size=2"}}}
    document["Spec"]["TaskTemplate"]["ContainerSpec"]["Mounts"] = [mount]
    code, found = inspected(run, "--against", folder, stdin=document)
    drift = found["services"][0]["drift"]
    assert (drift["kept_volumes"], [each for each in drift["not_compared"] if "volume" in each]) == (kept, not_compared)
    assert code == 1 or not kept
    text = run("inspect", "--against", folder, stdin=json.dumps(document)).stdout
    assert ("volume data has other driver_opts" in text) is bool(kept)
    assert "hunter2" not in text + json.dumps(found)


def test_inspect_shows_the_duration_of_a_running_update(run: Run, snapshot: SnapshotAssertion) -> None:
    document = load_recording("hang").last_service
    document["UpdateStatus"] |= {"StartedAt": "2026-06-19T23:57:00Z", "Message": "update in progress"}
    _, found = inspected(run, stdin=document)
    assert found["services"][0]["message"] == snapshot


def test_inspect_doubts_a_completed_update_without_old_spec(run: Run, snapshot: SnapshotAssertion) -> None:
    document = load_recording("incident").last_service
    document["UpdateStatus"]["State"] = "completed"
    _, found = inspected(run, stdin=document)
    assert found["services"][0]["message"] == snapshot


def test_inspect_finds_the_same_as_check(run: Run, write: Write) -> None:
    folder = write({"compose.yml": RECIPE})
    _, found = inspected(run, stdin=load_recording("incident").last_service)
    [live] = found["services"]
    [recipe] = run("check", folder, "--format", "json").json["recipes"]
    of_app = [each for each in recipe["findings"] if each["service"] == "app"]
    assert [each["rule"] for each in live["findings"]] == [each["rule"] for each in of_app] == ["RL001"]
    assert live["findings"][0]["fix"] == of_app[0]["fix"]


def test_inspect_lists_rules_that_a_spec_cannot_answer(run: Run, snapshot: SnapshotAssertion) -> None:
    _, found = inspected(run, stdin=load_recording("incident").last_service)
    [live] = found["services"]
    because = {each["rule"]: each["because"] for each in live["not_asked"]}
    assert because.keys() & {each["rule"] for each in live["findings"]} == set()
    assert {rule: because[rule] for rule in ("RL008", "RL040")} == snapshot(name="because")
    text = run("inspect", stdin=json.dumps(load_recording("paused").last_service)).stdout
    assert text == snapshot(name="text")
    _, found = inspected(run, stdin=load_recording("paused").last_service)
    assert {"RL015", "RL040"} <= {each["rule"] for each in found["services"][0]["not_asked"]}


def test_inspect_omits_rules_that_cannot_match(run: Run) -> None:
    document = load_recording("incident").last_service
    _, found = inspected(run, stdin=document)
    named = {each["rule"] for each in found["services"][0]["not_asked"]}
    assert named & {"RL008", "RL015", "RL037", "RL055"} == {"RL008"}
    document["Spec"]["UpdateConfig"]["Order"] = "stop-first"
    _, found = inspected(run, stdin=document)
    assert "RL008" not in {each["rule"] for each in found["services"][0]["not_asked"]}


def test_inspect_resolves_a_network_by_name(run: Run) -> None:
    document = load_recording("incident").last_service
    document["Spec"]["TaskTemplate"]["Networks"] = [{"Target": "host"}]
    _, found = inspected(run, stdin=document)
    assert "RL008" in [each["rule"] for each in found["services"][0]["findings"]]


def test_inspect_locates_policy_drift(run: Run, write: Write, snapshot: SnapshotAssertion) -> None:
    folder = write({"compose.yml": RECIPE, "compose.ccci.yml": OVERLAY})
    document = load_recording("incident").last_service
    document["UpdateStatus"]["State"] = "updating"
    code, found = inspected(run, "--against", folder, "--fail-on", "never", stdin=document)
    assert (code, found["services"][0]["drift"]["drifted"], found["against"]["fitting_variants"]) == (0, False, [])
    code, found = inspected(run, "--against", folder, "--variant", "ccci", "--fail-on", "never", stdin=document)
    assert code == 1
    assert found["against"]["files"] == ["compose.yml", "compose.ccci.yml"]
    assert found["against"]["fitting_variants"] == ["default"]
    assert found["against"]["not_given"] == ["db"]
    location = {"file": "compose.ccci.yml", "line": 2, "column": OVERLAY.splitlines()[1].index("stop-first") + 1}
    values = {"path": "deploy.update_config.order", "live": "start-first", "files": "stop-first"}
    assert found["services"][0]["drift"]["values"] == [values | location]
    text = run("inspect", "--against", folder, "--variant", "ccci", stdin=json.dumps(document)).stdout
    assert f"compose.ccci.yml:2:{location['column']}" in text
    assert mask_folder(text, folder) == snapshot


@pytest.mark.parametrize(
    ("engine", "written", "live"),
    [
        pytest.param("20.10", "2s", [], id="dropped"),
        pytest.param("26.1", "1s", [], id="equal"),
        pytest.param("28.5", "2s", [1.0], id="other"),
        pytest.param("28.5", None, [1.0], id="not-in-files"),
    ],
)
def test_inspect_compares_start_interval_of_new_engines(
    run: Run, write: Write, engine: str, written: str | None, live: list[float]
) -> None:
    start = f", start_interval: {written}" if written else ""
    text = RECIPE.replace("3.8", "3.13").replace("timeout: 10s", f"timeout: 10s{start}")
    document = load_recording("incident", engine).last_service
    _, found = inspected(run, "--against", write({"compose.yml": text}), stdin=document)
    drift = found["services"][0]["drift"]["values"]
    assert [each["live"] for each in drift if each["path"] == "healthcheck.start_interval"] == live


@pytest.mark.parametrize(("version", "is_compared"), [("24", False), ("25", True)])
def test_inspect_compares_start_interval_if_the_engine_has_it(
    run: Run, write: Write, version: str, is_compared: bool
) -> None:
    text = RECIPE.replace("3.8", "3.13").replace("timeout: 10s", "timeout: 10s, start_interval: 2s")
    folder = write({"compose.yml": text, "rollout-lint.toml": f'engine = "{version}"\nclient = "28"\n'})
    _, found = inspected(run, "--against", folder, stdin=load_recording("incident", "20.10").last_service)
    paths = {each["path"] for each in found["services"][0]["drift"]["values"]}
    assert ("healthcheck.start_interval" in paths) is is_compared


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param("services: {app: {deploy: []}}\n", id="error"),
        pytest.param("services:\n{% if a %}\n  app: {}\n", id="template"),
    ],
)
def test_inspect_ignores_errors_in_other_variants(run: Run, write: Write, broken: str) -> None:
    folder = write({"compose.yml": RECIPE, "compose.ccci.yml": broken})
    document = load_recording("incident").last_service
    document["UpdateStatus"]["State"] = "updating"
    code, found = inspected(run, "--against", folder, "--fail-on", "never", stdin=document)
    assert (code, found["against"]["files"]) == (0, ["compose.yml"])
    ran = run("inspect", "--against", folder, "--variant", "ccci", stdin=json.dumps(document))
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert ran.stderr.startswith(f"{folder}/compose.ccci.yml:")


def test_inspect_names_only_the_key_of_a_drifted_label(run: Run, write: Write, snapshot: SnapshotAssertion) -> None:
    folder = write({"compose.yml": RECIPE.replace("release: old", "release: s3cret")})
    ran = run("inspect", "--against", folder, stdin=json.dumps(load_recording("incident").last_service))
    assert mask_folder(ran.stdout, folder) == snapshot
    _hides_secrets(ran, "s3cret")


def test_drift_names_a_label_and_image_of_the_previous_spec(run: Run, write: Write) -> None:
    document = load_recording("completed").last_service
    document["PreviousSpec"]["TaskTemplate"]["ContainerSpec"]["Image"] = "forum:2"
    document["UpdateStatus"]["State"] = "rollback_started"
    text = RECIPE.replace("rollout-lint/busybox", "forum:2")
    code, found = inspected(run, "--against", write({"compose.yml": text}), stdin=document)
    drift = found["services"][0]["drift"]
    assert code == 1
    assert drift["labels"] == [{"key": "release", "what": "other value", "was_before": True}]
    assert drift["image"] == {"files": "forum:2", "was_before": True}
    assert found["services"][0]["rollback_changes"] == {"image": True, "labels": ["release"], "tasks": True}


def test_values_from_unset_variables_are_reported_not_compared(
    run: Run, write: Write, snapshot: SnapshotAssertion
) -> None:
    text = RECIPE.replace("rollout-lint/busybox", "busybox:${TAG:-1}")
    text = text.replace("{release: old}", '["a.$STACK.b=1", "release=${R:-other}"]')
    folder = write({"compose.yml": text, "values": "TAG=1\nSTACK=x\nR=old\n"})
    document = load_recording("incident").last_service
    document["Spec"]["Labels"]["a.forum.b"] = "1"
    _, found = inspected(run, "--against", folder, stdin=document)
    drift = found["services"][0]["drift"]
    assert (drift["labels"], drift["image"]) == ([], None)
    assert len(drift["not_compared"]) == 3
    assert drift["not_compared"] == snapshot
    exactly = ("-c", folder / "compose.yml", "--env-file", folder / "values")
    _, found = inspected(run, *exactly, stdin=document)
    drift = found["services"][0]["drift"]
    differing = [(each["key"], each["what"]) for each in drift["labels"]]
    assert differing == [("a.forum.b", "not in the files"), ("a.x.b", "missing")]
    assert (drift["image"]["files"], drift["not_compared"]) == ("busybox:1", [])


def test_drift_has_unknown_services_but_not_other_stacks(run: Run, write: Write) -> None:
    folder = write({"compose.yml": RECIPE})
    ours, gone, other = (load_recording("incident").last_service for _ in range(3))
    for document, name, stack in ((gone, "forum_queue", "forum"), (other, "wiki_app", "wiki")):
        document["Spec"]["Name"] = name
        document["Spec"]["Labels"]["com.docker.stack.namespace"] = stack
    _, found = inspected(run, "--against", folder, stdin=[ours, gone])
    assert [each["drift"]["in_files"] for each in found["services"]] == [True, False]
    _, found = inspected(run, "--against", folder, stdin=[gone, other])
    assert [each["drift"] and each["drift"]["in_files"] for each in found["services"]] == [True, None]
    assert found["against"]["other_stacks"] == ["forum_queue"]


def test_inspect_compares_expected_labels_and_images(run: Run, snapshot: SnapshotAssertion) -> None:
    options = ("--expect-label", "release=new", "--expect-image", "rollout-lint/busybox:2")
    _, found = inspected(run, *options, stdin=load_recording("incident").last_service)
    assert len(found["mismatches"]) == len(options) / 2
    assert found["mismatches"] == snapshot


@pytest.mark.parametrize("name", NAMES)
def test_inspect_masks_secrets(run: Run, write: Write, name: str) -> None:
    folder = write({"compose.yml": RECIPE, "running.json": json.dumps(load_recording(name).last_service)})
    for format_ in ("text", "json"):
        _hides_secrets(run("inspect", folder / "running.json", "--against", folder, "--format", format_), "hunter2")


def _hides_secrets(ran: CommandResult, secret: str) -> None:
    assert ran.stdout
    assert secret not in ran.stdout + ran.stderr


def test_inspect_masks_a_drifted_healthcheck(run: Run, write: Write, snapshot: SnapshotAssertion) -> None:
    folder = write({"compose.yml": RECIPE.replace("/tmp/ready", "/s3cret")})
    ran = run("inspect", "--against", folder, stdin=json.dumps(load_recording("incident").last_service))
    assert "compose.yml:5:" in ran.stdout
    assert mask_folder(ran.stdout, folder) == snapshot
    _hides_secrets(ran, "s3cret")
    _hides_secrets(ran, "/tmp/ready")


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(("missing.json",), id="missing"),
        pytest.param((".",), id="folder"),
        pytest.param(("compose.yml",), id="not-json"),
        pytest.param(("running.json", "--variant", "ccci"), id="variant-alone"),
        pytest.param(("running.json", "--against", ".", "--variant", "ccci"), id="unknown-variant"),
        pytest.param(("running.json", "--against", "none"), id="missing-stack"),
        pytest.param(("running.json", "--against", "broken.yml"), id="broken-stack"),
        pytest.param(("running.json", "--expect-label", "release"), id="bad-label"),
        pytest.param(("-", "--against", "-"), id="stdin-twice"),
    ],
)
def test_inspect_rejects_invalid_input(
    run: Run, write: Write, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], snapshot: SnapshotAssertion
) -> None:
    running = json.dumps(load_recording("completed").last_service)
    monkeypatch.chdir(
        write({"compose.yml": RECIPE, "running.json": running, "broken.yml": "services: {a: {image: [}\n"})
    )
    ran = run("inspect", *arguments)
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert ran.stderr == snapshot


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.slow
def test_inspect_handles_damaged_documents(run: Run, write: Write, name: str) -> None:
    folder, chance = write({"compose.yml": RECIPE}), random.Random(name)
    for _ in range(25):
        document = load_recording(name).last_service
        for _ in range(chance.randrange(1, 6)):
            garble(document, chance)
        ran = run("inspect", "--against", folder, "--format", "json", stdin=json.dumps(document))
        assert ran.exit_code in (0, 1, 2)
        if ran.stdout:
            validate("inspect", ran.json)
            assert run("inspect", "--against", folder, stdin=json.dumps(document)).exit_code == ran.exit_code


def test_inspect_escapes_control_characters(run: Run) -> None:
    document = load_recording("incident").last_service
    document["Spec"]["Name"] = "a\x1b[2J\n"
    document["UpdateStatus"]["State"] = "\x1b[31m"
    assert "\x1b" not in run("inspect", stdin=json.dumps(document)).stdout
