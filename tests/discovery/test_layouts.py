"""Layouts of repositories: the recipes in each, and the same result for a file that is named alone."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from ruamel.yaml import YAML

from tests.repository import repository_at
from tests.support import validate

if TYPE_CHECKING:
    from tests.conftest import CommandResult, Run

LAYOUTS = Path(__file__).parents[1] / "layouts"
NAMES = sorted(path.name for path in LAYOUTS.iterdir())
CHECKED_IF_NAMED = ("for docker compose only", "a template, not YAML")
"""Reasons that do not hold for a file that the user names."""


@dataclass(frozen=True)
class Expected:
    """Expected result of a check of a whole layout; `expected.yml` has the same keys."""

    exit_code: int
    recipes: dict[str, dict[str, list[str]]]
    """Files of each variant, relative to the folder of the recipe, by recipe and variant."""
    skipped: dict[str, str] = field(default_factory=dict)
    """Reasons by file."""
    deployed_by: dict[str, str] = field(default_factory=dict)
    """File and line of the deploy command, by recipe and variant with a space between them."""
    status: dict[str, str] = field(default_factory=dict)
    """Status of the recipes that are not evaluated."""
    findings: list[str] = field(default_factory=list)
    """Findings of severity medium or higher: file and line, rule, variant."""
    others: list[str] = field(default_factory=list)
    """YAML files that are not stack files."""
    needs_repository: bool = False
    """True if a file that is named alone is only found to be part of a recipe in a repository."""


def expected_of(layout: str) -> Expected:
    return Expected(**YAML(typ="safe").load(LAYOUTS / layout / "expected.yml"))


@pytest.fixture(params=["repository", "folder"])
def root(request: pytest.FixtureRequest, layout: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Current folder with a copy of the layout, with and, unless the layout needs it, without a repository."""
    folder = tmp_path / layout
    if request.param == "repository" or expected_of(layout).needs_repository:
        repository_at(folder)
    shutil.copytree(LAYOUTS / layout, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("expected.yml"))
    monkeypatch.chdir(folder)
    return folder


def as_expected(ran: CommandResult) -> Expected:
    """Return what a check found, in the form of an expectation."""
    document = ran.json
    validate("check", document)
    recipes = document["recipes"]
    variants = [(recipe, variant) for recipe in recipes for variant in recipe["variants"]]
    return Expected(
        exit_code=ran.exit_code,
        recipes={
            recipe["name"]: {variant["name"]: variant["files"] for variant in recipe["variants"]} for recipe in recipes
        },
        skipped={each["file"]: each["reason"] for each in document["skipped"]},
        deployed_by={
            f"{recipe['name']} {variant['name']}": variant["deployed_by"]
            for recipe, variant in variants
            if variant.get("deployed_by")
        },
        status={recipe["name"]: recipe["status"] for recipe in recipes if recipe["status"] != "evaluated"},
        findings=sorted(finding for recipe in recipes for finding in severe_findings(recipe)),
    )


def severe_findings(recipe: dict[str, Any]) -> list[str]:
    return [
        f"{(Path(recipe['path']) / each['file']).as_posix()}:{each['line']} {each['rule']} {each['variant']}"
        for each in recipe["findings"]
        if each["severity"] in ("high", "medium") and each["superseded_by"] is None
    ]


def files_of(recipe: dict[str, Any]) -> set[str]:
    """Return the paths of the files of all variants."""
    return {os.path.normpath(Path(recipe["path"]) / file) for each in recipe["variants"] for file in each["files"]}


def yaml_files(root: Path) -> set[str]:
    return {path.relative_to(root).as_posix() for path in root.rglob("*") if path.suffix in (".yml", ".yaml")}


@pytest.mark.parametrize("layout", NAMES)
@pytest.mark.usefixtures("root")
def test_layout_has_the_expected_recipes(run: Run, layout: str) -> None:
    expected = expected_of(layout)
    found = as_expected(run("check", ".", "--format", "json"))
    assert found == replace(expected, others=[], needs_repository=False)


@pytest.mark.parametrize("layout", NAMES)
def test_file_alone_has_the_result_that_it_has_in_the_tree(run: Run, layout: str, root: Path) -> None:
    whole = run("check", ".", "--format", "json").json
    skipped = {each["file"]: each for each in whole["skipped"]}
    files = sorted(skipped.keys() | {file for recipe in whole["recipes"] for file in files_of(recipe)})
    assert files == sorted(yaml_files(root).difference(expected_of(layout).others))
    for file in files:
        ran = run("check", file, "--format", "json").json
        if file in skipped and skipped[file]["reason"] in CHECKED_IF_NAMED:
            assert [files_of(recipe) for recipe in ran["recipes"]] == [{file}], file
            continue
        assert ran["recipes"] == [recipe for recipe in whole["recipes"] if file in files_of(recipe)], file
        assert ran["skipped"] == ([skipped[file]] if file in skipped else []), file


@pytest.mark.parametrize("layout", NAMES)
def test_changed_file_has_the_result_that_it_has_in_the_tree(run: Run, root: Path) -> None:
    whole = run("check", ".", "--format", "json").json
    for file in sorted(yaml_files(root)):
        ran = run("check", "--changed", file, "--format", "json")
        assert ran.json["recipes"] == [recipe for recipe in whole["recipes"] if file in files_of(recipe)], file
        assert ran.json["skipped"] == [each for each in whole["skipped"] if each["file"] == file], file
        assert ran.json["recipes"] or ran.exit_code == 0, file
