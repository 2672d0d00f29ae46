"""Fingerprints of findings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rollout_lint.linter.context import LintContext
from rollout_lint.linter.evaluate import evaluate
from rollout_lint.linter.fingerprint import fingerprint

from tests.fleet.recipes import OVERLAY, recipe
from tests.rules.builders import make_rule
from tests.support import recipe_in

if TYPE_CHECKING:
    from tests.conftest import Write


RULE = make_rule(
    {"deploy.update_config.order": {"const": "start-first"}, "deploy.update_config.failure_action": {"type": "string"}}
)


def fingerprints(write: Write, compose: str, name: str = "web", **more: str) -> set[str]:
    folder = write({"compose.yml": compose, **more})
    evaluation = evaluate(recipe_in(folder), LintContext((RULE,)))
    assert evaluation.findings
    return {fingerprint(name, finding) for finding in evaluation.findings}


def test_fingerprint_ignores_line_numbers_and_variants(write: Write) -> None:
    before = fingerprints(write, recipe())
    assert fingerprints(write, "# moved\n\n" + recipe().replace(", deploy", ",\n  deploy")) == before
    more = {"compose.ccci.yml": OVERLAY.replace("stop-first", "start-first").replace("{order", "{monitor: 9s, order")}
    with_overlay = fingerprints(write, recipe(), **more)
    assert len(before) == 1
    assert before <= with_overlay


def test_fingerprint_depends_on_recipe_service_and_facts(write: Write) -> None:
    different = [
        fingerprints(write, recipe()),
        fingerprints(write, recipe(), name="x"),
        fingerprints(write, recipe().replace("app:", "shop:")),
        fingerprints(write, recipe(action="pause")),
    ]
    assert len(set.union(*different)) == len(different)
