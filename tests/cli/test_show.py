"""`show` on the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from rollout_lint.facts.derived import DERIVED

from tests.conftest import SAMPLES
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


@pytest.mark.parametrize("options", [(), ("--all",)], ids=["differences", "all"])
def test_show_text_has_locations(run: Run, write: Write, options: tuple[str, ...], snapshot: SnapshotAssertion) -> None:
    folder = write({"compose.yml": BASE, "compose.ccci.yml": OVERLAY})
    assert mask_folder(run("show", folder, *options).output, folder) == snapshot


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
    shown = {
        line.split()[0]: line.partition(" compose.yml:")[0].split(None, 1)[1].strip()
        for line in lines
        if " compose.yml:" in line
    }
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


def test_show_all_facts_explains_each_derived_fact(run: Run, write: Write) -> None:
    lines = run("show", write({"compose.yml": BASE}), "--all-facts").stdout.splitlines()
    rows = {line.split()[0]: line for line in lines if line.lstrip().startswith("derived.")}
    assert rows.keys() == DERIVED.keys()
    for path, fact in DERIVED.items():
        assert rows[path].endswith(" ".join(fact.about.partition("\n\n")[0].split())), path


def test_show_reads_values_from_env_file(run: Run, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write({"a.yml": BASE, "prod.env": "# production\nexport ACTION='pause'\n"})
    monkeypatch.setenv("ACTION", "continue")
    facts = shown(run, "-c", folder / "a.yml", "--env-file", folder / "prod.env")["given"]["app"]
    assert facts["deploy.update_config.failure_action"]["value"] == "pause"
    for arguments in ((folder, "--env-file", "x"), ("-c", folder / "a.yml", "--env-file", folder / "gone.env")):
        ran = run("show", *arguments)
        assert (ran.exit_code, ran.stdout) == (2, "")


NO_POLICY = "Swarm's defaults (stop-first, pause, monitor 5s)"


def test_show_of_the_discourse_sample_fits_a_screen(run: Run) -> None:
    lines = run("show", SAMPLES / "discourse").stdout.splitlines()
    assert len(lines) <= 25
    assert f"  sidekiq, db, redis: {NO_POLICY}" in lines
    assert "smtp: same policy as default" in lines
    assert [line.split()[:3] for line in lines if "start-first" in line] == [
        ["order", "start-first", "compose.yml:47:16"],
        ["order", "stop-first", "compose.ccci.yml:10:16"],
    ]
    assert sum("failure_action" in line for line in lines) == 1


SHARED = """services:
  set: {image: a, deploy: {replicas: 3, resources: {limits: {memory: 1G}}, rollback_config: {parallelism: 0}}}
  equal: {image: a, deploy: {mode: replicated, replicas: 1, update_config: {order: stop-first, delay: 0s}}}
  zero: {image: a, deploy: {update_config: {monitor: 0s}}}
  empty: {image: a, healthcheck: {test: curl localhost}}
  unknown: {image: a, deploy: {update_config: {order: $ORDER}}}
"""


def test_show_prints_only_what_differs_from_defaults(run: Run, write: Write, snapshot: SnapshotAssertion) -> None:
    folder = write({"compose.yml": SHARED})
    assert mask_folder(run("show", folder).output, folder) == snapshot


def test_show_prints_a_default_that_an_overlay_restores(
    run: Run, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(write({"a.yml": BASE, "b.yml": OVERLAY}))
    ran = run("show", "-c", "a.yml", "-c", "b.yml")
    assert "order           stop-first  b.yml:2:50    overrides start-first, a.yml:9:16" in ran.stdout


def test_show_prints_variants_as_differences(run: Run, write: Write, snapshot: SnapshotAssertion) -> None:
    more = 'version: "3.8"\nservices: {more: {image: a}, app: {deploy: {update_config: {delay: 5s}}}}\n'
    same = 'version: "3.8"\nservices: {app: {environment: {A: b}, deploy: {update_config: {order: start-first}}}}\n'
    other = "compose.yml:compose.more.yml\n#COMPOSE_FILE=compose.yml:compose.same.yml\n"
    folder = write(
        {
            "compose.yml": BASE,
            "compose.ccci.yml": OVERLAY,
            "compose.more.yml": more,
            "compose.same.yml": same,
            ".env.sample": f"COMPOSE_FILE=compose.yml\n#COMPOSE_FILE={other}",
        }
    )
    assert mask_folder(run("show", folder).output, folder) == snapshot


def test_show_prints_a_variant_with_an_error_on_its_own(run: Run, write: Write, snapshot: SnapshotAssertion) -> None:
    folder = write({"compose.yml": BASE, "compose.ccci.yml": "services: {app: {deploy: {replicas: x}}}\n"})
    ran = run("show", folder)
    assert ran.exit_code == 2
    assert mask_folder(ran.output, folder) == snapshot


def test_show_prints_every_recipe_of_a_folder(
    run: Run, write: Write, monkeypatch: pytest.MonkeyPatch, snapshot: SnapshotAssertion
) -> None:
    monkeypatch.chdir(write({"a/compose.yml": BASE, "a/compose.ccci.yml": OVERLAY, "b/compose.yml": BASE}))
    ran = run("show", ".")
    assert ran.exit_code == 0
    assert ran.output == snapshot
    document = run("show", ".", "--format", "json").json
    validate("show", document)
    variants = [(each["recipe"], each["path"], each["name"]) for each in document["variants"]]
    assert variants == [("a", "a", "default"), ("a", "a", "ccci"), ("b", "b", "default")]


def test_show_of_a_folder_names_the_recipe_of_an_error(run: Run, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(write({"a/compose.yml": BASE, "b/compose.yml": "services: [\n"}))
    ran = run("show", ".", "--format", "json")
    assert ran.exit_code == 2
    validate("show", ran.json)
    assert {(each["recipe"], each["file"]) for each in ran.json["problems"]} == {("b", "compose.yml")}
