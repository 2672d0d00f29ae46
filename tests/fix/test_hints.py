"""Commands that `check` offers for generated stacks: run as printed, each changes a file and resolves its finding."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from rollout_lint.cli.app import app
from typer.testing import CliRunner

from tests.examples import example_count
from tests.fix.stacks import GeneratedRecipe, recipes
from tests.oracle.docker import docker_config, require

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.oracle

# The files that Docker merges into one stack.
LAYERS = ("compose.yml", "compose.ccci.yml")


@pytest.fixture(scope="module", autouse=True)
def docker() -> None:
    require()


@example_count(25, share=5)
@given(recipe=recipes())
def test_hint_of_generated_recipe_resolves_its_finding(recipe: GeneratedRecipe) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        write(folder, recipe)
        for hint, offered in group_hints(check(folder)).items():
            write(folder, recipe)
            before = contents(folder)
            result = CliRunner().invoke(app, shlex.split(hint)[1:])
            assert result.exception is None or isinstance(result.exception, SystemExit)
            assert contents(folder) != before
            assert not offered & set(findings(check(folder)))
            for count in range(1, len(recipe.files) + 1):
                files = [folder / layer for layer in LAYERS[:count]]
                answer = docker_config(files, {})
                assert answer.merged is not None, answer.message


def write(folder: Path, recipe: GeneratedRecipe) -> None:
    for file, data in recipe.files.items():
        (folder / file).write_bytes(data)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def check(folder: Path) -> str:
    return CliRunner().invoke(app, ["check", str(folder)]).stdout


def findings(text: str) -> Iterator[tuple[str, str, str]]:
    """Yield rule, service and files of each finding of a report."""
    rule = ""
    for line in text.splitlines():
        if match := re.match(r"\S+:\d+:\d+  \w+  (RL\d+) ", line):
            rule = match[1]
        if match := re.match(r"  = affected: (\S+) in (.+)", line):
            yield from ((rule, match[1], files) for files in match[2].split("; "))


def group_hints(text: str) -> dict[str, set[tuple[str, str, str]]]:
    """Return the findings of a report that each command is offered for."""
    hints: dict[str, set[tuple[str, str, str]]] = {}
    for block in text.split("\n\n"):
        rest = text[: text.index(block)] + block
        if match := re.search(r"\((rollout-lint fix .*)\)$", block, re.MULTILINE):
            rule = re.findall(r"^\S+:\d+:\d+  \w+  (RL\d+) ", rest, re.MULTILINE)[-1]
            offered = {(rule, service, files) for _, service, files in findings(block)}
            hints.setdefault(match[1], set()).update(offered)
    return hints
