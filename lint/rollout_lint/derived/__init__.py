"""Facts that compare or sum up others, so that a rule can name them; and those of the stack itself."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING

from rollout_lint.derived import layers
from rollout_lint.derived.registry import DERIVED, STACK_FACTS, Context, Derived
from rollout_lint.facts import Cluster, Fact

if TYPE_CHECKING:
    from rollout_lint.images import Images
    from rollout_lint.stack.setting import Service, Stack

__all__ = ["DERIVED", "STACK_FACTS", "Context", "Derived", "derive_facts", "facts_of_the_stack"]

for _module in iter_modules(__path__):
    # Its facts are entered as it is imported.
    import_module(f"{__name__}.{_module.name}")


def derive_facts(
    service: Service, stack: Stack, facts: dict[str, Fact], cluster: Cluster, images: Images
) -> dict[str, Fact]:
    """`facts` of the service and the derived ones."""
    context = Context(service, stack, facts, cluster, images)
    made = {path: each.derive(context) for path, each in DERIVED.items()}
    return facts | {path: Fact(value, default=False, place=place) for path, (value, place) in made.items()}


def facts_of_the_stack(stack: Stack) -> dict[str, Fact]:
    """What is to be said of the stack and of no service in it."""
    made = {path: each.derive(stack) for path, each in STACK_FACTS.items()}
    made |= {f"derived.{name}": find(stack) for name, find in layers.OF_STACK_AND_SERVICE.items()}
    return {path: Fact(value, default=False, place=place) for path, (value, place) in made.items()}
