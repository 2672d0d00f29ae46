"""Docker's JSON Schema for stack files, compiled.

The keywords are those that Docker's schema uses. `x-cast`, `x-since` and `x-unique-before` describe the casts and the
older versions of docker/cli. Another keyword is an error when the schema loads. The jsonschema library supports neither
casts nor locations, and importing it takes longer than a whole check.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rollout_lint.syntax.scalar import Date

if TYPE_CHECKING:
    from collections.abc import Callable

UNKNOWN = object()
"""Value of a scalar that depends on an unknown variable; every schema accepts it."""

_ANNOTATIONS = frozenset(("$schema", "title", "description", "$defs"))


@cache
def load_document() -> Any:
    """Return the JSON document of the schema."""
    return json.loads(Path(__file__).with_name("compose.schema.json").read_text("utf-8"))


@cache
def load_schema() -> Schema:
    """Return the compiled schema."""
    document = load_document()
    return _Compiler(document["$defs"]).compile(document)


@dataclass(slots=True)
class Schema:
    """Compiled schema; without `types`, any type is allowed."""

    types: frozenset[str] | None = None
    properties: dict[str, Schema] = field(default_factory=dict)
    patterns: list[tuple[re.Pattern[str], Schema]] = field(default_factory=list)
    additional: Schema | bool = True
    required: tuple[str, ...] = ()
    items: Schema | None = None
    unique_items: bool = False
    unique_before: str | None = None
    enum: tuple[Any, ...] | None = None
    minimum: float | None = None
    format: str | None = None
    cast: str | None = None
    since: str | None = None
    one_of: tuple[Schema, ...] = ()


class _Compiler:
    def __init__(self, definitions: dict[str, Any]) -> None:
        self._definitions = definitions
        self._compiled: dict[str, Schema] = {}

    def compile(self, document: dict[str, Any] | bool) -> Schema:
        if isinstance(document, bool):
            return Schema()
        reference = document.get("$ref")
        if reference is not None:
            definition = self._definition(reference.removeprefix("#/$defs/"))
            since = document.get("x-since")
            return replace(definition, since=since) if since else definition
        return self._fill(Schema(), document)

    def _definition(self, name: str) -> Schema:
        if name not in self._compiled:
            self._compiled[name] = Schema()
            self._fill(self._compiled[name], self._definitions[name])
        return self._compiled[name]

    def _fill(self, schema: Schema, document: dict[str, Any]) -> Schema:
        for keyword, value in document.items():
            if keyword in _ANNOTATIONS:
                continue
            setter = _KEYWORDS.get(keyword)
            if setter is None:
                raise ValueError(f"unknown schema keyword {keyword}")
            setter(self, schema, value)
        return schema


def _set_additional(compiler: _Compiler, schema: Schema, value: Any) -> None:
    schema.additional = value if isinstance(value, bool) else compiler.compile(value)


def _set_patterns(compiler: _Compiler, schema: Schema, value: Any) -> None:
    schema.patterns = [(re.compile(pattern), compiler.compile(inner)) for pattern, inner in value.items()]


def _set_properties(compiler: _Compiler, schema: Schema, value: Any) -> None:
    schema.properties = {key: compiler.compile(inner) for key, inner in value.items()}


def _set(
    attribute: str, convert: Callable[[Any], Any] = lambda value: value
) -> Callable[[_Compiler, Schema, Any], None]:
    def set_attribute(_: _Compiler, schema: Schema, value: Any) -> None:
        setattr(schema, attribute, convert(value))

    return set_attribute


_KEYWORDS: dict[str, Callable[[_Compiler, Schema, Any], None]] = {
    "type": _set("types", lambda value: frozenset([value] if isinstance(value, str) else value)),
    "properties": _set_properties,
    "patternProperties": _set_patterns,
    "additionalProperties": _set_additional,
    "required": _set("required", tuple),
    "items": lambda compiler, schema, value: setattr(schema, "items", compiler.compile(value)),
    "uniqueItems": _set("unique_items"),
    "x-unique-before": _set("unique_before"),
    "enum": _set("enum", tuple),
    "minimum": _set("minimum"),
    "format": _set("format"),
    "x-cast": _set("cast"),
    "x-since": _set("since"),
    "oneOf": lambda compiler, schema, value: setattr(
        schema, "one_of", tuple(compiler.compile(inner) for inner in value)
    ),
}


_TYPES = {
    type(None): frozenset(("null",)),
    bool: frozenset(("boolean",)),
    int: frozenset(("integer", "number")),
    float: frozenset(("number",)),
    str: frozenset(("string",)),
    Date: frozenset(("string",)),
    list: frozenset(("array",)),
    dict: frozenset(("object",)),
}


def types_of(value: Any) -> frozenset[str]:
    """Return the JSON Schema types of a value; a whole number is an integer and a number."""
    if isinstance(value, float) and value.is_integer():
        return _TYPES[int]
    return _TYPES[type(value)]
