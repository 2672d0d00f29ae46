"""Conditions on facts: small JSON Schemas, compiled to tests.

A test returns None if it depends on an unknown item of a list. Nothing follows from an unknown value, so neither a
condition nor its opposite holds for it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypeAlias

from rollout_lint.facts.derived import DERIVED, RESOURCE_FACTS, STACK_FACTS
from rollout_lint.facts.model import Kind
from rollout_lint.facts.stated import FACTS
from rollout_lint.facts.suppression import SUPPRESSION_FACTS
from rollout_lint.record import Record
from rollout_lint.stack.schema import types_of
from rollout_lint.stack.unknown import Unknown, is_unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Test: TypeAlias = "Callable[[Any], bool | None]"


class Condition(Record):
    """Schema of a rule file, and its test of a fact's value that is not Unknown as a whole."""

    schema: dict[str, Any]
    test: Test

    def holds(self, value: Any) -> bool | None:
        """Return True if the condition holds for a fact's value, None if that is unknown."""
        return None if isinstance(value, Unknown) else self.test(value)

    @property
    def texts(self) -> frozenset[str] | None:
        """Texts for which the condition holds; None if it can hold for other values."""
        choices = self.schema.get("enum", [self.schema["const"]] if "const" in self.schema else [])
        return frozenset(choices) if choices and all(isinstance(choice, str) for choice in choices) else None

    @property
    def is_absence(self) -> bool:
        """True if the condition holds only for a fact without a value."""
        return self.schema.get("absent") is True


def is_fact(path: str) -> bool:
    """Return True if a service, stack, resource or suppression can have this fact."""
    return any(path in facts for facts in (FACTS, DERIVED, STACK_FACTS, RESOURCE_FACTS, SUPPRESSION_FACTS))


def kind_of(path: str) -> Kind:
    """Return the kind of a fact. Raises KeyError for an unknown fact."""
    entry = DERIVED.get(path) or STACK_FACTS.get(path) or RESOURCE_FACTS.get(path) or SUPPRESSION_FACTS.get(path)
    return (entry or FACTS[path]).kind


def compile_condition(schema: dict[str, Any], kind: Kind) -> Condition:
    """Compile a schema. Raises ValueError for an unknown keyword, or one that can never hold."""
    if not schema:
        raise ValueError("an empty condition always holds: delete it, or write one, such as {const: x}")
    tests = []
    for keyword, argument in schema.items():
        build = _KEYWORDS.get(keyword)
        if build is None:
            raise ValueError(f"unknown keyword {keyword}: must be one of {', '.join(_KEYWORDS)}")
        tests.append(build(argument, kind))
    return Condition(schema, tests[0] if len(tests) == 1 else lambda value: all_hold(test(value) for test in tests))


def all_hold(answers: Iterable[bool | None]) -> bool | None:
    """Return True if all answers are True, False if one is False, and otherwise None."""
    is_known = True
    for answer in answers:
        if answer is None:
            is_known = False
        elif not answer:
            return False
    return True if is_known else None


def _one_of(choices: list[Any], kind: Kind) -> Test:
    for choice in choices:
        _check_choice(choice, kind)
    if all(isinstance(choice, str) for choice in choices):
        # Text only equals text, and most conditions allow one or two texts.
        texts = frozenset(choices)
        return lambda value: isinstance(value, str) and value in texts
    return _of_known_items(
        lambda value: any(value == choice and types_of(value) & types_of(choice) for choice in choices), kind
    )


def _of_known_items(test: Test, kind: Kind) -> Test:
    """Return the test, unknown for a list with an unknown item."""
    if "array" not in kind.types:
        return test
    return lambda value: None if isinstance(value, list) and any(map(is_unknown, value)) else test(value)


def _check_choice(choice: Any, kind: Kind) -> None:
    if not types_of(choice) & kind.types:
        raise ValueError(f"{choice!r} can never be the value: the fact is {_join_or(kind.types)}")
    if kind.allowed and isinstance(choice, str) and choice not in kind.allowed:
        raise ValueError(f"{choice!r} can never be the value: the fact is {_join_or(kind.allowed)}")


def _join_or(choices: frozenset[str]) -> str:
    return " or ".join(sorted(choices))


def _type(argument: Any, kind: Kind) -> Test:
    types = frozenset([argument] if isinstance(argument, str) else argument)
    if not types & kind.types:
        raise ValueError(f"the fact is {_join_or(kind.types)}, never {_join_or(types)}")
    return _of_known_items(lambda value: bool(types_of(value) & types), kind)


def _not(argument: Any, kind: Kind) -> Test:
    inner = compile_condition(argument, kind)

    def test(value: Any) -> bool | None:
        holds = inner.holds(value)
        return None if holds is None else not holds

    return test


def _absent(argument: Any, kind: Kind) -> Test:
    if not isinstance(argument, bool):
        raise ValueError("absent must be true or false")
    if "null" not in kind.types:
        raise ValueError("the fact always has a value, so it is never absent")
    return lambda value: (value is None) is argument


def _number(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Kind], Test]:
    def build(argument: Any, kind: Kind) -> Test:
        if not kind.types & {"integer", "number"}:
            raise ValueError(f"the fact is {_join_or(kind.types)}, not a number")
        if isinstance(argument, bool) or not isinstance(argument, int | float):
            raise ValueError("the bound must be a number")
        return lambda value: isinstance(value, int | float) and compare(value, argument)

    return build


def _length(compare: Callable[[int, int], bool], *, is_minimum: bool) -> Callable[[Any, Kind], Test]:
    def build(argument: Any, kind: Kind) -> Test:
        if "array" not in kind.types:
            raise ValueError(f"the fact is {_join_or(kind.types)}, not a list")
        if isinstance(argument, bool) or not isinstance(argument, int):
            raise ValueError("the bound must be a whole number")

        def test(value: Any) -> bool | None:
            if not isinstance(value, list):
                return False
            known = sum(not is_unknown(item) for item in value) if value else 0
            holds = compare(known, argument)
            # More items keep a minimum that is reached, and a maximum that is exceeded.
            return holds if known == len(value) or holds is is_minimum else None

        return test

    return build


def _contains(argument: Any, kind: Kind) -> Test:
    if kind.items is None:
        raise ValueError(f"the fact is {_join_or(kind.types)}, not a list of plain values")
    inner = compile_condition(argument, Kind(kind.items))

    def test(value: Any) -> bool | None:
        if not isinstance(value, list):
            return False
        answers = [inner.holds(item) for item in value]
        return True if True in answers else None if None in answers else False

    return test


def _pattern(argument: Any, kind: Kind) -> Test:
    if "string" not in kind.types:
        raise ValueError(f"the fact is {_join_or(kind.types)}, not text")
    expression = re.compile(argument)
    return lambda value: isinstance(value, str) and bool(expression.search(value))


_KEYWORDS: dict[str, Callable[[Any, Kind], Test]] = {
    "const": lambda argument, kind: _one_of([argument], kind),
    "enum": _one_of,
    "type": _type,
    "not": _not,
    "absent": _absent,
    "minimum": _number(lambda value, bound: value >= bound),
    "maximum": _number(lambda value, bound: value <= bound),
    "exclusiveMinimum": _number(lambda value, bound: value > bound),
    "exclusiveMaximum": _number(lambda value, bound: value < bound),
    "minItems": _length(lambda value, bound: value >= bound, is_minimum=True),
    "maxItems": _length(lambda value, bound: value <= bound, is_minimum=False),
    "contains": _contains,
    "pattern": _pattern,
}
