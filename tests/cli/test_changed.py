"""Paths of changed files, lists of paths, and standard input with the name of a file."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest
from rollout_lint.cli.commands.path_lists import parse_list

from tests.packaging.recipes import RISKY, SAFE

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Run, Write

DEVELOPMENT = "services: {app: {build: .}}\n"
OVERLAY = 'version: "3.8"\nservices: {app: {deploy: {update_config: {order: start-first}}}}\n'


@pytest.fixture
def tree(write: Write, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = write(
        {
            "shop/compose.yml": SAFE,
            "shop/compose.prod.yml": OVERLAY,
            "docker-compose.yml": DEVELOPMENT,
            "stacks/wiki.yml": RISKY,
            "stacks/values.yml": "values: {}\n",
            "old/compose.yml": RISKY,
            "rollout-lint.toml": 'exclude = ["old/", "draft.yml"]\n',
        }
    )
    write({"stacks/draft.yml": RISKY})
    monkeypatch.chdir(folder)
    return folder


def found(run: Run, *arguments: str, stdin: str | None = None) -> tuple[list[str], list[str]]:
    """Return the names of the recipes and the skipped files."""
    document = run("check", *arguments, "--format", "json", stdin=stdin).json
    return [each["name"] for each in document["recipes"]], [each["file"] for each in document["skipped"]]


@pytest.mark.usefixtures("tree")
@pytest.mark.parametrize(
    ("path", "recipes", "skipped"),
    [
        ("shop/compose.prod.yml", ["shop"], []),
        ("stacks/wiki.yml", ["stacks"], []),
        ("docker-compose.yml", [], ["docker-compose.yml"]),
        ("stacks/values.yml", [], []),
        ("old/compose.yml", [], []),
        ("stacks/draft.yml", [], []),
        ("shop/gone.yml", ["shop"], []),
        ("shop/main.py", [], []),
    ],
)
def test_changed_file_selects_what_a_check_of_the_tree_finds(
    run: Run, path: str, recipes: list[str], skipped: list[str]
) -> None:
    assert found(run, "--changed", path) == (recipes, skipped)
    assert found(run, "--files-from", "-", stdin=f"{path}\n") == (recipes, skipped)


@pytest.mark.usefixtures("tree")
def test_file_for_docker_compose_is_checked_if_it_is_named(run: Run) -> None:
    assert found(run, "docker-compose.yml") == (["docker-compose.yml"], [])
    assert found(run, "old/compose.yml") == (["old"], [])


@pytest.mark.usefixtures("tree")
def test_nothing_changed_is_no_error(run: Run) -> None:
    ran = run("check", "--files-from", "-", stdin="")
    assert ran.exit_code == 0
    assert "no file was checked" in ran.stdout


def test_list_in_a_file_is_read(run: Run, tree: Path) -> None:
    (tree / "changed").write_bytes(b"stacks/wiki.yml\0shop/compose.yml\0")
    assert found(run, "--files-from", "changed") == (["stacks", "shop"], [])


@pytest.mark.usefixtures("tree")
@pytest.mark.parametrize(
    "arguments",
    [
        ("--files-from", "gone"),
        ("--files-from", "-", "shop"),
        ("-c", "stacks/wiki.yml", "--files-from", "-"),
        ("--stdin-filename", "shop/compose.yml"),
        ("-", "--stdin-filename", "shop"),
        ("-", "--stdin-filename", "-"),
    ],
)
def test_invalid_combinations_are_rejected(run: Run, arguments: tuple[str, ...]) -> None:
    ran = run("check", *arguments, stdin="")
    assert ran.exit_code == 2
    assert ran.stderr.startswith("rollout-lint: ")


def test_list_is_read_as_git_prints_it(write: Write) -> None:
    folder = write({"größe/a b.yml": "", 'quo"te\t.yml': "", "plain.yml": ""})
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
    for options in ((), ("-z",)):
        command = ["git", "ls-files", "--others", *options]
        printed = subprocess.run(command, cwd=folder, check=True, capture_output=True).stdout
        assert sorted(parse_list(printed)) == ["größe/a b.yml", "plain.yml", 'quo"te\t.yml']
    assert parse_list(b'a.yml\r\n\n"not \\ closed\n') == ["a.yml", '"not \\ closed']


@pytest.mark.usefixtures("tree")
def test_standard_input_replaces_a_file(run: Run) -> None:
    risky = run("check", "-", "--stdin-filename", "shop/compose.prod.yml", "--format", "json", stdin=OVERLAY).json
    [recipe] = risky["recipes"]
    assert (recipe["name"], recipe["path"]) == ("shop", "shop")
    assert {each["file"] for each in recipe["findings"]} == {"compose.prod.yml"}
    stop_first = OVERLAY.replace("start-first", "stop-first")
    safe = run("check", "-", "--stdin-filename", "shop/compose.prod.yml", "--format", "json", stdin=stop_first).json
    assert safe["recipes"][0]["findings"] == []


@pytest.mark.usefixtures("tree")
def test_standard_input_may_be_a_new_file(run: Run) -> None:
    document = run("check", "-", "--stdin-filename", "new/compose.yml", "--format", "json", stdin=RISKY).json
    [recipe] = document["recipes"]
    assert (recipe["name"], recipe["path"], recipe["status"]) == ("new", "new", "evaluated")
    assert {each["rule"] for each in recipe["findings"]} >= {"RL001"}


def test_fix_of_standard_input_writes_only_that_file(run: Run, tree: Path) -> None:
    ran = run("fix", "--write", "-", "--stdin-filename", "shop/compose.prod.yml", stdin=OVERLAY)
    assert ran.stdout == OVERLAY.replace("start-first", "stop-first")
    assert (tree / "shop/compose.prod.yml").read_text() == OVERLAY


@pytest.mark.usefixtures("tree")
@pytest.mark.parametrize("text", [DEVELOPMENT, "values: {}\n"])
def test_fix_gives_standard_input_back_if_it_is_not_checked(run: Run, text: str) -> None:
    ran = run("fix", "--write", "-", "--stdin-filename", "stacks/other.yml", stdin=text)
    assert ran.stdout == text
