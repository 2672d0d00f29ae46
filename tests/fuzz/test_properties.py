"""Changes of a stack that change nothing of what is found, and one that makes nothing worse."""

from __future__ import annotations

from copy import deepcopy
from functools import cache
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rollout_lint.discovery.recipes import recipe_from_layers
from rollout_lint.linter.context import LintContext
from rollout_lint.linter.evaluate import evaluate
from rollout_lint.linter.evaluation import EvaluationStatus
from rollout_lint.rules.loader import load_rules

from tests.fuzz.made_up import Stack, Writer, split, stacks
from tests.made_up import stacks_in_number

if TYPE_CHECKING:
    from rollout_lint.linter.evaluation import Evaluation

pytestmark = pytest.mark.fuzz

Found: TypeAlias = "set[tuple[str, str | None, str]]"

ROLLOUT = tuple(f"RL0{number:02d}" for number in range(1, 30))
made_up = stacks_in_number(150)
seeds = st.integers(0, 2**32).map(Random)


@cache
def known() -> LintContext:
    return LintContext(load_rules())


def evaluated(*layers: str) -> Evaluation:
    with TemporaryDirectory() as folder:
        paths = [Path(folder) / f"{number}.yml" for number in range(len(layers))]
        for path, text in zip(paths, layers, strict=True):
            path.write_text(text, "utf-8")
        evaluation = evaluate(recipe_from_layers(map(str, paths), {}), known())
    assert evaluation.status == EvaluationStatus.EVALUATED, (evaluation.problems, *layers)
    return evaluation


def found(*layers: str) -> Found:
    """Rule, service and severity of each finding."""
    return {(finding.rule.id, finding.service, finding.severity) for finding in evaluated(*layers).findings}


def as_written(stack: Stack) -> str:
    return Writer().text(stack)


@made_up
@given(stack=stacks(), random=seeds)
def test_the_order_of_keys(stack: Stack, random: Random) -> None:
    assert found(Writer(shuffles=random).text(stack)) == found(as_written(stack))


@made_up
@given(stack=stacks(), random=seeds)
def test_comments(stack: Stack, random: Random) -> None:
    assert found(Writer(comments=random).text(stack)) == found(as_written(stack))


@made_up
@given(stack=stacks(), random=seeds)
def test_quotes(stack: Stack, random: Random) -> None:
    assert found(Writer(quotes=random).text(stack)) == found(as_written(stack))


@made_up
@given(stack=stacks())
def test_an_anchor_in_place_of_a_repeat(stack: Stack) -> None:
    assert found(Writer(anchors=True).text(stack)) == found(as_written(stack))


@made_up
@given(stack=stacks(), first=st.booleans(), empty=st.sampled_from(("services: {}\n", "x-a: 1\n", "{}\n")))
def test_an_empty_layer(stack: Stack, first: bool, empty: str) -> None:
    text = as_written(stack)
    assert found(*((empty, text) if first else (text, empty))) == found(text)


@made_up
@given(stack=stacks(), random=seeds)
def test_one_file_as_two_layers(stack: Stack, random: Random) -> None:
    """Save where Docker's merge itself loses a port, which is what RL043 says."""
    layered = found(*map(as_written, split(stack, random)))
    assert {each for each in layered if each[0] != "RL043"} == found(as_written(stack))


@made_up
@given(stack=stacks(), data=st.data())
def test_stop_first_adds_no_grave_finding_about_a_rollout(stack: Stack, data: st.DataObject) -> None:
    """Save where all tasks are replaced at once, which is told either way: RL016 is graver then, and rightly so.

    With start-first the old tasks go on answering until the new ones run; with stop-first all are down at once.
    """
    service = data.draw(st.sampled_from(sorted(stack["services"])))
    changed = deepcopy(stack)
    policy = changed["services"][service].setdefault("deploy", {}).setdefault("update_config", {})
    policy["order"] = "stop-first"
    before, after = found(as_written(stack)), found(as_written(changed))
    known_as_lesser = {(rule, name, "high") for rule, name, _ in before if rule == "RL016"}
    assert about_a_rollout(after) <= about_a_rollout(before) | known_as_lesser


def test_stop_first_is_graver_where_all_tasks_are_replaced_at_once() -> None:
    def severity(order: str) -> set[str]:
        policy = f"update_config: {{parallelism: 0, order: {order}, failure_action: rollback, monitor: 30s}}"
        text = f"services: {{a: {{image: b, deploy: {{replicas: 2, {policy}}}}}}}\n"
        return {each[2] for each in found(text) if each[0] == "RL016"}

    assert severity("start-first") == {"low"}
    assert severity("stop-first") == {"high"}


def about_a_rollout(of: Found) -> Found:
    return {each for each in of if each[2] == "high" and each[0] in ROLLOUT}
