"""Comparison with an earlier sweep."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.fleet.recipes import OVERLAY, recipe
from tests.support import mask_folder, validate

if TYPE_CHECKING:
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

    from tests.conftest import Run, Write

MANIFEST = "version: 1\nrecipes:\n  - {path: '*'}\n  - {name: n8n, results: results.json}\n"
BROKEN = "services: {app: {deploy: []}}\n"
PASSED = '[{"date": "2026-06-01", "upgrade": "pass"}]'
FAILED = '[{"date": "2026-06-01", "upgrade": "pass"}, {"date": "2026-06-12", "upgrade": "fail"}]'


@pytest.fixture
def fleet(run: Run, write: Write) -> Path:
    """Return a folder with four recipes and the output of a sweep over them."""
    names = ("keycloak", "n8n", "traefik", "wiki")
    folder = write(
        {
            **{f"{name}/compose.yml": recipe() for name in names},
            "traefik/compose.yml": recipe("stop-first"),
            "fleet.yml": MANIFEST,
            "results.json": PASSED,
        }
    )
    (folder / "old.json").write_text(run("sweep", folder, "--format", "json").stdout)
    return folder


def compared(run: Run, folder: Path, *options: str) -> Any:
    ran = run("sweep", folder, "--compare", folder / "old.json", "--format", "json", *options)
    validate("sweep", ran.json)
    return {each["recipe"]: each for each in ran.json["changes"]["recipes"]}


def report(run: Run, folder: Path, *options: str) -> str:
    return run("sweep", folder, "--compare", folder / "old.json", *options).stdout


def test_compare_of_same_fleet_is_empty(run: Run, fleet: Path, snapshot: SnapshotAssertion) -> None:
    assert compared(run, fleet) == {}
    ran = run("sweep", fleet, "--compare", fleet / "old.json", "--fail-on-worse")
    assert ran.exit_code == 0
    assert ran.stdout == snapshot


def test_compare_reports_three_edits_and_fails_only_if_worse(
    run: Run, write: Write, fleet: Path, snapshot: SnapshotAssertion
) -> None:
    write({"wiki/compose.yml": recipe("stop-first"), "keycloak/compose.ccci.yml": OVERLAY})
    assert run("sweep", fleet, "--compare", fleet / "old.json", "--fail-on-worse").exit_code == 0
    write({"results.json": FAILED})
    found = compared(run, fleet)
    assert {name: each["change"] for name, each in found.items()} == {
        "n8n": "worse",
        "keycloak": "better",
        "wiki": "better",
    }
    ran = run("sweep", fleet, "--compare", fleet / "old.json")
    assert ran.exit_code == 0
    assert ran.stdout == snapshot
    assert run("sweep", fleet, "--compare", fleet / "old.json", "--fail-on-worse").exit_code == 1


def test_fail_on_worse_accepts_old_risks(run: Run, fleet: Path) -> None:
    assert run("sweep", fleet, "--fail-on", "latent-low").exit_code == 1
    assert run("sweep", fleet, "--compare", fleet / "old.json", "--fail-on-worse").exit_code == 0


def test_fail_on_worse_includes_new_recipe_at_risk(run: Run, write: Write, fleet: Path) -> None:
    write({"blog/compose.yml": recipe("stop-first")})
    assert run("sweep", fleet, "--compare", fleet / "old.json", "--fail-on-worse").exit_code == 0
    write({"shop/compose.yml": recipe()})
    found = compared(run, fleet)
    assert {name: (each["change"], each["before"], each["worse"]) for name, each in found.items()} == {
        "shop": ("new", None, True),
        "blog": ("new", None, False),
    }
    assert run("sweep", fleet, "--compare", fleet / "old.json", "--fail-on-worse").exit_code == 1


def test_compare_reports_removed_recipe(run: Run, fleet: Path, snapshot: SnapshotAssertion) -> None:
    (fleet / "wiki" / "compose.yml").unlink()
    assert {name: each["change"] for name, each in compared(run, fleet).items()} == {"wiki": "gone"}
    assert report(run, fleet) == snapshot


def test_compare_is_worse_if_a_service_is_worse(
    run: Run, write: Write, fleet: Path, snapshot: SnapshotAssertion
) -> None:
    other = recipe().replace("app:", "db:", 1).removeprefix("services: {").rstrip("}\n") + "}}"
    before = recipe().rstrip("}\n") + "}}}, " + other.replace("start-first", "stop-first") + "}}\n"
    write({"wiki/compose.yml": before})
    (fleet / "old.json").write_text(run("sweep", fleet, "--format", "json").stdout)
    write({"wiki/compose.yml": before.replace("stop-first", "start-first")})
    assert {name: each["change"] for name, each in compared(run, fleet).items()} == {"wiki": "worse"}
    assert report(run, fleet) == snapshot


def test_compare_reports_a_changed_policy_but_no_newer_pass(
    run: Run, write: Write, fleet: Path, snapshot: SnapshotAssertion
) -> None:
    write({"traefik/compose.yml": recipe("stop-first", "pause")})
    (fleet / "old.json").write_text(run("sweep", fleet, "--format", "json").stdout)
    write({"traefik/compose.yml": recipe("start-first", "pause"), "results.json": PASSED.replace("06-01", "06-02")})
    assert {name: each["change"] for name, each in compared(run, fleet).items()} == {"traefik": "changed"}
    assert report(run, fleet) == snapshot


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        pytest.param(None, BROKEN, "worse", id="new"),
        pytest.param(OVERLAY, BROKEN, "worse", id="broken"),
        pytest.param(BROKEN, OVERLAY, "better", id="repaired"),
        pytest.param(BROKEN, None, "better", id="removed"),
        pytest.param(BROKEN, BROKEN + "# as before\n", None, id="same"),
        pytest.param(BROKEN, "services: [", None, id="other-error"),
    ],
)
def test_compare_reports_variants_that_are_not_evaluated(
    run: Run, write: Write, fleet: Path, before: str | None, after: str | None, change: str | None
) -> None:
    overlay = fleet / "traefik/compose.ccci.yml"
    for text in (before, after):
        overlay.unlink(missing_ok=True)
        if text is not None:
            write({"traefik/compose.ccci.yml": text})
        if text is before:
            (fleet / "old.json").write_text(run("sweep", fleet, "--format", "json").stdout)
    found = compared(run, fleet)
    assert {name: each["change"] for name, each in found.items()} == ({"traefik": change} if change else {})


def test_compare_of_a_new_error_in_the_overlay(
    run: Run, write: Write, fleet: Path, snapshot: SnapshotAssertion
) -> None:
    write({"wiki/compose.ccci.yml": OVERLAY, "traefik/compose.ccci.yml": OVERLAY})
    (fleet / "old.json").write_text(run("sweep", fleet, "--format", "json").stdout)
    write({"wiki/compose.ccci.yml": BROKEN, "traefik/compose.ccci.yml": BROKEN})
    assert report(run, fleet) == snapshot


@pytest.mark.parametrize(
    ("before", "after"),
    [pytest.param("services: [", recipe(), id="readable"), pytest.param(recipe(), "services: [", id="unreadable")],
)
def test_compare_of_a_whole_recipe_ignores_its_variants(
    run: Run, write: Write, fleet: Path, before: str, after: str
) -> None:
    write({"wiki/compose.yml": before, "wiki/compose.ccci.yml": BROKEN})
    (fleet / "old.json").write_text(run("sweep", fleet, "--format", "json").stdout)
    write({"wiki/compose.yml": after})
    change = "better" if after == recipe() else "worse"
    assert {name: each["change"] for name, each in compared(run, fleet).items()} == {"wiki": change}


def test_compare_in_markdown(run: Run, write: Write, fleet: Path, snapshot: SnapshotAssertion) -> None:
    write({"wiki/compose.yml": recipe("stop-first")})
    assert report(run, fleet, "--format", "markdown") == snapshot


def test_compare_reads_output_of_earlier_version(run: Run, write: Write, fleet: Path) -> None:
    document = json.loads((fleet / "old.json").read_text())
    for row in document["recipes"]:
        for key in row.keys() - {"recipe", "risk", "order"}:
            del row[key]
    (fleet / "old.json").write_text(json.dumps({"version": 1, "recipes": document["recipes"]}))
    write({"wiki/compose.yml": recipe("stop-first")})
    found = run("sweep", fleet, "--compare", fleet / "old.json", "--format", "json").json["changes"]
    assert found["since"].endswith("old.json")
    assert {each["recipe"]: each["change"] for each in found["recipes"]}["wiki"] == "better"


@pytest.mark.parametrize(
    ("text", "location"),
    [
        pytest.param("{", "1:2:", id="open"),
        pytest.param("[" * 100_000, "1:1:", id="nested"),
        pytest.param("\xff\xfe", "1:1:", id="bytes"),
        pytest.param("[]", "1:1:", id="list"),
        pytest.param('{"version": 1}', "1:1:", id="no-recipes"),
        pytest.param('{"recipes": [{"recipe": "a", "risk": {"level": "grave", "text": ""}}]}', "1:1:", id="level"),
        pytest.param('{"recipes": [{"recipe": ["a"], "risk": {"level": "safe", "text": ""}}]}', "1:1:", id="name"),
        pytest.param(
            '{"recipes": [{"recipe": "a", "risk": {"level": "safe", "text": ""}, "services": 1}]}',
            "1:1:",
            id="services",
        ),
        pytest.param(
            '{"recipes": [{"recipe": "a", "risk": {"level": "safe", "text": ""}, "services": '
            '[{"service": "a", "risk": {"level": "odd"}}]}]}',
            "1:1:",
            id="service-level",
        ),
        pytest.param(None, "", id="missing"),
    ],
)
def test_compare_rejects_other_file(
    run: Run, fleet: Path, text: str | None, location: str, snapshot: SnapshotAssertion
) -> None:
    if text is None:
        (fleet / "old.json").unlink()
    else:
        (fleet / "old.json").write_text(text, encoding="latin-1")
    ran = run("sweep", fleet, "--compare", fleet / "old.json")
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert f"old.json:{location}" in ran.stderr
    assert mask_folder(ran.output, fleet) == snapshot


def test_fail_on_worse_needs_compare(run: Run, fleet: Path, snapshot: SnapshotAssertion) -> None:
    ran = run("sweep", fleet, "--fail-on-worse")
    assert ran.exit_code == 2
    assert mask_folder(ran.output, fleet) == snapshot


def worker(order: str) -> str:
    return recipe(order).replace("services: {app:", "services: {worker:")


def test_compare_is_worse_for_a_new_service_only(run: Run, write: Write, snapshot: SnapshotAssertion) -> None:
    one = recipe()
    two = one.rstrip()[:-1] + ", " + worker("start-first").removeprefix("services: {")
    folder = write({"web/compose.yml": one})
    (folder / "old.json").write_text(run("sweep", folder / "web", "--format", "json").stdout)
    write({"web/compose.yml": two})
    ran = run("sweep", folder / "web", "--compare", folder / "old.json", "--fail-on-worse")
    assert ran.exit_code == 1
    assert ran.stdout == snapshot(name="new")
    (folder / "old.json").write_text(run("sweep", folder / "web", "--format", "json").stdout)
    write({"web/compose.yml": one})
    ran = run("sweep", folder / "web", "--compare", folder / "old.json", "--fail-on-worse")
    assert ran.exit_code == 0
    assert ran.stdout == snapshot(name="gone")


def test_compare_is_not_better_if_a_service_is_worse(run: Run, write: Write) -> None:
    results = "results: [{date: 2026-06-02, upgrade: fail}]"
    folder = write(
        {
            "web/compose.yml": recipe("stop-first"),
            "fleet.yml": f"version: 1\nrecipes: [{{name: web, {results}}}]\n",
        }
    )
    (folder / "old.json").write_text(run("sweep", folder, "--format", "json").stdout)
    write({"web/compose.yml": recipe(), "fleet.yml": "version: 1\nrecipes: [{name: web}]\n"})
    assert compared(run, folder)["web"]["change"] == "worse"
