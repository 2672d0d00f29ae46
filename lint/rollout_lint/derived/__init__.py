"""Facts that compare or sum up others, so that a rule can name them; and those of the stack itself."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, TypeVar, overload

from rollout_lint.derived import layers
from rollout_lint.derived.registry import DERIVED, STACK_FACTS, Context, Derived
from rollout_lint.facts import Cluster, Fact

if TYPE_CHECKING:
    from _collections_abc import dict_items, dict_keys, dict_values
    from collections.abc import Iterator

    from rollout_lint.images import Images
    from rollout_lint.stack.setting import Service, Stack

__all__ = ["DERIVED", "STACK_FACTS", "Context", "Derived", "derive_facts", "facts_of_the_stack"]

V = TypeVar("V")

for _module in iter_modules(__path__):
    # Its facts are entered as it is imported.
    import_module(f"{__name__}.{_module.name}")


class _Facts(dict[str, Fact]):
    """The stated facts of a service, and the derived ones, each of which is made when it is asked for first.

    Whoever goes through them has all, in the order in which they are entered.
    """

    __slots__ = ("_context", "_made", "of_stack")

    def __init__(self, context: Context, made: dict[str, Fact]) -> None:
        super().__init__(context.facts)
        self._context: Context | None = context
        self._made = made
        self.of_stack: dict[str, Fact] = {}
        """Those that were made from more than the service."""

    def __missing__(self, path: str) -> Fact:
        fact = self._made.get(path) or self._make(path)
        self[path] = fact
        return fact

    def _make(self, path: str) -> Fact:
        derived, context = DERIVED.get(path), self._context
        if derived is None or context is None:
            raise KeyError(path)
        context.asked_stack = False
        value, place = derived.derive(context)
        fact = Fact(value, default=False, place=place)
        (self.of_stack if context.asked_stack else self._made)[path] = fact
        return fact

    @overload
    def get(self, path: str, default: None = None, /) -> Fact | None: ...
    @overload
    def get(self, path: str, default: V, /) -> Fact | V: ...
    def get(self, path: str, default: V | None = None, /) -> Fact | V | None:
        try:
            return self[path]
        except KeyError:
            return default

    def __contains__(self, path: object) -> bool:
        return path in DERIVED or super().__contains__(path)

    def __iter__(self) -> Iterator[str]:
        self._make_all()
        return super().__iter__()

    def __bool__(self) -> bool:
        return True

    def __len__(self) -> int:
        self._make_all()
        return super().__len__()

    def __eq__(self, other: object) -> bool:
        self._make_all()
        if isinstance(other, _Facts):
            other._make_all()
        return super().__eq__(other)

    __hash__ = None

    def keys(self) -> dict_keys[str, Fact]:
        self._make_all()
        return super().keys()

    def values(self) -> dict_values[str, Fact]:
        self._make_all()
        return super().values()

    def items(self) -> dict_items[str, Fact]:
        self._make_all()
        return super().items()

    def _make_all(self) -> None:
        if self._context is None:
            return
        stated = self._context.facts
        made = {path: self[path] for path in DERIVED}
        self._context = None
        self.clear()
        self.update(stated)
        self.update(made)


def derive_facts(
    service: Service,
    stack: Stack,
    facts: dict[str, Fact],
    cluster: Cluster,
    images: Images,
    made: dict[str, Fact] | None = None,
) -> dict[str, Fact]:
    """`facts` of the service and the derived ones, which are made as they are asked for: most rules need few.

    `made` are those of the same service in another stack; those that do not depend on the stack are taken from there,
    and added to it.
    """
    return _Facts(Context(service, stack, facts, cluster, images), {} if made is None else made)


def are_alike(facts: dict[str, Fact], others: dict[str, Fact]) -> bool:
    """Whether all that was asked of the first facts is the same in others, of the same service in another stack."""
    asked = facts.of_stack if isinstance(facts, _Facts) else facts
    return all(others[path] == fact for path, fact in asked.items())


def facts_of_the_stack(stack: Stack) -> dict[str, Fact]:
    """What is to be said of the stack and of no service in it."""
    made = {path: each.derive(stack) for path, each in STACK_FACTS.items()}
    made |= {f"derived.{name}": find(stack) for name, find in layers.OF_STACK_AND_SERVICE.items()}
    return {path: Fact(value, default=False, place=place) for path, (value, place) in made.items()}
