"""Compiled data of the package: equal to the files."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest
from rollout_lint.errors import RuleError
from rollout_lint.facts import images
from rollout_lint.packaged import COMPILED, compiled_data, rules_directory
from rollout_lint.rules import compiler, loader
from rollout_lint.rules.compiler import compile_data
from rollout_lint.rules.loader import load_rules
from rollout_lint.rules.model import RuleDetails
from rollout_lint.stack.schema import load_document

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rollout_lint.rules.model import Conditions, Rule


@pytest.fixture(scope="module")
def text() -> str:
    return compile_data()


@pytest.fixture
def compiled(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Empty folder of the packaged rules, beside the compiled data."""
    module = ModuleType(COMPILED)
    exec(text, vars(module))
    monkeypatch.setitem(sys.modules, COMPILED, module)
    for each in (loader, images):
        monkeypatch.setattr(each, "rules_directory", lambda: tmp_path)
    compiled_data.cache_clear()
    yield tmp_path
    compiled_data.cache_clear()


def comparable(rule: Rule) -> Rule:
    """Return the rule with the name of its file as the path, schemas as conditions, and nothing that loads details."""
    grades = tuple(grade._replace(when=schemas(grade.when)) for grade in rule.grades)
    return rule._replace(
        path=Path(rule.path.name),
        when=schemas(rule.when),
        unsafe=schemas(rule.unsafe),
        grades=grades,
        load_details=read_nothing,
    )


def read_nothing() -> RuleDetails:
    return RuleDetails({}, (), {})


def schemas(conditions: Conditions) -> Any:
    """Return the conditions without their tests, which are functions of one load."""
    return {path: condition._replace(test=bool) for path, condition in conditions.items()}


def test_compiled_rules_equal_rules_of_yaml(compiled: Path, packaged_rules: tuple[Rule, ...]) -> None:
    assert list(map(comparable, load_rules())) == list(map(comparable, packaged_rules))
    assert len(packaged_rules) > 50
    assert {rule.path.parent for rule in load_rules()} == {compiled}


def test_compiled_rule_loads_its_details_from_yaml(compiled: Path, packaged_rules: tuple[Rule, ...]) -> None:
    for rule in packaged_rules:
        shutil.copy(rule.path, compiled)
    assert [rule.load_details() for rule in load_rules()] == [rule.load_details() for rule in packaged_rules]


def test_compiled_images_equal_images_of_yaml(compiled: Path) -> None:
    assert not (compiled / "images.yaml").exists()
    found = images.packaged_images.__wrapped__()
    assert found == images.read_images(rules_directory() / "images.yaml")
    assert found.by_repository["postgres"]["locks"] is not None


@pytest.mark.usefixtures("compiled")
def test_compiled_schema_equals_the_schema_of_stack_files() -> None:
    compiled = load_document.__wrapped__()
    assert compiled == load_document()
    assert compiled is not load_document()


def test_rules_of_user_are_validated_beside_compiled_ones(compiled: Path) -> None:
    folder = compiled / "own"
    folder.mkdir()
    (folder / "RL001-own.yaml").write_text("id: RL001\n", encoding="utf-8")
    with pytest.raises(RuleError) as caught:
        load_rules((folder,))
    [problem] = caught.value.problems
    assert (problem.file, problem.line) == (str(folder / "RL001-own.yaml"), 1)


def test_invalid_file_is_not_compiled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = Path(shutil.copytree(rules_directory(), tmp_path / "rules"))
    for module in (loader, compiler):
        monkeypatch.setattr(module, "rules_directory", lambda: folder)
    text = (folder / "images.yaml").read_text("utf-8")
    (folder / "images.yaml").write_text(text.replace("  - name: ", "  - nme: ", 1), encoding="utf-8")
    with pytest.raises(ValueError, match='unknown key "nme"'):
        compile_data()
    rule = next(folder.glob("RL001-*.yaml"))
    rule.write_text(rule.read_text("utf-8").replace("summary:", "sumary:", 1), encoding="utf-8")
    with pytest.raises(RuleError, match='unknown key "sumary"'):
        compile_data()


def test_checkout_has_no_compiled_data() -> None:
    assert (rules_directory() / "images.yaml").exists()
    assert compiled_data() is None
