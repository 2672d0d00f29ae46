"""Builders of stacks and facts from text, and helpers to check output."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rollout_lint
from jsonschema import Draft202012Validator
from rollout_lint.discovery.recipes import find_folder_recipes
from rollout_lint.facts.cluster import Cluster
from rollout_lint.facts.derived import ServiceFacts
from rollout_lint.facts.images import Images
from rollout_lint.facts.stated import stated_facts
from rollout_lint.stack.merge import load_stack
from rollout_lint.syntax.parser import parse

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from rollout_lint.discovery.recipe import Recipe
    from rollout_lint.location import Problem
    from rollout_lint.stack.model import Stack


def stack_of(
    *texts: str, environment: Mapping[str, str] | None = None, is_exact: bool = False
) -> tuple[Stack, list[Problem]]:
    """Return the stack and problems of layers named 1.yml, 2.yml and so on."""
    sources = [parse(text.encode(), f"{number}.yml") for number, text in enumerate(texts, 1)]
    return load_stack(sources, environment or {}, is_exact)


def service_with(text: str) -> str:
    """Return a layer with one service `a` that has an image and the given keys."""
    return f"services: {{a: {{image: b, {text}}}}}"


def facts_for(
    *texts: str,
    service: str = "a",
    cluster: Cluster | None = None,
    images: Images | None = None,
    environment: Mapping[str, str] | None = None,
    is_exact: bool = False,
) -> ServiceFacts:
    """Return the facts of one service of valid layers."""
    stack, problems = stack_of(*texts, environment=environment, is_exact=is_exact)
    assert not problems
    merged = stack.services[service]
    return ServiceFacts(merged, stack, stated_facts(merged), cluster or Cluster(), images or Images())


def recipe_in(folder: Path) -> Recipe:
    """Return the only recipe of a folder."""
    [recipe] = find_folder_recipes(folder).recipes
    return recipe


def mask_folder(text: str, folder: Path) -> str:
    """Replace a temporary folder by DIR, for a snapshot."""
    return text.replace(str(folder), "DIR")


def validate(kind: str, document: Any) -> None:
    """Validate a document with the packaged schema for its kind."""
    schema = Path(rollout_lint.__file__).parent / "report" / "schemas" / f"{kind}.schema.json"
    Draft202012Validator(json.loads(schema.read_text("utf-8"))).validate(document)


def count_calls(work: Callable[[], object]) -> int:
    """Return the number of calls of functions and generators."""
    calls = 0

    def add(_frame: Any, event: str, _argument: Any) -> None:
        nonlocal calls
        calls += event == "call"

    sys.setprofile(add)
    try:
        work()
    finally:
        sys.setprofile(None)
    return calls
