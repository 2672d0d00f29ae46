"""Builders of rules and facts, for tests that need no rule file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rollout_lint.facts.model import Fact, Kind
from rollout_lint.location import Location
from rollout_lint.rules.condition import Condition, compile_condition
from rollout_lint.rules.model import Rule, RuleDetails, Severity

LOCATION = Location("compose.yml", 7, 3, 7, 9)
"""Location of the facts of `make_facts`."""

_ANY_KIND = Kind(frozenset(("string", "integer", "boolean", "array", "null")))


def make_rule(when: dict[str, dict[str, Any]], id_: str = "TT001", **values: Any) -> Rule:
    """Return a rule of medium severity with these conditions and values."""
    defaults: dict[str, Any] = {
        "name": "test-rule",
        "summary": "A test",
        "severity": Severity.MEDIUM,
        "risk": None,
        "grades": (),
        "message": "{service} matches",
        "why": "because",
        "likelihood": None,
        "mitigation": None,
        "notes": {},
        "fix": None,
        "computed_fix": {},
        "trade_off": None,
        "alternative": None,
        "unsafe": {},
        "advice": None,
        "assumes": None,
        "sources": ("a test",),
        "supersedes": frozenset(),
        "voids": frozenset(),
        "path": Path(f"{id_}-test-rule.yaml"),
        "load_details": lambda: RuleDetails({}, (), {}),
    }
    conditions = {path: make_condition(schema) for path, schema in when.items()}
    return Rule(id=id_, when=conditions, **(defaults | values))


def make_condition(schema: dict[str, Any]) -> Condition:
    """Return the condition of a schema on a fact of any kind."""
    return compile_condition(schema, _ANY_KIND)


def make_facts(**values: Any) -> dict[str, Fact]:
    """Return facts by path; a keyword has two underscores for each dot."""
    return {path.replace("__", "."): Fact(value, default=False, location=LOCATION) for path, value in values.items()}
