"""Work of a check: it grows with the number of services, and not faster."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest
from rollout_lint.discovery.recipes import find_recipes
from rollout_lint.linter import reader
from rollout_lint.linter.context import LintContext
from rollout_lint.linter.evaluate import evaluate
from rollout_lint.rules.loader import load_rules

from tests.support import count_calls

if TYPE_CHECKING:
    import re

    from rollout_lint.discovery.recipe import Recipe

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


def find_recipe(write: Write, kind: str, count: int) -> Recipe:
    """Return a recipe of two variants."""
    overlay = "services: {s0: {labels: {a: b}}}\n"
    [recipe] = find_recipes(str(write({"compose.yml": create_stack(kind, count), "compose.ccci.yml": overlay}))).recipes
    return recipe


@pytest.mark.parametrize("kind", STACKS)
def test_work_of_a_check_grows_with_the_services(write: Write, kind: str) -> None:
    evaluate(find_recipe(write, kind, 2), CONTEXT)
    once, twice = (count_calls(partial(evaluate, find_recipe(write, kind, count), CONTEXT)) for count in (200, 400))
    assert twice / once > 1.5
    assert twice / once < 2.1


class CountingPattern:
    """Pattern that counts the characters that it searches."""

    def __init__(self, pattern: re.Pattern[str]) -> None:
        self.pattern = pattern
        self.searched = 0

    def search(self, text: str) -> re.Match[str] | None:
        self.searched += len(text)
        return self.pattern.search(text)


def test_each_line_is_searched_for_templates_once(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    text = f"services: {{{', '.join(str(number) for number in range(200))}}}\n"
    [recipe] = find_recipes(str(write({"compose.yml": text}))).recipes
    counting = CountingPattern(reader._TEMPLATE_MARK)
    monkeypatch.setattr(reader, "_TEMPLATE_MARK", counting)
    assert len(evaluate(recipe, CONTEXT).problems) == 200
    assert 0 < counting.searched <= len(text)
