"""Conditions of rules in words."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from rollout_lint.facts.derived import DERIVED, RESOURCE_FACTS, STACK_FACTS
from rollout_lint.facts.format import format_fact
from rollout_lint.facts.model import Fact
from rollout_lint.facts.suppression import SUPPRESSION_FACTS
from rollout_lint.record import Record
from rollout_lint.report.rules.sentences import fill_service_placeholder, join_words

if TYPE_CHECKING:
    from rollout_lint.rules.condition import Condition
    from rollout_lint.rules.model import Conditions, Rule, Severity

_BOUNDS = {
    "minimum": "at least",
    "maximum": "at most",
    "exclusiveMinimum": "more than",
    "exclusiveMaximum": "less than",
}
"""Words for the keywords that compare numbers."""


class SeverityDescription(Record):
    """A severity of a rule, its conditions in words, and the assumption behind it."""

    severity: Severity
    conditions: str
    assumes: str | None


def describe_severities(rule: Rule) -> list[SeverityDescription]:
    """Return the severities of a rule with their conditions. Those of a grade apply in addition to the rule's own."""
    own = SeverityDescription(rule.severity, f"if {describe_conditions(rule.when)}", _fill(rule.assumes))
    return [
        own,
        *(
            SeverityDescription(grade.severity, f"if also {describe_conditions(grade.when)}", _fill(grade.assumes))
            for grade in rule.grades
        ),
    ]


def describe_conditions(conditions: Conditions) -> str:
    """Return all conditions in words."""
    return join_words([describe_condition(path, condition) for path, condition in conditions.items()])


def _fill(assumes: str | None) -> str | None:
    return None if assumes is None else fill_service_placeholder(assumes)


def describe_condition(path: str, condition: Condition) -> str:
    """Return a condition in words, with its schema if that is too complex.

    A fact that rollout-lint derives has words of its own for its conditions.
    """
    described = _describe_schema(path, condition.schema)
    fact = DERIVED.get(path) or STACK_FACTS.get(path) or RESOURCE_FACTS.get(path) or SUPPRESSION_FACTS.get(path)
    return (fact.words.get(described) if fact else None) or f"{path} {described}"


def _describe_schema(path: str, schema: dict[str, Any]) -> str:
    match schema:
        case {"const": value, **others} if not others:
            return f"is {_format_value(path, value)}"
        case {"not": {"const": value, **others}, **beside} if not others and not beside:
            return f"is not {_format_value(path, value)}"
        case {"absent": bool(absent), **others} if not others:
            return "is not set" if absent else "is set"
        case {"minItems": count, **others} if not others:
            return "is not empty" if count == 1 else f"has at least {count} items"
        case {"type": str(name), **others} if not others:
            return f"is any {name}"
        case {"enum": list(choices), **others} if not others:
            return f"is {' or '.join(_format_value(path, choice) for choice in choices)}"
        case {"minimum": least, "maximum": most, **others} if not others and least == most:
            return f"is {_format_value(path, least)}"
    keyword = next(iter(schema))
    if len(schema) == 1 and keyword in _BOUNDS:
        return f"is {_BOUNDS[keyword]} {_format_value(path, schema[keyword])}"
    return f"is {json.dumps(schema)}"


def _format_value(path: str, value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        return json.dumps(value)
    return format_fact(path, Fact(value, default=True))
