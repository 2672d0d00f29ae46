"""Commands that `check` offers: run as printed, each changes a file and resolves its finding."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rollout_lint.cli.app import app
from typer.testing import CliRunner

from tests.examples import example_count
from tests.fix.rule_examples import FIXABLE, config_for, files_of
from tests.fix.stacks import GeneratedRecipe, recipes, reformatted
from tests.oracle.docker import docker_config, require

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rollout_lint.rules.model import Rule
    from typer.testing import Result

    from tests.conftest import Write

LAYERS = ("compose.yml", "compose.ccci.yml")
"""Files that Docker merges into one stack."""

EVERY_RULE = pytest.mark.parametrize("rule", FIXABLE, ids=lambda rule: rule.id)

Key = tuple[str, str | None, str]
"""Rule, service and variant of a finding."""


class Hint(NamedTuple):
    """A command that `check` prints, and the findings that it is printed for."""

    command: str
    findings: frozenset[Key]


@EVERY_RULE
def test_hint_of_each_rule_resolves_its_finding(rule: Rule, write: Write) -> None:
    example = rule.examples["bad"][0]
    folder = write(files_of(example))
    assert rule.id in run_hints(folder, files_of(example))


@pytest.mark.slow
@pytest.mark.oracle
@EVERY_RULE
def test_hint_of_generated_examples_resolves_the_finding(rule: Rule) -> None:
    require()
    resolved: set[str] = set()

    @example_count(8, share=25)
    @given(data=st.data())
    def test(data: st.DataObject) -> None:
        example = data.draw(st.sampled_from(rule.examples["bad"]))
        recipe = data.draw(reformatted(example["files"]))
        with TemporaryDirectory() as name:
            resolved.update(run_hints(Path(name), {**recipe.files, "rollout-lint.toml": config_for(example)}))
            assert_docker_accepts(Path(name), recipe)

    test()
    assert rule.id in resolved


@pytest.mark.oracle
@example_count(25, share=5)
@given(recipe=recipes())
def test_hint_of_generated_recipe_resolves_its_finding(recipe: GeneratedRecipe) -> None:
    require()
    with TemporaryDirectory() as name:
        run_hints(Path(name), recipe.files)
        assert_docker_accepts(Path(name), recipe)


def run_hints(folder: Path, files: Mapping[str, str | bytes]) -> set[str]:
    """Run each command that `check` prints on the same files, and return the rules with a command."""
    write_files(folder, files)
    hints = find_hints(folder)
    for hint in hints:
        write_files(folder, files)
        before = contents(folder)
        ran = invoke(*shlex.split(hint.command)[1:])
        assert ran.exit_code in (0, 1), ran.stderr
        assert contents(folder) != before
        assert hint.findings, hint.command
        assert not hint.findings & active_findings(folder).keys()
    return {rule for hint in hints for rule, _, _ in hint.findings}


def assert_docker_accepts(folder: Path, recipe: GeneratedRecipe) -> None:
    """Assert that Docker accepts the base, and the base with the overlay."""
    for count in range(1, len(recipe.files) + 1):
        answer = docker_config([folder / layer for layer in LAYERS[:count]], {})
        assert answer.merged is not None, answer.message


def write_files(folder: Path, files: Mapping[str, str | bytes]) -> None:
    for file, data in files.items():
        (folder / file).write_bytes(data if isinstance(data, bytes) else data.encode())


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def invoke(*arguments: str) -> Result:
    """Run a command. An exception other than an exit fails the test."""
    result = CliRunner().invoke(app, list(arguments))
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


def active_findings(folder: Path) -> dict[Key, str]:
    """Return the location and severity of each active finding, as the report prints them."""
    document = json.loads(invoke("check", "--format", "json", str(folder)).stdout)
    return {
        (
            each["rule"],
            service,
            each["variant"],
        ): f"{folder}/{each['file']}:{each['line']}:{each['column']}  {each['severity']}"
        for recipe in document["recipes"]
        for each in recipe["findings"]
        if each["superseded_by"] is None and each["suppressed"] is None
        for service in each["services"] or [None]
    }


def find_hints(folder: Path) -> list[Hint]:
    """Return the commands of a report with the findings of their blocks."""
    findings = active_findings(folder)
    offered: dict[str, set[Key]] = {}
    rule = location = ""
    for line in invoke("check", "--severity", "info", str(folder)).stdout.splitlines():
        if match := re.match(r"(\S+:\d+:\d+  \w+)  (RL\d+) ", line):
            location, rule = match.groups()
        if match := re.search(r"\((rollout-lint fix .*)\)$", line):
            keys = {key for key, each in findings.items() if key[0] == rule and each == location}
            offered.setdefault(match[1], set()).update(keys)
    return [Hint(command, frozenset(keys)) for command, keys in offered.items()]
