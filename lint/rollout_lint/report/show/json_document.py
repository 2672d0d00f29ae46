"""`show --format json`; `schemas/show.schema.json` describes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rollout_lint.facts.format import json_value
from rollout_lint.report.common.groups import list_recipe_problems
from rollout_lint.report.common.json_values import (
    VERSION,
    convert_deployed_by,
    convert_fact,
    convert_location,
    convert_problem,
    format_json,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rollout_lint.discovery.recipe import Recipe
    from rollout_lint.linter.evaluation import Evaluation, VariantEvaluation
    from rollout_lint.stack.model import Resource


def format_show_json(evaluations: Sequence[Evaluation]) -> str:
    """Return the JSON document of the facts of recipes, with the recipe of each variant and problem."""
    return format_json(
        {
            "version": VERSION,
            "variants": [_convert_variant(recipe.recipe, each) for recipe in evaluations for each in recipe.variants],
            "problems": [
                {**convert_problem(problem), "recipe": recipe.recipe.name}
                for recipe in evaluations
                for problem in list_recipe_problems(recipe)
            ],
        }
    )


def _convert_variant(recipe: Recipe, evaluation: VariantEvaluation) -> dict[str, Any]:
    return {
        "recipe": recipe.name,
        "path": recipe.path,
        "name": evaluation.variant.name,
        "files": [layer.name for layer in evaluation.variant.files],
        **convert_deployed_by(evaluation.variant),
        "problems": [convert_problem(problem) for problem in evaluation.problems],
        "services": {
            name: {path: convert_fact(path, fact) for path, fact in sorted(facts.items())}
            for name, facts in evaluation.services.items()
        },
        "resources": {
            section: {key: _convert_resource(resource) for key, resource in resources.items()}
            for section, resources in evaluation.resources.items()
        },
    }


def _convert_resource(resource: Resource) -> dict[str, Any]:
    return {
        "external": json_value(resource.is_external),
        "name": json_value(resource.engine_name or None),
        "driver": json_value(resource.driver or None),
        **convert_location(resource.location),
        "overrides": [convert_location(each.location) for each in resource.overrides],
    }
