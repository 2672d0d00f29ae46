"""Fixes of generated stacks: findings are fixed, Docker sees no other change, and all other bytes stay."""

from __future__ import annotations

import re
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from rollout_lint.fix.apply import write_changes
from rollout_lint.fix.model import FixOptions, FixResult
from rollout_lint.fix.planner import FixPlanner
from rollout_lint.fix.target import FixTarget
from rollout_lint.linter.context import LintContext
from rollout_lint.linter.evaluation import Evaluation, EvaluationStatus
from rollout_lint.rules.loader import load_rules

from tests.examples import example_count
from tests.fix.docker_changes import changed_values, merged_values
from tests.fix.stacks import GeneratedRecipe, recipes
from tests.oracle.docker import require
from tests.support import recipe_in

pytestmark = pytest.mark.oracle

CONTEXT = LintContext(load_rules())

# A fix may only change lines with one of these.
_TOUCHED = re.compile(
    rb"order|failure_action|monitor|parallelism|max_failure_ratio|update_config|rollback_config|deploy:|<<:"
)


@pytest.fixture(scope="module", autouse=True)
def docker() -> None:
    require()


@example_count(40, share=5)
@given(recipe=recipes())
def test_fix_of_generated_recipe(recipe: GeneratedRecipe) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        for file, data in recipe.files.items():
            (folder / file).write_bytes(data)
        before = fix(folder)
        assert before.evaluation.status == EvaluationStatus.EVALUATED, before.evaluation.problems
        stacks = {
            each.variant.name: [folder / layer.name for layer in each.variant.files]
            for each in before.evaluation.variants
        }
        merges = {variant: merged_values(files) for variant, files in stacks.items()}
        write_changes(before.changes)
        after = fix(folder)
        assert after.changes == ()
        assert_only_fixed(before, after.evaluation)
        allowed = settings_of(before)
        for variant, files in stacks.items():
            assert changed_values(merges[variant], merged_values(files)).keys() <= allowed
        for file, data in recipe.files.items():
            assert_other_bytes_stay(data, (folder / file).read_bytes())


def fix(folder: Path) -> FixResult:
    return FixPlanner(FixTarget(recipe_in(folder), CONTEXT), FixOptions(unsafe=True)).run()


def assert_only_fixed(result: FixResult, after: Evaluation) -> None:
    """Assert that fixed findings are gone, unfixed ones remain, and each new one is less severe than a fixed one.

    A finding that a fix brings can cover others, which are new once it is fixed too.
    """
    before = {each.key for each in result.evaluation.findings}
    now = {each.key for each in after.findings}
    for fix in result.applied:
        assert all(each.severity.rank > fix.finding.severity.rank for each in fix.brings)
    brought = [each for fix in result.applied for each in fix.brings]
    covered = {(rule, each.service, each.resource, each.variant) for each in brought for rule in each.rule.supersedes}
    new = {each.key for each in after.findings if each.is_active} - before
    assert new <= {each.key for each in brought} | covered
    assert not {each.finding.key for each in result.applied} & now
    assert {each.finding.key for each in result.unfixed} == {each.key for each in after.findings if each.is_active}


def settings_of(result: FixResult) -> set[tuple[str, ...]]:
    return {
        ("services", str(each.service), *path.split("."))
        for one in result.applied
        for each in (one.finding, *one.others)
        for path in one.settings | each.rule.fix_settings
    }


def unrelated_lines(data: bytes) -> list[bytes]:
    """Return the lines that a fix must not change, without line ends."""
    return [line.removesuffix(b"\r") for line in data.split(b"\n") if not _TOUCHED.search(line)]


def assert_other_bytes_stay(before: bytes, after: bytes) -> None:
    assert unrelated_lines(before) == unrelated_lines(after)
    assert re.findall(rb"# note \d+", before) == re.findall(rb"# note \d+", after)
    assert before.startswith(b"\xef\xbb\xbf") == after.startswith(b"\xef\xbb\xbf")
    assert before.endswith(b"\n") == after.endswith(b"\n")
    if b"\r\n" in before:
        assert after.count(b"\r\n") == after.count(b"\n")
    assert after.count(b"\n") >= before.count(b"\n")
