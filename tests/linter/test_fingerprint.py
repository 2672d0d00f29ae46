"""What a finding is known by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rollout_lint.discovery.recipes import recipe_from_directory
from rollout_lint.linter.context import LintContext
from rollout_lint.linter.evaluate import evaluate
from rollout_lint.linter.fingerprint import fingerprint
from rollout_lint.rules.loader import load_rules

from tests.fleet.recipes import OVERLAY, recipe

if TYPE_CHECKING:
    from tests.conftest import Write


def fingerprints(write: Write, compose: str, name: str = "web", **more: str) -> set[str]:
    folder = write({"compose.yml": compose, **more})
    evaluation = evaluate(recipe_from_directory(folder), LintContext(load_rules()))
    assert evaluation.findings
    return {fingerprint(name, finding) for finding in evaluation.findings}


def test_it_is_the_same_wherever_the_lines_are_and_in_every_variant(write: Write) -> None:
    before = fingerprints(write, recipe())
    assert fingerprints(write, "# moved\n\n" + recipe().replace(", deploy", ",\n  deploy")) == before
    more = {"compose.ccci.yml": OVERLAY.replace("stop-first", "start-first").replace("{order", "{monitor: 9s, order")}
    with_overlay = fingerprints(write, recipe(), **more)
    assert len(before) == 1
    assert before <= with_overlay


def test_it_is_another_for_another_recipe_rule_service_or_value(write: Write) -> None:
    different = [fingerprints(write, recipe()), fingerprints(write, recipe().replace("app:", "shop:"))]
    different.append(fingerprints(write, recipe(), name="x"))
    assert len(set.union(*different)) == 3
