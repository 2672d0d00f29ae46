"""Fixes of many services together: the work grows with their number, and the result is that of single fixes."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest
from rollout_lint.discovery.recipes import find_recipes
from rollout_lint.fix.model import FixOptions
from rollout_lint.fix.patch.mechanical_edits import correct_text
from rollout_lint.fix.patch.text import SourceText
from rollout_lint.fix.planner import FixPlanner
from rollout_lint.fix.target import FixTarget
from rollout_lint.linter.context import LintContext
from rollout_lint.rules.loader import load_rules
from rollout_lint.stack.merge import load_stack
from rollout_lint.syntax.parser import parse

from tests.support import count_calls

if TYPE_CHECKING:
    from rollout_lint.fix.model import FixResult

    from tests.conftest import Write

CONTEXT = LintContext(load_rules())
POLICY = "{replicas: 2, update_config: {failure_action: rollback, order: start-first, monitor: 1s}}"
STACKS = {
    "own-values": ("", "  sNUMBER:\n    image: a\n    deploy: " + POLICY + "\n"),
    "one-anchor": (f"x-a: &a\n  image: a\n  deploy: {POLICY}\n", "  sNUMBER: *a\n"),
    "own-name": (
        "",
        "  sNUMBER:\n    image: a\n    healthcheck: {test: curl http://sNUMBER/}\n    deploy: {replicas: 1}\n",
    ),
    "misspelled-key": ("", "  sNUMBER: {image: a, deploy: {updat_config: {}}}\n"),
    "merged-anchor": (f"x-a: &a\n  deploy: {POLICY}\n", "  sNUMBER: {<<: *a, image: b}\n"),
}


def create_stack(kind: str, count: int) -> str:
    head, service = STACKS[kind]
    return f"{head}services:\n{''.join(service.replace('NUMBER', str(number)) for number in range(count))}"


def fix(write: Write, text: str) -> FixResult:
    [recipe] = find_recipes(str(write({"compose.yml": text}))).recipes
    return FixPlanner(FixTarget(recipe, CONTEXT), FixOptions()).run()


def correct_keys(text: str) -> None:
    source = parse(text.encode(), "compose.yml")
    _, problems = load_stack([source], {}, is_exact=True)
    corrected = correct_text(SourceText.decode(text.encode()), problems)
    assert corrected is not None
    assert corrected.characters == text.replace("updat_config", "update_config")


@pytest.mark.parametrize("kind", STACKS)
def test_work_grows_with_the_number_of_services(write: Write, kind: str) -> None:
    fix(write, create_stack(kind, 2))
    once, twice = (count_calls(partial(fix, write, create_stack(kind, count))) for count in (60, 120))
    assert twice / once < 2.2


def test_work_of_corrections_grows_with_their_number() -> None:
    correct_keys(create_stack("misspelled-key", 2))
    once, twice = (count_calls(partial(correct_keys, create_stack("misspelled-key", count))) for count in (100, 200))
    assert twice / once < 2.2


@pytest.mark.parametrize("kind", STACKS)
def test_services_are_fixed_as_one_is(write: Write, kind: str) -> None:
    [change] = fix(write, create_stack(kind, 1)).changes
    [together] = fix(write, create_stack(kind, 30)).changes
    single = change.after.decode().partition("services:\n")
    assert together.after.decode() == single[0] + single[1] + "".join(
        single[2].replace("s0", f"s{number}") for number in range(30)
    )


def test_service_without_the_finding_keeps_its_shared_value(write: Write) -> None:
    text = create_stack("merged-anchor", 3) + "  other: {<<: *a, image: b, healthcheck: {test: c}, user: d}\n"
    result = fix(write, text)
    assert [each for each in result.after.findings if each.is_active and each.rule.id == "RL001"] == []
    assert result.after.problems == []
