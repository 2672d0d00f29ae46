"""Text and JSON of a fact's value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rollout_lint.facts.model import is_duration, is_size
from rollout_lint.stack.shorthand import Port, Volume
from rollout_lint.stack.units import format_duration, format_size
from rollout_lint.stack.unknown import Unknown

if TYPE_CHECKING:
    from rollout_lint.facts.model import Fact


def format_fact(path: str, fact: Fact) -> str:
    """Return the value of a fact as text for a sentence."""
    if isinstance(fact.value, int | float) and (fact.default or not fact.written):
        if is_size(path):
            return format_size(fact.value)
        return format_duration(fact.value) if is_duration(path) else f"{fact.value:g}"
    if isinstance(fact.value, list):
        return ", ".join(str(item) for item in fact.value)
    return fact.written if fact.written and not fact.default else str(fact.value)


def json_value(value: object) -> object:
    """Return the value of a fact as JSON types; an unknown value is null."""
    match value:
        case Unknown():
            return None
        case list():
            return [json_value(item) for item in value]
        case Port():
            return {key: json_value(getattr(value, key)) for key in ("target", "published", "mode", "protocol")}
        case Volume():
            return {key: json_value(getattr(value, key)) for key in ("type", "source", "target", "read_only")}
    return value
