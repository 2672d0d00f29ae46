"""A decoded value with the place that decided it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from rollout_lint.location import Location


class Setting(NamedTuple):
    """One value of a service: durations in seconds, memory in bytes.

    `written` is the file's own text, `unset` the variables in it that have no value here, `zero` whether Go's merge
    takes the value for an absent one, `overrides` what it replaced, the nearest layer first.
    """

    value: Any
    location: Location
    written: str
    zero: bool = False
    unset: tuple[str, ...] = ()
    overrides: tuple[Setting, ...] = ()


@dataclass(slots=True)
class Marks:
    """What Docker reads otherwise than it looks, by the path of the value.

    `swallowed`: an unbraced variable took the text behind it for a default. `modifiers`: `!reset` or `!override`.
    """

    swallowed: dict[str, Setting] = field(default_factory=dict)
    modifiers: dict[str, Setting] = field(default_factory=dict)


@dataclass(slots=True)
class Service:
    """A service as one layer, or the merge of several, has it.

    `settings` are single values by their dotted path. `lists` are lists by path, each item a Setting; the items of
    `ports` are Port, those of `volumes` are Volume, and of what is a mapping in the file (environment, labels) they are
    the names alone, for a value may be a secret. `blocks` says where a mapping or a list stands, were it empty, or a
    single value that is not known here.
    `first_layer` is the number of the layer that names it first, from 0. `ignored` are values of overlays that the
    merge took for absent, by path; `lost_ports` those that it dropped for another of the same published number.
    """

    name: str
    location: Location
    blocks: dict[str, Location] = field(default_factory=dict)
    settings: dict[str, Setting] = field(default_factory=dict)
    lists: dict[str, list[Setting]] = field(default_factory=dict)
    first_layer: int = 0
    ignored: dict[str, Setting] = field(default_factory=dict)
    lost_ports: list[Setting] = field(default_factory=list)
    marks: Marks = field(default_factory=Marks)


class Resource(NamedTuple):
    """A top-level network, volume, secret or config.

    `known_as` is its name in the engine, where the file gives one, or its key where it is external. `stated` are the
    dotted paths of what the file says below it. `overrides` are those of the same key in earlier layers, of which
    nothing is left, the nearest layer first.
    """

    location: Location
    external: bool = False
    known_as: str = ""
    driver: str = ""
    stated: tuple[str, ...] = ()
    overrides: tuple[Resource, ...] = ()


@dataclass(slots=True)
class Stack:
    """What the layers of a variant come to.

    `services` by name, in the order of their first mention; `resources` by section (`networks`...) and key. `versions`
    has one item for each layer, the schema's version; `dropped_services` the names in documents that Docker never
    reads; `marks` are those outside any service.
    """

    services: dict[str, Service] = field(default_factory=dict)
    resources: dict[str, dict[str, Resource]] = field(default_factory=dict)
    versions: list[Setting] = field(default_factory=list)
    dropped_services: list[Setting] = field(default_factory=list)
    marks: Marks = field(default_factory=Marks)
