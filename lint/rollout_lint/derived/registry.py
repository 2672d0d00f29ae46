"""Where a derived fact is entered: what it means, what its value may be, and how it is made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from rollout_lint.facts import Cluster, Fact, Kind

if TYPE_CHECKING:
    from collections.abc import Callable

    from rollout_lint.images import Images
    from rollout_lint.place import Place
    from rollout_lint.stack.setting import Service, Setting, Stack

Made: TypeAlias = "tuple[Any, Place | None]"


class Context:
    """What a service's derived fact is made from; `asked_stack` is whether anything of the stack was asked for."""

    __slots__ = ("_stack", "asked_stack", "cluster", "facts", "images", "service")

    def __init__(
        self, service: Service, stack: Stack, facts: dict[str, Fact], cluster: Cluster, images: Images
    ) -> None:
        """Nothing is asked yet."""
        self.service = service
        self.facts = facts
        self.cluster = cluster
        self.images = images
        self.asked_stack = False
        self._stack = stack

    @property
    def stack(self) -> Stack:
        """The stack that the service is in."""
        self.asked_stack = True
        return self._stack

    def value(self, path: str) -> Any:
        """The value of a stated fact, None where there is none."""
        fact = self.facts.get(path)
        return None if fact is None else fact.value

    def place(self, path: str) -> Place | None:
        """Where a stated fact was decided, None where no file says it."""
        fact = self.facts.get(path)
        return None if fact is None else fact.place


class Derived(NamedTuple):
    """A derived fact; `derive` takes a Context, or a Stack for a fact of the stack itself."""

    about: str
    kind: Kind
    derive: Callable[[Any], Made]


DERIVED: dict[str, Derived] = {}
"""Every derived fact of a service by its path."""

STACK_FACTS: dict[str, Derived] = {}
"""Every fact of the stack itself, which no service has, by its path."""


def derived(*types: str, items: str = "string") -> Callable[[Callable[[Context], Made]], Callable[[Context], Made]]:
    """Enter a function as the derived fact of its name; of a list, `items` is the type of its items."""
    return _enter(DERIVED, "derived", types, items)


def of_the_stack(*types: str, items: str = "string") -> Callable[[Callable[[Stack], Made]], Callable[[Stack], Made]]:
    """Enter a function as the fact of its name that the stack itself has."""
    return _enter(STACK_FACTS, "stack", types, items)


def _enter(into: dict[str, Derived], prefix: str, types: tuple[str, ...], items: str) -> Callable[[Any], Any]:
    kind = Kind(frozenset(types), items=frozenset((items,)) if "array" in types else None)

    def enter(derive: Any) -> Any:
        into[f"{prefix}.{derive.__name__}"] = Derived((derive.__doc__ or "").strip(), kind, derive)
        return derive

    return enter


def listed(settings: list[Setting]) -> Made:
    """The values of settings, and the place of the first."""
    return [setting.value for setting in settings], settings[0].place if settings else None
