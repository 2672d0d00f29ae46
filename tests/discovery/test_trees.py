"""Every stack file in any tree is either checked or listed as not checked, with a hint that leads to a check."""

from __future__ import annotations

import json
import os
import re
import shlex
from contextlib import chdir
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from rollout_lint.cli.app import app
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from typer.testing import CliRunner

from tests.discovery.trees import NOT_WALKED, Kind, trees
from tests.examples import example_count
from tests.support import validate

if TYPE_CHECKING:
    from tests.discovery.trees import File

_COMMAND = re.compile(r"`rollout-lint check (?P<options>-c .*?)`(?:,|\Z)")
_CONCATENATION = re.compile(r"`cat (?P<files>.*) \| rollout-lint check -`")
_SERVICE_KEYS = {"image", "build", "deploy", "profiles", "extends", "depends_on", "networks", "volumes", "configs"} | {
    *("environment", "ports", "labels"),
}


def check(*arguments: str, stdin: str | None = None) -> Any:
    """Return the JSON document of a check, or None if there is nothing to check. An exception fails the test."""
    result = CliRunner().invoke(app, ["check", "--format", "json", *arguments], input=stdin)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    if not result.stdout:
        assert "no stack file found" in result.stderr
        return None
    document = json.loads(result.stdout)
    validate("check", document)
    return document


def write(files: dict[str, File], folder: Path) -> None:
    for name, file in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.text.encode())


def checked_files(document: Any) -> set[str]:
    """Return the paths of the files of all variants."""
    return {
        os.path.normpath(Path(recipe["path"], file))
        for recipe in document["recipes"]
        for variant in recipe["variants"]
        for file in variant["files"]
    }


def folders_with_errors(document: Any) -> set[str]:
    """Return the folders of recipes whose sample names a file that does not exist."""
    return {recipe["path"] for recipe in document["recipes"] if not recipe["variants"]}


def is_stack(text: str) -> bool:
    """Return True for a mapping `services` with a service that has a key of Compose."""
    try:
        document = YAML(typ="safe").load(text)
    except YAMLError:
        return False
    services = document.get("services") if isinstance(document, dict) else None
    if not isinstance(services, dict) or "parameters" in document:
        return False
    return any(isinstance(body, dict) and _SERVICE_KEYS & body.keys() for body in services.values())


def run_hint(hint: str, root: Path) -> set[str] | None:
    """Return the files that the command in a hint checks, or None if it has no command with real files."""
    command = _COMMAND.search(hint)
    if command is not None and " BASE " not in command["options"]:
        return checked_files(check(*shlex.split(command["options"])))
    concatenation = _CONCATENATION.search(hint)
    if concatenation is not None:
        texts = [(root / file).read_text("utf-8") for file in shlex.split(concatenation["files"])]
        return checked_files(check("-", stdin="".join(texts)))
    return None


def verify_tree(files: dict[str, File]) -> None:
    with TemporaryDirectory() as folder, chdir(folder):
        write(files, Path(folder))
        document = check(".") or {"recipes": [], "skipped": []}
        checked, skipped = checked_files(document), {each["file"]: each for each in document["skipped"]}
        failed = folders_with_errors(document)
        walked = {name: file for name, file in files.items() if not name.startswith(NOT_WALKED)}
        assert not checked & skipped.keys()
        for name, file in walked.items():
            assert file.kind is not Kind.STACK or is_stack(file.text), "the strategy is wrong"
            if file.kind is not Kind.OTHER:
                assert name in checked or name in skipped or str(Path(name).parent) in failed, name
            if name in skipped and file.has_deploy:
                assert skipped[name]["hint"], name
                assert skipped[name]["reason"] != "for docker compose only" or not file.has_policy, name
        assert skipped.keys() <= walked.keys()
        for name, entry in skipped.items():
            ran = run_hint(entry["hint"], Path(folder))
            assert ran is None or ran & {name, "-/-"}, entry


def verify_changed_files(files: dict[str, File]) -> None:
    with TemporaryDirectory() as folder, chdir(folder):
        write(files, Path(folder))
        Path(".git").mkdir()
        document = check(".") or {"recipes": [], "skipped": []}
        for name in files:
            ran = check("--changed", "--", name)
            if Path(name).name != ".env.sample":
                recipes = [each for each in document["recipes"] if name in checked_files({"recipes": [each]})]
                assert ran["recipes"] == recipes, name
            assert ran["skipped"] == [each for each in document["skipped"] if each["file"] == name], name


@example_count(60)
@given(files=trees())
def test_every_stack_file_is_checked_or_listed(files: dict[str, File]) -> None:
    verify_tree(files)


@pytest.mark.fuzz
@example_count(200, share=5)
@given(files=trees())
def test_every_stack_file_is_checked_or_listed_in_many_trees(files: dict[str, File]) -> None:
    verify_tree(files)


@example_count(25)
@given(files=trees())
def test_changed_file_has_the_result_that_it_has_in_the_tree(files: dict[str, File]) -> None:
    verify_changed_files(files)


@pytest.mark.fuzz
@example_count(200, share=10)
@given(files=trees())
def test_changed_file_has_the_result_that_it_has_in_many_trees(files: dict[str, File]) -> None:
    verify_changed_files(files)
