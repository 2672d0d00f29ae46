"""Inputs outside of the tree: they are read only if the command line names them."""

from __future__ import annotations

import json
import os
import shutil
from typing import TYPE_CHECKING

import pytest

from tests.rules.own_rule import NAME, OWN_RULE

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Run
    from tests.repository import Repository

STACK = "services: {app: {image: example/app:1}}\n"
OVERLAY = "services: {app: {deploy: {replicas: 2}}}\n"
OUTSIDE = {
    "known.json": '{"version": 1, "findings": []}\n',
    "fleet.yml": "version: 1\n",
    "common.toml": "fail-on = 'never'\n",
    "values.env": "A=1\n",
    "overlay.yml": OVERLAY,
    "stack.yml": STACK,
    "runs.json": json.dumps([{"recipe": "app", "date": "2026-06-10", "upgrade": "pass"}]),
    "meta.py": "RUNTIME = 'JVM'\n",
    "app/compose.yml": STACK,
    f"rules/{NAME}": OWN_RULE,
}
CONFIG = "rollout-lint.toml"


@pytest.fixture
def tree(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the current folder, a repository with a recipe and files outside of it."""
    repository.commit({"app/compose.yml": STACK})
    for name, text in OUTSIDE.items():
        path = repository.folder.parent / "outside" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    monkeypatch.chdir(repository.folder)
    return repository.folder


LINKS = [
    pytest.param(".rollout-lint-baseline.json", "known.json", ("check", "."), ("--baseline",), id="baseline"),
    pytest.param(CONFIG, "common.toml", ("check", "."), ("--config",), id="config"),
    pytest.param("fleet.yml", "fleet.yml", ("sweep", "."), (), id="manifest"),
]


@pytest.mark.parametrize(("name", "target", "command", "option"), LINKS)
@pytest.mark.parametrize("has_repository", [True, False], ids=["repository", "folder"])
def test_link_out_of_the_tree_needs_the_command_line(
    run: Run,
    tree: Path,
    name: str,
    target: str,
    command: tuple[str, ...],
    option: tuple[str, ...],
    has_repository: bool,
) -> None:
    if not has_repository:
        shutil.rmtree(tree / ".git")
    (tree / name).symlink_to(f"../outside/{target}")
    ran = run(*command)
    assert ran.exit_code == 2
    assert name in ran.stderr
    assert "is a link to a file outside the given folder, not read" in ran.stderr
    named = (*command, *option, name) if option else (command[0], name)
    assert "is a link to a file outside" not in run(*named).output


def test_written_baseline_follows_no_link_out_of_the_tree(run: Run, tree: Path) -> None:
    (tree / ".rollout-lint-baseline.json").symlink_to("../outside/known.json")
    assert run("check", "--write-baseline", ".").exit_code == 2
    assert (tree.parent / "outside/known.json").read_text() == OUTSIDE["known.json"]


@pytest.mark.parametrize(("name", "target", "command", "option"), LINKS)
def test_link_within_the_repository_is_followed(
    run: Run,
    tree: Path,
    name: str,
    target: str,
    command: tuple[str, ...],
    option: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    del option
    (tree / "app/sub").mkdir()
    (tree / "elsewhere").write_text(OUTSIDE[target])
    (tree / "app/sub" / name).symlink_to("../../elsewhere")
    (tree / "app/sub/compose.yml").write_text(STACK)
    monkeypatch.chdir(tree / "app/sub")
    assert run(*command).exit_code in (0, 1)


@pytest.mark.parametrize(
    "config",
    [
        "extends = '../outside/common.toml'",
        "rules = ['../outside/rules']",
        "rules = ['linked']",
        "env_files = ['../outside/values.env']",
        "stacks = [{files = ['app/compose.yml', '../outside/overlay.yml']}]",
        "stacks = [{files = '../outside/*.yml'}]",
        "[[overrides]]\npaths = ['app']\nenv_files = ['../outside/values.env']",
    ],
)
def test_found_config_names_no_file_outside_its_repository(run: Run, tree: Path, config: str) -> None:
    (tree / "linked").mkdir()
    (tree / "linked" / NAME).symlink_to(f"../../outside/rules/{NAME}")
    (tree / CONFIG).write_text(config)
    for command in ("check", "sweep", "show", "config"):
        ran = run(command, "app")
        assert (ran.exit_code, ran.stdout) == (2, "")
        assert f"{CONFIG}:" in ran.stderr
        assert "outside the repository, not read; name it with" in ran.stderr
    assert "outside the repository" not in run("check", "--config", CONFIG, "app").output
    shutil.rmtree(tree / ".git")
    assert "outside the repository" not in run("check", "app").output


@pytest.mark.parametrize(
    "manifest",
    [
        "results: ../outside/runs.json",
        "results: ../outside/*.json",
        "hosts: {stats: ../outside/runs.json}",
        "meta: ../outside/meta.py",
        "overlays: [../outside/overlay.yml]",
        "overlays: [{pattern: ../outside/overlay.yml, role: shipped}]",
        "recipes: [{name: app, overlay: ../outside/overlay.yml}]",
        "recipes: [{name: app, results: ../outside/runs.json}]",
        "recipes: [{name: app, hosts: {stats: ../outside/runs.json}}]",
        "recipes: [{name: other, path: ../outside/app}]",
        "recipes: [{path: ../outside/*}]",
        "stacks: [{files: ../outside/stack.yml}]",
    ],
)
def test_found_manifest_names_no_file_outside_its_repository(run: Run, tree: Path, manifest: str) -> None:
    (tree.parent / "outside/app.json").write_text(OUTSIDE["runs.json"])
    (tree / "fleet.yml").write_text(f"version: 1\n{manifest}\n")
    ran = run("sweep", ".")
    assert ran.exit_code == 2
    assert "outside the repository, not read" in ran.output
    assert "outside the repository" not in run("sweep", "fleet.yml").output
    shutil.rmtree(tree / ".git")
    assert "outside the repository" not in run("sweep", ".").output


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(None, "not a regular file", id="pipe"),
        pytest.param(b"UPGRADE_TESTS = (\n", "invalid Python", id="broken"),
        pytest.param(b"\xff\xfe", "invalid Python", id="bytes"),
        pytest.param(b"a = '\0'\n", "null byte", id="null-byte"),
        pytest.param(b"#" * (2 * 1024 * 1024), "larger than 1024 KiB", id="large"),
    ],
)
def test_unreadable_ci_settings_are_an_error(run: Run, tree: Path, content: bytes | None, message: str) -> None:
    path = tree / "app/recipe_meta.py"
    if content is None:
        os.mkfifo(path)
    else:
        path.write_bytes(content)
    ran = run("sweep", ".", "--format", "json")
    assert ran.exit_code == 2
    [row] = ran.json["recipes"]
    assert row["risk"]["level"] == "not-evaluated"
    assert [message in reason for reason in row["risk"]["because"]] == [True]


def test_link_of_ci_settings_out_of_the_tree_is_an_error(run: Run, tree: Path) -> None:
    (tree / "app/recipe_meta.py").symlink_to("../../outside/meta.py")
    ran = run("sweep", ".")
    assert ran.exit_code == 2
    assert "recipe_meta.py:1:1: outside the given folder, not read" in ran.stdout
