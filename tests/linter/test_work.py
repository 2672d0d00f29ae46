"""Work of a check: it grows with the number of services, and not faster."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest
from rollout_lint.discovery.recipes import find_recipes
from rollout_lint.linter.context import LintContext
from rollout_lint.linter.evaluate import evaluate
from rollout_lint.rules.loader import load_rules

if TYPE_CHECKING:
    from tests.conftest import Write

CONTEXT = LintContext(load_rules())
STACKS = {
    "without-deploy": ("  sNUMBER: {image: a}\n", ""),
    "host-ports": ("  sNUMBER: {image: a, ports: [{target: 80, published: 1NUMBER, mode: host}], deploy: {}}\n", ""),
    "one-host-port": ("  sNUMBER: {image: a, ports: [{target: 80, published: 80, mode: host}], deploy: {}}\n", ""),
    "configs": ("  sNUMBER: {image: a, configs: [cNUMBER], deploy: {}}\n", "  cNUMBER: {file: a.conf}\n"),
}


def create_stack(kind: str, count: int) -> str:
    service, config = ("".join(text.replace("NUMBER", str(number)) for number in range(count)) for text in STACKS[kind])
    return f"services:\n{service}" + (f"configs:\n{config}" if config else "")


def count_calls(write: Write, kind: str, count: int) -> int:
    """Return the number of calls of functions and generators during a check of two variants."""
    overlay = "services: {s0: {labels: {a: b}}}\n"
    [recipe] = find_recipes(str(write({"compose.yml": create_stack(kind, count), "compose.ccci.yml": overlay}))).recipes
    calls = 0

    def add(_frame: Any, event: str, _argument: Any) -> None:
        nonlocal calls
        calls += event == "call"

    sys.setprofile(add)
    try:
        evaluate(recipe, CONTEXT)
    finally:
        sys.setprofile(None)
    return calls


@pytest.mark.parametrize("kind", STACKS)
def test_work_of_a_check_grows_with_the_services(write: Write, kind: str) -> None:
    count_calls(write, kind, 2)
    once, twice = (count_calls(write, kind, count) for count in (200, 400))
    assert twice / once < 2.1
