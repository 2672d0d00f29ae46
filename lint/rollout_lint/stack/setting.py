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
    `ports` are Port and those of `volumes` are Volume.
    """

    name: str
    place: Place
    settings: dict[str, Setting] = field(default_factory=dict)
    lists: dict[str, list[Setting]] = field(default_factory=dict)


@dataclass(slots=True)
class Stack:
    """The services that the layers of a variant come to, by name, in the order of their first mention."""

    services: dict[str, Service] = field(default_factory=dict)
