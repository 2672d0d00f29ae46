"""Repairs of stacks that nobody wrote: the findings go, Docker sees nothing else change, and all other bytes stay."""

from __future__ import annotations

import re
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from rollout_lint.discovery.recipes import recipe_from_directory
from rollout_lint.fix.apply import store
from rollout_lint.fix.model import Fixed, Wanted, key_of
from rollout_lint.fix.planner import Session
from rollout_lint.fix.target import Desk
from rollout_lint.linter.context import LintContext
from rollout_lint.linter.evaluation import Evaluation, EvaluationStatus
from rollout_lint.rules.loader import load_rules

from tests.examples import example_count
from tests.fix.docker_changes import altered, merged
from tests.fix.stacks import Written, recipes
from tests.oracle.docker import require

pytestmark = pytest.mark.oracle

KNOWN = LintContext(load_rules())

# What a repair may write or alter; a line without any of it must stay as it is.
_TOUCHED = re.compile(
    rb"order|failure_action|monitor|parallelism|max_failure_ratio|update_config|rollback_config|deploy:|<<:"
)


@pytest.fixture(scope="module", autouse=True)
def docker() -> None:
    require()


@example_count(40, share=5)
@given(recipe=recipes())
def test_a_generated_recipe(recipe: Written) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        for file, data in recipe.files.items():
            (folder / file).write_bytes(data)
        before = repaired(folder)
        assert before.evaluation.status == EvaluationStatus.EVALUATED, before.evaluation.problems
        stacks = {
            each.variant.name: [folder / layer.name for layer in each.variant.files]
            for each in before.evaluation.variants
        }
        merges = {variant: merged(files) for variant, files in stacks.items()}
        store(before.changes)
        after = repaired(folder)
        assert after.changes == ()
        assert_only_repairs(before, after.evaluation)
        allowed = settings_of(before)
        for variant, files in stacks.items():
            assert altered(merges[variant], merged(files)).keys() <= allowed
        for file, data in recipe.files.items():
            assert_other_bytes_stay(data, (folder / file).read_bytes())


def repaired(folder: Path) -> Fixed:
    return Session(Desk(recipe_from_directory(folder), KNOWN), Wanted(unsafe=True)).run()


def assert_only_repairs(fixed: Fixed, after: Evaluation) -> None:
    """What is said to be repaired is gone, what is left is there, and nothing is new."""
    before = {key_of(each) for each in fixed.evaluation.findings}
    now = {key_of(each) for each in after.findings}
    assert now <= before
    assert not {key_of(each.finding) for each in fixed.repaired} & now
    assert {key_of(each.finding) for each in fixed.left} == {key_of(each) for each in after.findings if each.is_active}


def settings_of(fixed: Fixed) -> set[tuple[str, ...]]:
    findings = [each for one in fixed.repaired for each in (one.finding, *one.others)]
    return {("services", str(each.service), *path.split(".")) for each in findings for path in each.rule.fix_settings}


def others(data: bytes) -> list[bytes]:
    """The lines that no repair is about, without their ends, of which a last line may have none."""
    return [line.removesuffix(b"\r") for line in data.split(b"\n") if not _TOUCHED.search(line)]


def assert_other_bytes_stay(before: bytes, after: bytes) -> None:
    assert others(before) == others(after)
    assert re.findall(rb"# note \d+", before) == re.findall(rb"# note \d+", after)
    assert before.startswith(b"\xef\xbb\xbf") == after.startswith(b"\xef\xbb\xbf")
    assert before.endswith(b"\n") == after.endswith(b"\n")
    if b"\r\n" in before:
        assert after.count(b"\r\n") == after.count(b"\n")
    assert after.count(b"\n") >= before.count(b"\n")
