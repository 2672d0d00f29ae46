"""Derived facts: values that follow from other facts of a service, from its stack, or from image data."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from rollout_lint.facts.derived import layers
from rollout_lint.facts.derived.registry import (
    DERIVED,
    RESOURCE_FACTS,
    STACK_FACTS,
    Derived,
    ResourceInStack,
    ServiceFacts,
)
from rollout_lint.facts.model import Fact

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rollout_lint.stack.model import Stack

__all__ = ["DERIVED", "RESOURCE_FACTS", "STACK_FACTS", "Derived", "ServiceFacts", "resource_facts", "stack_facts"]

# pkgutil.iter_modules would import inspect, which is a part of the start of each check (bench/README.md).
for _name in sorted(each.stem for each in Path(__file__).parent.iterdir() if each.suffix == ".py"):
    if _name != "__init__":
        # The import registers the facts of the module.
        import_module(f"{__name__}.{_name}")


def stack_facts(stack: Stack) -> dict[str, Fact]:
    """Return the facts of the stack itself by path."""
    derivations = {path: each.derive(stack) for path, each in STACK_FACTS.items()}
    derivations |= {f"derived.{name}": derive(stack) for name, derive in layers.OF_STACK_AND_SERVICE.items()}
    return {path: Fact(value, default=False, location=location) for path, (value, location) in derivations.items()}


def resource_facts(stack: Stack) -> Iterator[tuple[ResourceInStack, dict[str, Fact]]]:
    """Yield each top-level resource of a stack on which a rule can depend, with its facts by path."""
    for section, resources in stack.resources.items():
        for key, resource in resources.items():
            if stack.earlier or resource.file is not None:
                entry = ResourceInStack(section, key, resource, stack)
                facts = {path: each.derive(entry) for path, each in RESOURCE_FACTS.items()}
                yield entry, {path: Fact(value, default=False, location=at) for path, (value, at) in facts.items()}
