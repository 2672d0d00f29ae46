"""A decoded value with the place that decided it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rollout_lint.place import Place


@dataclass(frozen=True, slots=True)
class Setting:
    """One value of a service: durations in seconds, memory in bytes.

    `written` is the file's own text, `unset` the variables in it that have no value here, `zero` whether Go's merge
    takes the value for an absent one, `overrides` what it replaced, the nearest layer first.
    """

    value: Any
    place: Place
    written: str
    zero: bool = False
    unset: tuple[str, ...] = ()
    overrides: tuple[Setting, ...] = ()


@dataclass(slots=True)
class Service:
    """A service as one layer, or the merge of several, has it.

    `settings` are single values by their dotted path. `lists` are lists by path, each item a Setting; the items of
    `ports` are Port, those of `volumes` are Volume, and of what is a mapping in the file (environment, labels) they are
    the names alone, for a value may be a secret. `blocks` says where a mapping stands, were it empty.
    """

    name: str
    place: Place
    blocks: dict[str, Place] = field(default_factory=dict)
    settings: dict[str, Setting] = field(default_factory=dict)
    lists: dict[str, list[Setting]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Resource:
    """A top-level network, volume, secret or config.

    `known_as` is its name in the engine, where the file gives one, or its key where it is external. `overrides` are
    those of the same key in earlier layers, of which nothing is left, the nearest layer first.
    """

    place: Place
    external: bool = False
    known_as: str = ""
    driver: str = ""
    overrides: tuple[Resource, ...] = ()


@dataclass(slots=True)
class Stack:
    """What the layers of a variant come to.

    `services` by name, in the order of their first mention; `resources` by section (`networks`...) and key.
    """

    services: dict[str, Service] = field(default_factory=dict)
    resources: dict[str, dict[str, Resource]] = field(default_factory=dict)
