"""`show`: the effective policy of a recipe's services."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rollout_lint.cli.choices import Format
from rollout_lint.cli.commands.targets import known_by, recipes_of
from rollout_lint.cli.console import usage_error, write
from rollout_lint.discovery.env_sample import parse_environment
from rollout_lint.discovery.recipes import recipe_from_layers
from rollout_lint.errors import ExitCode
from rollout_lint.linter.evaluate import evaluate
from rollout_lint.linter.evaluation import EvaluationStatus

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rollout_lint.discovery.recipe import Recipe
    from rollout_lint.linter.evaluation import Evaluation


@dataclass(frozen=True, slots=True)
class Request:
    """What the command line asks for."""

    path: str | None = None
    compose_files: tuple[str, ...] = ()
    env_files: tuple[str, ...] = ()
    all_facts: bool = False
    format: Format = Format.TEXT
    overlays: tuple[str, ...] = ()


def run(request: Request) -> ExitCode:
    """Print what is asked for; the exit code."""
    recipe = recipe_of(request)
    evaluation = evaluate(recipe, known_by(())(recipe.path))
    write(_report(evaluation, request))
    return ExitCode.OK if evaluation.status == EvaluationStatus.EVALUATED else ExitCode.ERROR


def recipe_of(request: Request) -> Recipe:
    """The one recipe that is named, or what the given files make; what is neither ends the run."""
    if request.path is not None and request.compose_files:
        usage_error("give a path or -c, not both")
    if request.env_files and not request.compose_files:
        usage_error("--env-file goes with -c; a recipe's values stand in its .env.sample")
    if request.compose_files:
        return recipe_from_layers(request.compose_files, dict(os.environ) | _variables(request.env_files))
    recipes = list(recipes_of([request.path or "."], request.overlays, ()))
    if len(recipes) > 1:
        usage_error(f"{request.path or '.'} holds {len(recipes)} recipes; name one")
    return recipes[0]


def _report(evaluation: Evaluation, request: Request) -> str:
    if request.format is Format.JSON:
        from rollout_lint.report.show.json_document import format_show_json

        return format_show_json(evaluation)
    from rollout_lint.report.common.style import style_for_stdout
    from rollout_lint.report.show.text import format_show_text

    return format_show_text(evaluation, style_for_stdout(), request.all_facts)


def _variables(files: Iterable[str]) -> dict[str, str]:
    variables: dict[str, str] = {}
    for file in files:
        try:
            variables |= parse_environment(Path(file).read_text("utf-8-sig", errors="replace"))
        except OSError as error:
            usage_error(f"{file} cannot be read: {error.strerror}")
    return variables
