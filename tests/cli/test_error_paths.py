"""Tests that messages on standard error name the recipe, or a path from the current folder."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.fleet.recipes import recipe
from tests.live.recordings import load_recording

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Run, Write

BROKEN = "services: {app: {image: [}\n"
TEMPLATE = "services:\n{% if a %}\n  a: {image: b}\n{% endif %}\n"


@pytest.fixture
def folder(write: Write, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two broken recipes and a template, two levels below the current folder."""
    path = write(
        {
            "apps/web/compose.yml": BROKEN,
            "apps/mail/compose.yml": TEMPLATE,
            "running.json": json.dumps(load_recording("completed").last_service),
        }
    )
    monkeypatch.chdir(path)
    return path


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    "command",
    [
        pytest.param("check {} --write-baseline", id="baseline"),
        pytest.param("fix {}", id="fix"),
        pytest.param("fix {} --write", id="fix-write"),
        pytest.param("inspect running.json --against {}", id="inspect"),
    ],
)
@pytest.mark.parametrize(
    ("path", "location"),
    [("apps/web", "apps/web/compose.yml:1:26: not YAML: "), ("apps/mail", "apps/mail/compose.yml:2:2: a template, ")],
    ids=["broken", "template"],
)
def test_error_has_a_path_from_the_current_folder(run: Run, command: str, path: str, location: str) -> None:
    ran = run(*command.format(path).split())
    assert ran.exit_code == 2
    assert ran.stderr.startswith(location)


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("command", ["check {}", "check {} --format concise", "show {}", "show -c {}/compose.yml"])
def test_report_locates_a_template(run: Run, command: str) -> None:
    ran = run(*command.format("apps/mail").split())
    assert ran.exit_code == 2
    [first, *_] = ran.stdout.splitlines()
    assert first.startswith("apps/mail/compose.yml:2:2")
    assert first.endswith("a template, not YAML: render it and check the result")
    assert "not a stack" not in ran.stdout


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("command", ["check", "show"])
def test_json_locates_a_template(run: Run, command: str) -> None:
    document = run(command, "apps/mail", "--format", "json").json
    [problem] = (document["recipes"][0] if command == "check" else document)["problems"]
    assert (problem["file"], problem["line"], problem["column"]) == ("compose.yml", 2, 2)


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("form", ["markdown", "html"])
def test_sweep_error_names_the_recipe(run: Run, write: Write, form: str) -> None:
    """The manifest is named as it was found, and not as a file of the recipe."""
    write({"fleet.yml": "version: 1\nrecipes:\n  - name: apps/web\n  - name: apps/gone\n"})
    ran = run("sweep", "--format", form)
    assert ran.exit_code == 2
    web, gone = ran.stderr.splitlines()
    assert web.startswith("apps/web: compose.yml:1:26: not YAML: ")
    assert gone.startswith("apps/gone: fleet.yml:4:11: ")


@pytest.mark.usefixtures("folder")
def test_sweep_error_names_the_folder_of_a_missing_revision(run: Run) -> None:
    ran = run("sweep", "apps", "--at", "v9")
    assert ran.exit_code == 2
    assert ran.stderr.startswith("rollout-lint: apps: --at v9: ")


def test_baseline_messages_name_the_file(run: Run, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(write({"web/compose.yml": recipe()}))
    written = run("check", "--write-baseline", "--baseline", "known.json")
    assert written.stderr == "rollout-lint: 1 finding in known.json\n"
    write({"web/compose.yml": recipe("stop-first")})
    fixed = run("check", "--baseline", "known.json").stderr
    assert fixed == "rollout-lint: 1 finding of known.json no longer occurs; update it with --write-baseline\n"
