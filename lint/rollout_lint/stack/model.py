"""Services and resources of a stack, each value with its location."""

from __future__ import annotations

from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from rollout_lint.record import Record
from rollout_lint.stack.unknown import is_unknown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rollout_lint.location import Location
    from rollout_lint.stack.docker_version import DockerVersion
    from rollout_lint.stack.unknown import Unknown


class Setting(Record):
    """One value of a service, with durations in seconds and memory in bytes; Unknown if it depends on a variable.

    `written` is the text in the file. `unset` lists the variables in the text that have no value. `is_zero` is True if
    the merge treats the value as not set. `overrides` lists the replaced settings, the nearest layer first. `variables`
    lists all variables in the text, for values that are part of a task.
    """

    value: Any
    location: Location
    written: str
    is_zero: bool = False
    unset: tuple[str, ...] = ()
    overrides: tuple[Setting, ...] = ()
    variables: tuple[str, ...] = ()


ALIASES = "networks.*.aliases"
"""Path of the list of aliases in all networks of a service."""


class Alias(Record):
    """Alias of a service in a network. The name is "" for the settings of a network, which begin its aliases."""

    network: str
    name: str | Unknown


class Quirks:
    """Values that Docker reads in an unexpected way, by the path of the value.

    `unbraced_defaults`: a variable without braces took the text after it as its default.
    `modifiers`: the value has the tag `!reset` or `!override`.
    `late_merges`: a `<<` after the value sets another one, which overrides it with a client before 28.
    """

    __slots__ = ("late_merges", "modifiers", "unbraced_defaults")

    def __init__(self) -> None:
        """Begin without quirks."""
        self.unbraced_defaults: dict[str, Setting] = {}
        self.modifiers: dict[str, Setting] = {}
        self.late_merges: dict[str, Setting] = {}

    def __eq__(self, other: object) -> bool:
        """Return True for the same quirks."""
        return isinstance(other, Quirks) and all(getattr(self, key) == getattr(other, key) for key in self.__slots__)

    __hash__ = None  # type: ignore[assignment]


class Service:
    """A service of one layer, or of several merged layers.

    `settings` has the single values by dotted path. `lists` has the lists by path. Items of `ports` are Port, items of
    `volumes` are Volume, items of ALIASES are Alias. Of environment and labels only the names are kept, because a value
    may be a secret. `blocks` has the location of each mapping and list. `first_layer` is the number, from 0, of the
    first layer with the service. `ignored` has overlay values that the merge treats as not set. `lost_ports` lists
    ports that another port with the same published number replaced. `dropped_keys` has the keys with a value that Swarm
    never sees, in file order.
    """

    __slots__ = (
        "blocks",
        "dropped_keys",
        "first_layer",
        "ignored",
        "lists",
        "location",
        "lost_ports",
        "name",
        "quirks",
        "settings",
    )

    def __init__(self, name: str, location: Location) -> None:
        """Begin without values."""
        self.name = name
        self.location = location
        self.blocks: dict[str, Location] = {}
        self.settings: dict[str, Setting] = {}
        self.lists: dict[str, list[Setting]] = {}
        self.first_layer = 0
        self.ignored: dict[str, Setting] = {}
        self.lost_ports: list[Setting] = []
        self.dropped_keys: dict[str, Setting] = {}
        self.quirks = Quirks()

    def __eq__(self, other: object) -> bool:
        """Return True for a service with the same values."""
        return isinstance(other, Service) and all(getattr(self, key) == getattr(other, key) for key in self.__slots__)

    __hash__ = None  # type: ignore[assignment]


class Resource(Record):
    """A top-level network, volume, secret or config.

    `engine_name` is its name in the engine if the file sets one, or the key if the resource is external. `name` is the
    value of `name`, and `file` that of `file`; None without one. `options` are the values, by dotted path, that the
    engine takes only when it creates a network or volume; they may hold a secret. `set_paths` are the dotted paths that
    the file sets. `overrides` lists the replaced entries, the nearest layer first.
    """

    location: Location
    is_external: bool | Unknown = False
    engine_name: str | Unknown = ""
    driver: str | Unknown = ""
    name: Setting | None = None
    file: Setting | None = None
    options: Mapping[str, Setting] = MappingProxyType({})
    set_paths: tuple[str, ...] = ()
    overrides: tuple[Resource, ...] = ()


class EarlierStack(Record):
    """A stack over which this one may be deployed, and its name in messages, such as `at main`.

    It is that of an earlier revision, or else that of another variant. `changed_contents` are the configs and secrets,
    by section and key, whose file has changed since the revision.
    """

    stack: Stack
    name: str
    is_revision: bool
    changed_contents: frozenset[tuple[str, str]] = frozenset()


class Stack:
    """Merged layers of a variant.

    What follows from all services is computed once, when the merge is over: each service asks for it.

    `services` keeps the order of first mention. `resources` is indexed by section (`networks`...) and key. `versions`
    has the schema version of each layer. `dropped_services` lists the services in documents that Docker never reads.
    `quirks` has the quirks outside of services. `earlier` are the stacks over which this one may be deployed. `client`
    is the version of the docker CLI that reads the files, None if unknown.
    """

    def __init__(self, client: DockerVersion | None = None) -> None:
        """Begin without layers."""
        self.services: dict[str, Service] = {}
        self.resources: dict[str, dict[str, Resource]] = {}
        self.versions: list[Setting] = []
        self.dropped_services: list[Setting] = []
        self.quirks = Quirks()
        self.earlier: tuple[EarlierStack, ...] = ()
        self.client = client

    @cached_property
    def is_for_swarm(self) -> bool:
        """True if a service has a `deploy` block, which only Swarm reads as a whole."""
        return any("deploy" in service.blocks for service in self.services.values())

    @cached_property
    def is_for_several_nodes(self) -> bool:
        """True if a service is placed by something else than the role of a manager, which a single node has."""
        return any(
            service.lists.get("deploy.placement.preferences")
            or any(_names_nodes(item.value) for item in service.lists.get("deploy.placement.constraints", []))
            for service in self.services.values()
        )

    @cached_property
    def used_contents(self) -> frozenset[tuple[str, Any]]:
        """Section and key of each config and secret that a service uses."""
        services = self.services.values()
        sections = ("configs", "secrets")
        return frozenset(
            (each, item.value) for each in sections for one in services for item in one.lists.get(each, [])
        )

    @cached_property
    def host_port_users(self) -> dict[tuple[Any, Any], list[Service]]:
        """Services with a known host port by the port and its protocol, sorted by name, whatever order a file has."""
        users: dict[tuple[Any, Any], list[Service]] = {}
        for _, service in sorted(self.services.items()):
            for item in service.lists.get("ports", []):
                if item.value.mode == "host" and not is_unknown(item.value):
                    users.setdefault((item.value.published, item.value.protocol), []).append(service)
        return users


def _names_nodes(constraint: str | Unknown) -> bool:
    return isinstance(constraint, str) and "manager" not in constraint
