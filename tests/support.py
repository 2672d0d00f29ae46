"""Stacks from text, for tests that need no disk; and the schemas of what the commands print."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rollout_lint
from jsonschema import Draft202012Validator
from rollout_lint.facts.cluster import Cluster
from rollout_lint.facts.derived import ServiceFacts
from rollout_lint.facts.images import Images
from rollout_lint.facts.stated import stated_facts
from rollout_lint.stack.merge import load_stack
from rollout_lint.syntax.parser import parse

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rollout_lint.location import Problem
    from rollout_lint.stack.model import Stack


def stack_of(*texts: str, environment: Mapping[str, str] | None = None) -> tuple[Stack, list[Problem]]:
    """The stack of layers called 1.yml, 2.yml and so on."""
    sources = [parse(text.encode(), f"{number}.yml") for number, text in enumerate(texts, 1)]
    return load_stack(sources, environment or {})


def service_with(text: str) -> str:
    """A layer with one service `a`, which has an image and what the text says."""
    return f"services: {{a: {{image: b, {text}}}}}"


def facts_for(
    *texts: str, service: str = "a", cluster: Cluster | None = None, environment: Mapping[str, str] | None = None
) -> ServiceFacts:
    """The facts of one service of layers that Docker takes."""
    stack, problems = stack_of(*texts, environment=environment)
    assert not problems
    merged = stack.services[service]
    return ServiceFacts(merged, stack, stated_facts(merged), cluster or Cluster(), Images())


def without_path(text: str, folder: Path) -> str:
    """Return the text with the word DIR in place of a temporary folder."""
    return text.replace(str(folder), "DIR")


def validate(kind: str, document: Any) -> None:
    """Hold a document against the schema that the package has for it."""
    schema = Path(rollout_lint.__file__).parent / "report" / "schemas" / f"{kind}.schema.json"
    Draft202012Validator(json.loads(schema.read_text("utf-8"))).validate(document)
