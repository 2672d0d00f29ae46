"""Status, problems and findings of each variant of a recipe."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from rollout_lint.discovery.recipe import LayerFile, Recipe, Variant
from rollout_lint.discovery.recipes import recipe_from_layers
from rollout_lint.linter.context import LintContext
from rollout_lint.linter.evaluate import evaluate
from rollout_lint.location import Problem
from rollout_lint.rules.loader import load_rules

from tests.fleet.recipes import recipe

if TYPE_CHECKING:
    from pathlib import Path

    from rollout_lint.linter.evaluation import Evaluation

    from tests.conftest import Write

FILES: dict[str, str | bytes] = {
    "stack": recipe(),
    "same": "services: {app: {hostname: x}}\n",
    "broken": "services: {app: {deploy: []}}\n",
    "template": "services:\n  app:\n{% if x %}\n    hostname: x\n{% endif %}\n",
    "other": "provider: {name: openfaas}\n",
}


def recipe_of(folder: Path, *variants: str) -> Recipe:
    """Return a recipe whose variants are deployed from these files, joined with `+`."""
    layers = [tuple(LayerFile(name, folder / name) for name in variant.split("+")) for variant in variants]
    return Recipe("r", str(folder), [Variant(name, files) for name, files in zip(variants, layers, strict=True)])


def evaluation_of(write: Write, *variants: str) -> Evaluation:
    return evaluate(recipe_of(write(FILES), *variants), LintContext(load_rules()))


@pytest.mark.parametrize(
    ("variants", "status"),
    [
        pytest.param({"stack": "evaluated", "stack+same": "evaluated"}, "evaluated", id="whole"),
        pytest.param({"stack": "evaluated", "stack+broken": "not-evaluated"}, "not-evaluated", id="broken"),
        pytest.param({"stack": "evaluated", "stack+template": "template"}, "template", id="template"),
        pytest.param(
            {"stack": "evaluated", "stack+template": "template", "stack+same": "evaluated"},
            "template",
            id="template-before-another",
        ),
        pytest.param(
            {"stack+template": "template", "stack+broken": "not-evaluated"}, "not-evaluated", id="template-and-broken"
        ),
        pytest.param({"other": "not-a-stack", "other+stack": "not-a-stack"}, "not-a-stack", id="other"),
        pytest.param({"other": "not-evaluated", "stack": "evaluated"}, "not-evaluated", id="other-and-stack"),
        pytest.param({"other": "not-evaluated", "template": "template"}, "not-evaluated", id="other-and-template"),
        pytest.param({}, "not-evaluated", id="no-variant"),
    ],
)
def test_evaluate_gives_each_variant_a_status(write: Write, variants: dict[str, str], status: str) -> None:
    evaluation = evaluation_of(write, *variants)
    assert evaluation.status == status
    assert {each.variant.name: each.status for each in evaluation.variants} == variants
    assert evaluation.unevaluated_variants == [name for name, each in variants.items() if each != "evaluated"]
    assert [each.variant.name for each in evaluation.evaluated_variants] == [
        name for name, each in variants.items() if each == "evaluated"
    ]
    assert {each.status for each in evaluation.variants if each.problems} == set(variants.values()) - {
        "evaluated",
        "not-a-stack",
    }
    assert set(evaluation.problems) == {problem for each in evaluation.variants for problem in each.problems}


def test_evaluate_keeps_the_errors_of_the_recipe(write: Write) -> None:
    found = recipe_of(write(FILES), "stack")
    found.problems.append(Problem(".env.sample", 1, 1, 'file "gone.yml" does not exist'))
    evaluation = evaluate(found, LintContext())
    assert (evaluation.status, evaluation.problems) == ("not-evaluated", found.problems)
    assert (evaluation.unevaluated_variants, evaluation.is_default_evaluated) == ([], False)


def test_evaluate_finds_beside_a_template(write: Write) -> None:
    evaluation = evaluation_of(write, "stack", "stack+template", "stack+same")
    assert {each.variant for each in evaluation.findings if each.rule.id == "RL001"} == {"stack", "stack+same"}
    assert [each.text for each in evaluation.problems] == [
        "template:3:2: a template, not YAML: render it and check the result"
    ]


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        pytest.param(FILES["template"], 3, 2, id="statement"),
        pytest.param("services:\n  app:\n    image: {{ image }}\n", 3, 13, id="expression"),
        pytest.param("services:\n{{ x }}\n  app: b\n", 2, 1, id="line-before-error"),
        pytest.param("services:\r\n  é: [{{ x }}: y]\r\n", 2, 8, id="characters"),
        pytest.param("services:\n  app: {{ x }}: b\n".encode("utf-16"), 2, 9, id="utf-16"),
    ],
)
def test_evaluate_locates_a_template(write: Write, text: str | bytes, line: int, column: int) -> None:
    folder = write({"compose.yml": text})
    path = str(folder / "compose.yml")
    for found, file in ((recipe_of(folder, "compose.yml"), "compose.yml"), (recipe_from_layers([path], {}), path)):
        problems = evaluate(found, LintContext()).problems
        assert [(each.file, each.line, each.column) for each in problems] == [(file, line, column)]


def test_evaluate_names_each_template_of_a_variant(write: Write) -> None:
    folder = write({"a": FILES["template"], "b": FILES["template"]})
    evaluation = evaluate(recipe_of(folder, "b", "b+a"), LintContext())
    assert [each.file for each in evaluation.problems] == ["a", "b"]
    assert [[each.file for each in variant.problems] for variant in evaluation.variants] == [["b"], ["b", "a"]]


def test_second_evaluation_decodes_only_changed_files(write: Write) -> None:
    """The result is that of an evaluation from the start."""
    found, context = recipe_of(write(FILES), "stack", "stack+same"), LintContext(load_rules())
    first = evaluate(found, context)
    contents = {name: source.data for name, source in first.sources.items()}
    contents["same"] = b"services: {app: {deploy: {update_config: {order: start-first}}}}\n"
    second = evaluate(found, context, contents, before=first)
    reused = {key[0] for key, layer in second.layers.items() if layer is first.layers.get(key)}
    assert reused == {"stack"}
    whole = evaluate(found, context, contents)
    assert second.findings == whole.findings != first.findings
    assert [dict(each.services["app"]) for each in second.variants] == [
        dict(each.services["app"]) for each in whole.variants
    ]
