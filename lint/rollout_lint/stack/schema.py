"""Docker's JSON Schema for stack files, compiled.

The keywords are those that Docker's schema uses. `x-cast`, `x-since` and `x-unique-before` describe the casts and the
older versions of docker/cli. Another keyword is an error when the schema loads. The jsonschema library supports neither
casts nor locations, and importing it takes longer than a whole check.
"""

from __future__ import annotations

from copy import copy
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rollout_lint.packaged import compiled_data
from rollout_lint.pattern import compile_lazily
from rollout_lint.syntax.scalar import Date

if TYPE_CHECKING:
    import re

_ANNOTATIONS = frozenset(("$schema", "title", "description", "$defs"))
_ATTRIBUTES = {
    "uniqueItems": "unique_items",
    "x-unique-before": "unique_before",
    "minimum": "minimum",
    "format": "format",
    "x-cast": "cast",
    "x-since": "since",
}
"""Keywords with an attribute of Schema that has the same value."""


@cache
def load_document() -> Any:
    """Return the JSON document of the schema."""
    compiled = compiled_data()
    if compiled is not None:
        return compiled.stack_schema
    import json

    return json.loads(Path(__file__).with_name("compose.schema.json").read_text("utf-8"))


@cache
def load_schema() -> Schema:
    """Return the compiled schema."""
    document = load_document()
    return _Compiler(document["$defs"]).compile(document)


class Schema:
    """Compiled schema; without `types`, any type is allowed."""

    types: frozenset[str] | None = None
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

    def __init__(self) -> None:
        """Begin without properties."""
        self.accepts_text = False
        """True if every text is valid, and docker/cli does not cast it."""
        self.properties: dict[str, Schema] = {}
        self.patterns: list[tuple[re.Pattern[str], Schema]] = []


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
            if "x-since" not in document:
                return definition
            newer = copy(definition)
            newer.since = document["x-since"]
            return newer
        return self._fill(Schema(), document)

    def _definition(self, name: str) -> Schema:
        if name not in self._compiled:
            self._compiled[name] = Schema()
            self._fill(self._compiled[name], self._definitions[name])
        return self._compiled[name]

    def _fill(self, schema: Schema, document: dict[str, Any]) -> Schema:
        for keyword, value in document.items():
            match keyword:
                case "type":
                    schema.types = frozenset([value] if isinstance(value, str) else value)
                case "properties":
                    schema.properties = {key: self.compile(inner) for key, inner in value.items()}
                case "patternProperties":
                    # In Go, `$` is only the end of the text. In Python, it is also the place before a last line end.
                    schema.patterns = [
                        (compile_lazily(pattern.replace("$", r"\Z")), self.compile(inner))
                        for pattern, inner in value.items()
                    ]
                case "additionalProperties":
                    schema.additional = value if isinstance(value, bool) else self.compile(value)
                case "items":
                    schema.items = self.compile(value)
                case "oneOf":
                    schema.one_of = tuple(self.compile(inner) for inner in value)
                case "required" | "enum":
                    setattr(schema, keyword, tuple(value))
                case _ if keyword not in _ANNOTATIONS:
                    # An unknown keyword raises KeyError.
                    setattr(schema, _ATTRIBUTES[keyword], value)
        is_restricted = schema.one_of or schema.enum or schema.format or schema.cast or schema.minimum is not None
        schema.accepts_text = not is_restricted and (schema.types is None or "string" in schema.types)
        return schema


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
