"""Registry of derived facts, and the facts of a service."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from itertools import takewhile
from typing import TYPE_CHECKING, Any, TypeAlias

from rollout_lint.facts.images import has_known_repository
from rollout_lint.facts.model import Fact, Kind, UnknownFactError
from rollout_lint.facts.stated import FREE_TEXTS, stated_facts
from rollout_lint.record import Record
from rollout_lint.stack.unknown import Unknown, is_unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from rollout_lint.facts.cluster import Cluster
    from rollout_lint.facts.images import Images
    from rollout_lint.location import Location
    from rollout_lint.stack.model import EarlierStack, Resource, Service, Setting, Stack
    from rollout_lint.stack.shorthand import Port

Derivation: TypeAlias = "tuple[Any, Location | None]"
"""Value of a derived fact, and the location that it comes from."""


class Derived(Record):
    """Entry of the registry. `derive` takes ServiceFacts, a Stack, or a ResourceInStack.

    `words` says conditions on the fact in an operator's words: "is false", "the service has no healthcheck".
    """

    about: str
    kind: Kind
    derive: Callable[[Any], Derivation]
    words: Mapping[str, str]


_NO_WORDS: Mapping[str, str] = {}

DERIVED: dict[str, Derived] = {}
"""Every derived fact of a service by its path."""

STACK_FACTS: dict[str, Derived] = {}
"""Every fact of the stack itself, which no service has, by its path."""

RESOURCE_FACTS: dict[str, Derived] = {}
"""Every fact of a top-level network, volume, config or secret by its path."""


class ResourceInStack(Record):
    """Top-level resource of a stack: its section, such as `configs`, and its key."""

    section: str
    key: str
    resource: Resource
    stack: Stack

    @property
    def title(self) -> str:
        """Name in messages, such as `config app_conf`."""
        return f"{self.section.removesuffix('s')} {self.key}"


class ServiceFacts(Mapping[str, Fact]):
    """Facts of one service in one stack by path: those of the files and defaults, then the derived ones.

    A derived fact is computed when its path is looked up, and kept, because most rules need only a few of them.
    """

    def __init__(
        self, service: Service, stack: Stack, stated: dict[str, Fact], cluster: Cluster, images: Images
    ) -> None:
        """Take the values from which derived facts are computed, which are added to the stated ones."""
        self.service = service
        self.resources = stack.resources
        self._stack = stack
        self.cluster = cluster
        self.images = images
        self.found = stated
        """Facts that are known so far. Most look-ups find theirs here, and a method of a dict is faster than `get`."""

    @property
    def is_for_swarm(self) -> bool:
        """True if a service of the stack has a `deploy` block."""
        return self._stack.is_for_swarm

    @property
    def is_for_several_nodes(self) -> bool:
        """True if the stack distinguishes nodes."""
        return self._stack.is_for_several_nodes

    def hold_for(self, service: Service, stack: Stack) -> bool:
        """Return True if the service has the same facts in this stack. Facts depend on nothing else of a stack.

        Only the facts of a service with host ports depend on the other services, which may use the same ports.
        """
        return (
            self.service is service
            and self.resources == stack.resources
            and self.is_for_swarm == stack.is_for_swarm
            and self.is_for_several_nodes == stack.is_for_several_nodes
            and self.earlier_services == _find_earlier_services(service, stack)
            and _find_port_users(service, self._stack) == _find_port_users(service, stack)
        )

    @property
    def earlier_services(self) -> list[tuple[EarlierStack, Service]]:
        """The service in each earlier stack that has another version of it."""
        return _find_earlier_services(self.service, self._stack)

    def earlier_users(self, port: Port) -> Iterator[Service]:
        """Yield the services before this one, by name, that use the same host port."""
        users = self._stack.host_port_users.get((port.published, port.protocol), [])
        return takewhile(lambda service: service is not self.service, users)

    def of(self, service: Service) -> ServiceFacts:
        """Return the facts of another service of the stack."""
        return ServiceFacts(service, self._stack, stated_facts(service), self.cluster, self.images)

    @cached_property
    def unknown_variables(self) -> frozenset[str]:
        """Variables without a value in the facts of the files on which packaged rules depend."""
        facts = ((path, fact) for path, fact in self.found.items() if fact.unset and path not in DERIVED)
        return frozenset(
            name for path, fact in facts if path not in FREE_TEXTS and not _is_tag(fact.value) for name in fact.unset
        )

    def __getitem__(self, path: str) -> Fact:
        """Return the fact of a path. Raises KeyError if the service does not have it."""
        fact: Fact | None = self.found.get(path) or self.get(path)
        if fact is None:
            raise KeyError(path)
        return fact

    def get(self, path: str, default: Any = None) -> Any:
        """Return the fact of a path, or `default` if the service does not have it.

        Mapping's own method would raise and catch a KeyError for each absent fact, which most rules look up.
        """
        fact = self.found.get(path)
        if fact is not None:
            return fact
        entry = DERIVED.get(path)
        if entry is None:
            return default
        try:
            value, location = entry.derive(self)
            fact = Fact(value, default=False, location=location)
        except UnknownFactError as error:
            # A fact is unknown if one that it follows from is.
            fact = Fact(error.fact.value, default=False, location=error.fact.location, unset=error.fact.unset)
        self.found[path] = fact
        return fact

    def __contains__(self, path: object) -> bool:
        """Return True if the service has the fact, without computing it."""
        return path in self.found or path in DERIVED

    def __iter__(self) -> Iterator[str]:
        """Iterate over the paths of all facts."""
        yield from self.stated_paths
        yield from DERIVED

    def __len__(self) -> int:
        """Return the number of facts."""
        return len(self.stated_paths) + len(DERIVED)

    @property
    def stated_paths(self) -> list[str]:
        """Paths of the facts of the files, and of defaults."""
        return [path for path in self.found if path not in DERIVED]

    def known(self, path: str) -> Fact:
        """Return the fact of a path. Raises UnknownFactError if it is unknown, KeyError without it."""
        fact = self[path]
        if isinstance(fact.value, Unknown):
            raise UnknownFactError(fact)
        return fact

    def value(self, path: str) -> Any:
        """Return the value of a fact, None if the service does not have it. Raises UnknownFactError."""
        fact = self.found.get(path)
        if fact is None:
            return self.known(path).value if path in DERIVED else None
        if isinstance(fact.value, Unknown):
            raise UnknownFactError(fact)
        return fact.value

    def location(self, path: str) -> Location | None:
        """Return the location that set a fact, None if no file sets it."""
        fact = self.found.get(path) or self.get(path)
        return None if fact is None else fact.location


def _find_earlier_services(service: Service, stack: Stack) -> list[tuple[EarlierStack, Service]]:
    found = ((each, each.stack.services.get(service.name)) for each in stack.earlier)
    return [(each, earlier) for each, earlier in found if earlier is not None and earlier is not service]


def _find_port_users(service: Service, stack: Stack) -> list[list[Service]]:
    """Return the services that use each host port of a service."""
    ports = (item.value for item in service.lists.get("ports", []) if not is_unknown(item.value))
    return [stack.host_port_users.get((port.published, port.protocol), []) for port in ports]


def _is_tag(value: Any) -> bool:
    return isinstance(value, Unknown) and has_known_repository(value)


def derived(
    *types: str, items: str = "string", words: Mapping[str, str] = _NO_WORDS
) -> Callable[[Callable[[ServiceFacts], Derivation]], Callable[[ServiceFacts], Derivation]]:
    """Register a function as the derived fact of its name. For an array, `items` is the type of its items."""
    return _register(DERIVED, "derived", types, items, words)


def derived_of_stack(
    *types: str, items: str = "string", words: Mapping[str, str] = _NO_WORDS
) -> Callable[[Callable[[Stack], Derivation]], Callable[[Stack], Derivation]]:
    """Register a function as the fact of its name that the stack itself has."""
    return _register(STACK_FACTS, "stack", types, items, words)


def derived_of_resource(
    *types: str, items: str = "string", words: Mapping[str, str] = _NO_WORDS
) -> Callable[[Callable[[ResourceInStack], Derivation]], Callable[[ResourceInStack], Derivation]]:
    """Register a function as the fact of its name that a top-level resource has."""
    return _register(RESOURCE_FACTS, "resource", types, items, words)


def _register(
    registry: dict[str, Derived], prefix: str, types: tuple[str, ...], items: str, words: Mapping[str, str]
) -> Callable[[Any], Any]:
    kind = Kind(frozenset(types), items=frozenset((items,)) if "array" in types else None)

    def register(derive: Any) -> Any:
        registry[f"{prefix}.{derive.__name__}"] = Derived((derive.__doc__ or "").strip(), kind, derive, words)
        return derive

    return register


def known_value(setting: Setting) -> Any:
    """Return the value of a setting. Raises UnknownFactError if it is unknown."""
    if is_unknown(setting.value):
        raise UnknownFactError(Fact(Unknown(setting.unset), False, setting.location, unset=setting.unset))
    return setting.value


def first_known(settings: Iterable[Setting]) -> Setting | None:
    """Return the first known setting, None without settings. Raises UnknownFactError if all are unknown."""
    first: Setting | None = None
    for setting in settings:
        if not is_unknown(setting.value):
            return setting
        first = first or setting
    if first is not None:
        known_value(first)
    return None


def values_of(settings: list[Setting]) -> Derivation:
    """Return the values of settings, and the location of the first."""
    return [setting.value for setting in settings], settings[0].location if settings else None
