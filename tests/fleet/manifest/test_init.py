"""Command `fleet init`."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest
from rollout_lint.cli.commands.fleet import schema

from tests.conftest import SAMPLES
from tests.fleet.recipes import OVERLAY, recipe
from tests.support import mask_folder

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

    from tests.conftest import Run, Write

ODD = ("web", "a b", "a[1]", "team/api", "x@y", "- z", "yes", "1e3", "ünï", "q'uote", "co: lon", "#hash", "no.yml")


@pytest.mark.parametrize("options", [(), ("--overlay", "compose.ci.yml")], ids=["plain", "overlay"])
def test_init_lists_every_recipe_and_changes_no_risk(
    run: Run, write: Write, options: tuple[str, ...], snapshot: SnapshotAssertion
) -> None:
    folder = write(
        {
            **{f"{name}/compose.yml": recipe() for name in ODD},
            "web/compose.ccci.yml": OVERLAY,
            "api/compose.ci.yml": OVERLAY,
            "web/docker-stack.yml": recipe("stop-first"),
        }
    )
    before = run("sweep", folder, "--format", "json", *options).json
    ran = run("fleet", "init", folder, *options)
    assert (ran.exit_code, ran.stderr) == (0, "")
    assert mask_folder(ran.stdout, folder) == snapshot(name="manifest")
    after = run("sweep", folder, "--format", "json")
    assert after.exit_code == 0
    assert after.json["recipes"] == before["recipes"]


def test_init_lists_recipe_in_folder_itself(run: Run, write: Write) -> None:
    folder = write({"web/compose.yml": recipe()}) / "web"
    assert run("fleet", "init", folder).exit_code == 0
    assert [each["recipe"] for each in run("sweep", folder, "--format", "json").json["recipes"]] == ["web"]


def test_init_keeps_existing_manifest(run: Run, write: Write, snapshot: SnapshotAssertion) -> None:
    folder = write({"web/compose.yml": recipe(), "fleet.yml": "mine"})
    ran = run("fleet", "init", folder)
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert mask_folder(ran.stderr, folder) == snapshot
    assert (folder / "fleet.yml").read_text() == "mine"


@pytest.mark.parametrize("target", [".", "gone", "notes.txt"], ids=["empty", "gone", "file"])
def test_init_fails_without_recipe(run: Run, write: Write, target: str, snapshot: SnapshotAssertion) -> None:
    folder = write({"notes.txt": "x"})
    ran = run("fleet", "init", folder / target)
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert mask_folder(ran.stderr, folder) == snapshot
    assert not (folder / "fleet.yml").exists()


def test_init_writes_valid_commented_keys(run: Run, write: Write) -> None:
    folder = write({"web/compose.yml": recipe()})
    assert run("fleet", "init", folder).exit_code == 0
    text = (folder / "fleet.yml").read_text()
    for key in ("hosts", "results", "max_age"):
        assert f"# {key}: " in text
        text = text.replace(f"# {key}: ", f"{key}: ")
    assert run("sweep", write({"fleet.yml": text})).exit_code == 0


def test_fleet_schema_prints_schema(run: Run) -> None:
    assert run("fleet", "schema").stdout == schema()
    assert json.loads(schema())["title"]


def test_sample_manifest_is_valid(run: Run) -> None:
    ran = run("sweep", SAMPLES)
    assert (ran.exit_code, ran.stderr) == (0, "")


def test_init_fails_for_folder_name_not_in_utf8(run: Run, write: Write, snapshot: SnapshotAssertion) -> None:
    folder = write({"web/compose.yml": recipe(), os.fsdecode(b"caf\xe9") + "/compose.yml": recipe()})
    ran = run("fleet", "init", folder)
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert mask_folder(ran.stderr, folder) == snapshot
    assert not (folder / "fleet.yml").exists()
