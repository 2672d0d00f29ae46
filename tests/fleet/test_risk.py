"""Risk of recipes, with the reasons in order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from rollout_lint.discovery.recipe import Recipe
from rollout_lint.fleet.model import Evidence
from rollout_lint.fleet.risk import assess_recipe
from rollout_lint.linter.context import LintContext
from rollout_lint.linter.evaluation import Evaluation, EvaluationStatus

from tests.fleet.risk_cases import CASES, RISKY, Row, order, row, service, stack

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

    from tests.conftest import Run, Write


@pytest.mark.parametrize("case", CASES)
def test_assessment_of_recipe(run: Run, write: Write, case: str, snapshot: SnapshotAssertion) -> None:
    files, expected = CASES[case]
    found = row(run, write, files)
    risk = found["risk"]
    main = (found["service"], found["failure_action"], found["order"], found["overlay"])
    assert Row(risk["level"], main) == expected
    assert [risk["text"], *risk["because"]] == snapshot


DATABASE = f"""\
  db: {{image: "postgres:16", volumes: ["data:/var/lib/postgresql/data"], deploy: {{update_config: {{{RISKY}}}}}}}
volumes: {{data: {{}}}}
"""


@pytest.mark.parametrize(
    ("files", "rule"),
    [
        pytest.param({"compose.yml": stack(service("a", RISKY))}, "RL001", id="latent"),
        pytest.param(
            {"compose.yml": stack(service("a", RISKY)) + DATABASE},
            "RL006",
            id="latent-high",
        ),
        pytest.param(
            {"compose.yml": stack(service("a", RISKY)), "compose.ccci.yml": order("stop-first")}, "RL001", id="fixed"
        ),
        pytest.param({"compose.yml": stack(service("a", "order: stop-first"))}, None, id="safe"),
        pytest.param({"compose.yml": "services: [a]\n"}, None, id="not-evaluated"),
    ],
)
def test_risk_names_the_rule_that_set_its_level(
    run: Run, write: Write, files: dict[str, str], rule: str | None
) -> None:
    found = row(run, write, files)
    assert found["risk"]["rule"] == rule
    assert rule in {each["risk"]["rule"] for each in found["services"]} | {None}


@pytest.mark.parametrize(
    ("case", "variants"),
    [
        ("broken-yaml", ["default"]),
        ("broken-overlay", ["ccci"]),
        ("broken-overlay-beside-fix", ["other"]),
        ("broken-option", ["ha"]),
        ("broken-default", ["default"]),
    ],
)
def test_assessment_names_unevaluated_variants(run: Run, write: Write, case: str, variants: list[str]) -> None:
    assert row(run, write, CASES[case][0])["not_evaluated"] == variants


@pytest.mark.parametrize("case", ["two-safe-services", "fixed-by-overlay", "missing-option"])
def test_assessment_omits_unevaluated_variants_if_none(run: Run, write: Write, case: str) -> None:
    assert "not_evaluated" not in row(run, write, CASES[case][0])


@pytest.mark.parametrize(
    ("case", "levels", "rules"),
    [
        ("broken-overlay", {"a": "latent-medium"}, {"a": ["RL001"]}),
        ("broken-overlay-that-fixes", {"a": "latent-medium"}, {"a": ["RL001"]}),
        ("service-only-in-broken-overlay", {"a": "safe", "b": "not-evaluated"}, {"a": [], "b": ["RL001"]}),
        ("broken-option-on-safe", {"a": "not-evaluated"}, {"a": []}),
        ("partly-read", {"a": "not-evaluated"}, {"a": ["RL001"]}),
        (
            "broken-default",
            {"c": "latent-medium", "d": "not-evaluated", "a": "not-evaluated"},
            {"c": ["RL001"], "d": [], "a": ["RL001"]},
        ),
    ],
)
def test_services_of_a_recipe_with_errors(
    run: Run, write: Write, case: str, levels: dict[str, str], rules: dict[str, list[str]]
) -> None:
    services = {each["service"]: each for each in row(run, write, CASES[case][0])["services"]}
    assert {name: each["risk"]["level"] for name, each in services.items() if name in levels} == levels
    assert {name: each["rules"] for name, each in services.items() if name in rules} == rules
    found = {name: sorted({each["rule"] for each in one["findings"]}) for name, one in services.items()}
    assert found == {name: each["rules"] for name, each in services.items()}


def test_assessment_without_stack_file(snapshot: SnapshotAssertion) -> None:
    assessment = assess_recipe(Evaluation(Recipe("r", "r"), EvaluationStatus.NOT_EVALUATED), Evidence(), LintContext())
    assert assessment.risk.level == "not-evaluated"
    assert [assessment.risk.text, *assessment.risk.because] == snapshot
