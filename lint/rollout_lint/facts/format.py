"""Text and JSON of a fact's value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rollout_lint.facts.model import is_duration, is_size
from rollout_lint.stack.shorthand import Port, Volume
from rollout_lint.stack.units import format_duration, format_size
from rollout_lint.stack.unknown import Unknown

if TYPE_CHECKING:
    from rollout_lint.facts.model import Fact


_TEST = "healthcheck.test"
_TEST_KINDS = ("NONE", "CMD", "CMD-SHELL")


def mask_value(path: str, value: object) -> object:
    """Return the value of a fact without words that may be a secret: those of the command of a healthcheck."""
    if path != _TEST or not isinstance(value, list):
        return value
    return [word if number == 0 and word in _TEST_KINDS else "…" for number, word in enumerate(value)]


def format_fact(path: str, fact: Fact) -> str:
    """Return the value of a fact as text for a sentence, without words that may be a secret."""
    if isinstance(fact.value, int | float) and (fact.default or not fact.written):
        if is_size(path):
            return format_size(fact.value)
        return format_duration(fact.value) if is_duration(path) else f"{fact.value:g}"
    value = mask_value(path, fact.value)
    if isinstance(value, list):
        return ", ".join(str(item) for item in value)
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
