"""Facts, the kinds of their values, and their units."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rollout_lint.record import Record
from rollout_lint.stack.units import parse_duration, parse_size
from rollout_lint.stack.unknown import Unknown

if TYPE_CHECKING:
    from rollout_lint.location import Location
    from rollout_lint.stack.model import Setting


class Kind(Record):
    """Values that a fact can have: JSON types, the allowed texts if the set is closed, and the types of list items."""

    types: frozenset[str]
    allowed: frozenset[str] | None = None
    items: frozenset[str] | None = None


class Fact(Record):
    """An effective value of a service. Durations are in seconds, sizes in bytes.

    The value, or an item of a list, is Unknown if it depends on a variable without a value; `unset` are these
    variables. A default that no file mentions has no `location`. `overrides` are the settings that the value replaced,
    nearest layer first.
    """

    value: Any
    default: bool
    location: Location | None = None
    written: str = ""
    overrides: tuple[Setting, ...] = ()
    unset: tuple[str, ...] = ()

    @property
    def is_unknown(self) -> bool:
        """True if the whole value is unknown."""
        return isinstance(self.value, Unknown)


class UnknownFactError(Exception):
    """Read of a fact that is unknown. `fact` is that fact."""

    def __init__(self, fact: Fact) -> None:
        """Keep the fact."""
        super().__init__()
        self.fact = fact


_DURATIONS = frozenset(
    (
        "delay",
        "monitor",
        "interval",
        "timeout",
        "start_period",
        "start_interval",
        "stop_grace_period",
        "window",
        "first_probe",
        "longest_start",
        "last_watch",
        "all_replaced_after",
    )
)


def parse_value(path: str, text: str) -> Any:
    """Return a value as written in a rule or patch in the unit of the fact: `30s` is 30.0 for a duration."""
    if is_duration(path):
        return parse_duration(text)
    return parse_size(text) if is_size(path) else text


def is_duration(path: str) -> bool:
    """Return True if the fact is a time in seconds."""
    return path.rpartition(".")[2] in _DURATIONS


def is_size(path: str) -> bool:
    """Return True if the fact is a number of bytes."""
    return path.endswith(".memory") or path in ("derived.memory_needed", "derived.memory_of_update")
