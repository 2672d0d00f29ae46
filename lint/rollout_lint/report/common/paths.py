"""Paths, locations and commands as reports print them."""

from __future__ import annotations

import os
from pathlib import PurePath
from typing import TYPE_CHECKING

from rollout_lint.printable import printable

if TYPE_CHECKING:
    from pathlib import Path

    from rollout_lint.discovery.recipe import Variant
    from rollout_lint.linter.evaluation import Evaluation
    from rollout_lint.location import Problem
    from rollout_lint.report.common.style import Style


def recipe_path(evaluation: Evaluation, file: str) -> str:
    """Return a file of a recipe as the command line names it, or the recipe itself for ""."""
    path = evaluation.recipe.path
    if path in (".", "-"):
        return file or path
    return f"{path.rstrip('/')}/{file}" if file else path


def named_path(evaluation: Evaluation) -> str:
    """Return the path of a recipe, which is that of its first file if the recipe is named for it."""
    recipe = evaluation.recipe
    first = recipe.variants[0].files[0].name if recipe.variants else ""
    return recipe_path(evaluation, first if first and recipe.name.rpartition("/")[2] == first else "")


def printable_path(evaluation: Evaluation, file: str) -> str:
    """Return a file of a recipe as the command line names it, safe to print."""
    return printable(recipe_path(evaluation, file))


def relative_path(root: Path, path: str) -> str:
    """Return a path relative to a folder, with forward slashes.

    A path outside the folder becomes absolute. `-` stays.
    """
    if path == "-":
        return path
    absolute = PurePath(os.path.abspath(path))  # noqa: PTH100
    return (absolute.relative_to(root) if absolute.is_relative_to(root) else absolute).as_posix()


def format_location(path: str, line: int, column: int) -> str:
    """Return `path:line:column`, safe to print, or the path alone if the line is 0."""
    return f"{printable(path)}:{line}:{column}" if line else printable(path)


def format_problem(problem: Problem, style: Style) -> str:
    """Return a problem as one line of text, labelled as an error."""
    location = format_location(problem.file, problem.line, problem.column)
    return f"{style(location, 'bold')}  {style('error', 'bold', 'red')}  {printable(problem.message)}"


def format_deployed_by(variant: Variant) -> str:
    """Return the command that deploys a variant, to append to its name or files, or an empty text without one."""
    return "" if variant.deployed_by is None else printable(f" (as deployed by {variant.deployed_by})")
