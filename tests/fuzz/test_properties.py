"""Changes of a stack that must not change or worsen the findings."""

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

from tests.examples import example_count
from tests.fuzz.stacks import Stack, Writer, split, stacks

if TYPE_CHECKING:
    from rollout_lint.linter.evaluation import Evaluation

pytestmark = pytest.mark.fuzz

Found: TypeAlias = "set[tuple[str, str | None, str]]"

ROLLOUT = tuple(f"RL0{number:02d}" for number in range(1, 30))
generated = example_count(150)
seeds = st.integers(0, 2**32).map(Random)


@cache
def context() -> LintContext:
    return LintContext(load_rules())


def evaluated(*layers: str) -> Evaluation:
    with TemporaryDirectory() as folder:
        paths = [Path(folder) / f"{number}.yml" for number in range(len(layers))]
        for path, text in zip(paths, layers, strict=True):
            path.write_text(text, "utf-8")
        evaluation = evaluate(recipe_from_layers(map(str, paths), {}), context())
    assert evaluation.status == EvaluationStatus.EVALUATED, (evaluation.problems, *layers)
    return evaluation


def found(*layers: str) -> Found:
    """Return rule, service and severity of each finding."""
    return {(finding.rule.id, finding.service, finding.severity) for finding in evaluated(*layers).findings}


def as_written(stack: Stack) -> str:
    return Writer().text(stack)


@generated
@given(stack=stacks(), random=seeds)
def test_order_of_keys_changes_no_finding(stack: Stack, random: Random) -> None:
    assert found(Writer(shuffles=random).text(stack)) == found(as_written(stack))


@generated
@given(stack=stacks(), random=seeds)
def test_comments_change_no_finding(stack: Stack, random: Random) -> None:
    assert found(Writer(comments=random).text(stack)) == found(as_written(stack))


@generated
@given(stack=stacks(), random=seeds)
def test_quotes_change_no_finding(stack: Stack, random: Random) -> None:
    assert found(Writer(quotes=random).text(stack)) == found(as_written(stack))


@generated
@given(stack=stacks())
def test_anchors_change_no_finding(stack: Stack) -> None:
    assert found(Writer(anchors=True).text(stack)) == found(as_written(stack))


@generated
@given(stack=stacks(), first=st.booleans(), empty=st.sampled_from(("services: {}\n", "x-a: 1\n", "{}\n")))
def test_empty_layer_changes_no_finding(stack: Stack, first: bool, empty: str) -> None:
    text = as_written(stack)
    assert found(*((empty, text) if first else (text, empty))) == found(text)


@generated
@given(stack=stacks(), random=seeds)
def test_two_layers_have_findings_of_one_file(stack: Stack, random: Random) -> None:
    """Check all rules except RL043, which reports that Docker's merge loses a port."""
    layered = found(*map(as_written, split(stack, random)))
    assert {each for each in layered if each[0] != "RL043"} == found(as_written(stack))


@generated
@given(stack=stacks(), data=st.data())
def test_stop_first_adds_no_high_rollout_finding(stack: Stack, data: st.DataObject) -> None:
    """Check all rules except RL016, which is more severe with stop-first if all tasks are replaced at once.

    With start-first the old tasks answer until the new ones run. With stop-first all are down at once.
    """
    service = data.draw(st.sampled_from(sorted(stack["services"])))
    changed = deepcopy(stack)
    policy = changed["services"][service].setdefault("deploy", {}).setdefault("update_config", {})
    policy["order"] = "stop-first"
    before, after = found(as_written(stack)), found(as_written(changed))
    raised = {(rule, name, "high") for rule, name, _ in before if rule == "RL016"}
    assert high_rollout_findings(after) <= high_rollout_findings(before) | raised


def test_stop_first_raises_severity_of_rl016() -> None:
    def severity(order: str) -> set[str]:
        policy = f"update_config: {{parallelism: 0, order: {order}, failure_action: rollback, monitor: 30s}}"
        text = f"services: {{a: {{image: b, deploy: {{replicas: 2, {policy}}}}}}}\n"
        return {each[2] for each in found(text) if each[0] == "RL016"}

    assert severity("start-first") == {"low"}
    assert severity("stop-first") == {"high"}


def high_rollout_findings(findings: Found) -> Found:
    return {each for each in findings if each[2] == "high" and each[0] in ROLLOUT}
