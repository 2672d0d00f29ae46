"""`show` on the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support import mask_folder, validate

if TYPE_CHECKING:
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

    from tests.conftest import Run, Write


BASE = """version: "3.8"
services:
  app:
    image: example/app:2
    environment: {PASSWORD: hunter2}
    deploy:
      update_config:
        failure_action: ${ACTION:-rollback}
        order: start-first
        delay: 90s
"""
OVERLAY = 'version: "3.8"\nservices: {app: {deploy: {update_config: {order: stop-first}}}}\n'
KEYS = ("parallelism", "delay", "failure_action", "monitor", "max_failure_ratio", "order")


def shown(run: Run, *arguments: str | Path) -> Any:
    ran = run("show", *arguments, "--format", "json")
    validate("show", ran.json)
    assert ran.exit_code == 0
    return {variant["name"]: variant["services"] for variant in ran.json["variants"]}


def test_show_json_has_location_or_default_of_each_value(run: Run, write: Write) -> None:
    facts = shown(run, write({"compose.yml": BASE}))["default"]["app"]
    for block in ("update_config", "rollback_config"):
        for key in KEYS:
            fact = facts[f"deploy.{block}.{key}"]
            stated = block == "update_config" and key in ("failure_action", "order", "delay")
            assert fact["default"] is not stated
            assert ("line" in fact) is stated
    assert facts["deploy.update_config.failure_action"]["value"] == "rollback"
    assert facts["deploy.update_config.delay"]["value"] == 90
    assert facts["deploy.update_config.monitor"]["value"] == 5


def test_show_json_lists_overridden_values(run: Run, write: Write) -> None:
    variants = shown(run, write({"compose.yml": BASE, "compose.ccci.yml": OVERLAY}))
    order = variants["ccci"]["app"]["deploy.update_config.order"]
    location = {"file": "compose.ccci.yml", "line": 2, "column": OVERLAY.splitlines()[1].index("stop-first") + 1}
    assert {key: order[key] for key in location} == location
    assert order["overrides"] == [{"value": "start-first", "file": "compose.yml", "line": 9, "column": 16}]


def test_show_text_has_locations(run: Run, write: Write, snapshot: SnapshotAssertion) -> None:
    folder = write({"compose.yml": BASE, "compose.ccci.yml": OVERLAY})
    assert mask_folder(run("show", folder).output, folder) == snapshot


def test_show_merges_given_files_in_order(run: Run, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write({"a.yml": OVERLAY, "b.yml": BASE})
    monkeypatch.setenv("ACTION", "continue")
    facts = shown(run, "-c", folder / "a.yml", "-c", folder / "b.yml")["given"]["app"]
    assert facts["deploy.update_config.order"]["value"] == "start-first"
    assert facts["deploy.update_config.failure_action"]["value"] == "continue"


@pytest.mark.parametrize("form", ["text", "json"])
def test_show_locates_a_value_that_docker_rejects(run: Run, write: Write, form: str) -> None:
    folder = write({"a.yml": BASE.replace("order: start-first", "order: [start-first]")})
    ran = run("show", "-c", folder / "a.yml", "--format", form)
    assert ran.exit_code == 2
    if form == "json":
        validate("show", ran.json)
        assert [(each["line"], each["column"]) for each in ran.json["problems"]] == [(9, 16)]
    else:
        assert "a.yml:9:16" in ran.stdout


@pytest.mark.parametrize("form", ["text", "json"])
def test_show_omits_values_outside_the_policy(run: Run, write: Write, form: str) -> None:
    assert "hunter2" not in run("show", write({"compose.yml": BASE}), "--format", form).stdout


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param((".",), id="two-recipes"),
        pytest.param(("a", "-c", "x.yml"), id="folder-and-file"),
        pytest.param(("gone",), id="missing-folder"),
        pytest.param(("-c", "gone.yml"), id="missing-file"),
    ],
)
def test_show_rejects_invalid_usage(
    run: Run,
    write: Write,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    snapshot: SnapshotAssertion,
) -> None:
    folder = write({"a/compose.yml": BASE, "b/compose.yml": BASE})
    monkeypatch.chdir(folder)
    ran = run("show", *arguments)
    assert ran.exit_code == 2
    assert mask_folder(ran.output, folder) == snapshot


def test_show_reports_a_missing_env_file(run: Run, write: Write, snapshot: SnapshotAssertion) -> None:
    text = "services: {a: {image: b, env_file: [here.env, gone.env]}}\n"
    folder = write({"a.yml": text, "here.env": "not = an assignment: {"})
    ran = run("show", "-c", folder / "a.yml", "--format", "json")
    assert ran.exit_code == 2
    assert [(each["line"], each["message"]) for each in ran.json["problems"]] == [(1, snapshot)]
    assert run("check", folder / "a.yml").exit_code == 0


def test_show_all_facts_includes_derived_facts(run: Run, write: Write) -> None:
    text = """services:
  app:
    image: example/app:2
    ports: ["53:53/udp", {target: 443, published: 8443, mode: host}]
    volumes: [data:/data, ./conf:/etc/app:ro]
    healthcheck: {test: [CMD, check], interval: 90s}
"""
    folder = write({"compose.yml": text})
    lines = run("show", folder, "--all-facts").stdout.splitlines()
    shown = {line.split()[0]: " ".join(line.split()[1:-1]) for line in lines if "compose.yml:" in line}
    assert shown["ports"] == "53:53/udp, 8443:443/tcp host"
    assert shown["volumes"] == "data:/data, ./conf:/etc/app:ro"
    assert shown["healthcheck.interval"] == "1m30s"
    assert shown["derived.host_ports"] == "8443"
    assert "healthcheck" not in run("show", folder).stdout


def test_show_accepts_a_first_file_without_services(run: Run, write: Write, snapshot: SnapshotAssertion) -> None:
    folder = write({"shared.yml": "x-a: 1\n", "b.yml": "services: {a: {image: b}}\n"})
    ran = run("show", "-c", folder / "shared.yml", "-c", folder / "b.yml", "--format", "json")
    assert (ran.exit_code, list(ran.json["variants"][0]["services"])) == (0, ["a"])
    ran = run("show", "-c", folder / "shared.yml")
    assert ran.exit_code == 2
    assert mask_folder(ran.output, folder) == snapshot


@pytest.mark.parametrize(
    "options",
    [
        pytest.param(("compose.yml",), id="file"),
        pytest.param(("-c", "compose.yml"), id="layers"),
        pytest.param((".",), id="folder"),
    ],
)
def test_show_names_a_template(
    run: Run, write: Write, options: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, snapshot: SnapshotAssertion
) -> None:
    monkeypatch.chdir(write({"compose.yml": "services:\n  a:\n    image: {{ image }}\n"}))
    ran = run("show", *options)
    assert (ran.exit_code, ran.stderr) == (2, "")
    assert ran.stdout.splitlines()[0].startswith("compose.yml:3:13  error  ")
    assert ran.stdout == snapshot
    ran = run("show", *options, "--format", "json")
    assert [(each["file"], each["line"]) for each in ran.json["problems"]] == [("compose.yml", 3)]


def test_show_all_facts_of_a_minimal_service(run: Run, write: Write, snapshot: SnapshotAssertion) -> None:
    folder = write({"compose.yml": "services: {a: {image: b}}\n"})
    lines = [line.strip() for line in run("show", folder, "--all-facts").stdout.splitlines()]
    assert [line for line in lines if line.startswith("derived.longest_start ")] == snapshot


def test_show_reads_values_from_env_file(run: Run, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write({"a.yml": BASE, "prod.env": "# production\nexport ACTION='pause'\n"})
    monkeypatch.setenv("ACTION", "continue")
    facts = shown(run, "-c", folder / "a.yml", "--env-file", folder / "prod.env")["given"]["app"]
    assert facts["deploy.update_config.failure_action"]["value"] == "pause"
    for arguments in ((folder, "--env-file", "x"), ("-c", folder / "a.yml", "--env-file", folder / "gone.env")):
        ran = run("show", *arguments)
        assert (ran.exit_code, ran.stdout) == (2, "")
