"""Validation of stack files with Docker's JSON Schema, with the location of each error.

The keywords are those that Docker's schema uses, and `x-cast`, `x-since` and `x-unique-before` for what docker/cli does
beside its schema and in its older versions. Another keyword is an error when the schema loads. The jsonschema library
knows neither casts nor locations, and importing it takes longer than a whole check; it validates the other files.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol

from rollout_lint.syntax.node import Mapping, Scalar, Sequence
from rollout_lint.syntax.scalar import Date
from rollout_lint.syntax.suggest import closest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rollout_lint.syntax.node import Node

UNKNOWN = object()
"""The value of a scalar that depends on something not known here; it agrees with every schema."""

_NAMES = {
    "object": "a mapping",
    "array": "a list",
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "empty",
}
_ANNOTATIONS = frozenset(("$schema", "title", "description", "$defs"))


class Reader(Protocol):
    """What the schema needs of the file that it is held against."""

    def value(self, scalar: Scalar, cast: str | None) -> Any:
        """The scalar's value, or UNKNOWN."""

    def report(self, node: Node, message: str) -> None:
        """Note what is wrong at the node."""

    def has(self, since: str) -> bool:
        """Whether the file's version has what came with `since`."""

    def explain_unknown(self, key: str, path: str) -> str | None:
        """What is to be said of a key that the mapping at `path` does not know, if more than its name."""


@dataclass(slots=True)
class Schema:
    """One compiled schema; `None` for types means any."""

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


Formats = dict[str, "tuple[Callable[[str], bool], str]"]
"""A format's name to its test and to what the text must be."""


def compile_schema(document: dict[str, Any]) -> Schema:
    """Compile a schema document; ValueError names a keyword that is not known here."""
    return _Compiler(document.get("$defs", {})).compile(document)


def validate(node: Node, schema: Schema, reader: Reader, formats: Formats) -> None:
    """Report every place at which the node disagrees with the schema."""
    _Validation(reader, formats).check(node, schema, "")


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
                raise ValueError(f"the schema keyword {keyword} is not known here")
            setter(self, schema, value)
        return schema


def _set_additional(compiler: _Compiler, schema: Schema, value: Any) -> None:
    schema.additional = value if isinstance(value, bool) else compiler.compile(value)


def _set_patterns(compiler: _Compiler, schema: Schema, value: Any) -> None:
    schema.patterns = [(re.compile(pattern), compiler.compile(inner)) for pattern, inner in value.items()]


def _set_properties(compiler: _Compiler, schema: Schema, value: Any) -> None:
    schema.properties = {key: compiler.compile(inner) for key, inner in value.items()}


def _plain_setter(attribute: str, convert: Callable[[Any], Any]) -> Callable[[_Compiler, Schema, Any], None]:
    def set_attribute(_: _Compiler, schema: Schema, value: Any) -> None:
        setattr(schema, attribute, convert(value))

    return set_attribute


def _same(value: Any) -> Any:
    return value


_KEYWORDS: dict[str, Callable[[_Compiler, Schema, Any], None]] = {
    "type": _plain_setter("types", lambda value: frozenset([value] if isinstance(value, str) else value)),
    "properties": _set_properties,
    "patternProperties": _set_patterns,
    "additionalProperties": _set_additional,
    "required": _plain_setter("required", tuple),
    "items": lambda compiler, schema, value: setattr(schema, "items", compiler.compile(value)),
    "uniqueItems": _plain_setter("unique_items", _same),
    "x-unique-before": _plain_setter("unique_before", _same),
    "enum": _plain_setter("enum", tuple),
    "minimum": _plain_setter("minimum", _same),
    "format": _plain_setter("format", _same),
    "x-cast": _plain_setter("cast", _same),
    "x-since": _plain_setter("since", _same),
    "oneOf": lambda compiler, schema, value: setattr(
        schema, "one_of", tuple(compiler.compile(inner) for inner in value)
    ),
}


class _Validation:
    def __init__(self, reader: Reader, formats: Formats) -> None:
        self._reader = reader
        self._formats = formats
        self._dotted_keys = 0

    def check(self, node: Node, schema: Schema, path: str) -> None:
        if schema.one_of:
            self._check_one_of(node, schema, path)
        elif isinstance(node, Mapping):
            if self._typed(node, schema, "object", path):
                self._check_mapping(node, schema, path)
        elif isinstance(node, Sequence):
            if self._typed(node, schema, "array", path):
                self._check_sequence(node, schema, path)
        else:
            self._check_scalar(node, schema, path)

    def _check_one_of(self, node: Node, schema: Schema, path: str) -> None:
        """The branches differ in type, so the node's own type picks the one that is meant."""
        for branch in schema.one_of:
            kinds = self._kinds(node, self._cast(branch))
            if kinds is None:
                return
            if branch.types is None or branch.types & kinds:
                self.check(node, branch, path)
                return
        names = [name for branch in schema.one_of for name in sorted(branch.types or ())]
        self._reader.report(node, f"{path or 'the file'} must be {_words(names)}")

    def _kinds(self, node: Node, cast: str | None) -> frozenset[str] | None:
        if isinstance(node, Mapping):
            return frozenset(("object",))
        if isinstance(node, Sequence):
            return frozenset(("array",))
        value = self._reader.value(node, cast)
        return None if value is UNKNOWN else types_of(value)

    def _cast(self, schema: Schema) -> str | None:
        """docker/cli finds the type by the dotted path, and loses count below a name with a dot in it."""
        return None if self._dotted_keys else schema.cast

    def _typed(self, node: Node, schema: Schema, kind: str, path: str) -> bool:
        if schema.types is None or kind in schema.types:
            return True
        self._reader.report(node, f"{path or 'the file'} must be {_words(sorted(schema.types))}")
        return False

    def _check_mapping(self, node: Mapping, schema: Schema, path: str) -> None:
        for key, (key_node, value) in node.entries.items():
            inner = self._inner(schema, key)
            here = f"{path}.{key}" if path else key
            if inner is None:
                self._reader.report(key_node, self._unknown_key(key, schema, path))
            elif inner.since and not self._reader.has(inner.since):
                self._reader.report(
                    key_node, f"{here} came with version {inner.since}, and this file states an older one"
                )
            else:
                self._dotted_keys += "." in key
                self.check(value, inner, here)
                self._dotted_keys -= "." in key
        for key in schema.required:
            if key not in node.entries:
                self._reader.report(node, f"{path or 'the file'} needs {key}")

    def _unknown_key(self, key: str, schema: Schema, path: str) -> str:
        if schema.patterns and not schema.properties:
            allowed = " or ".join(pattern.pattern for pattern, _ in schema.patterns)
            return f"{key} cannot be a name under {path}: a name is {allowed}"
        unknown = f"{key} is not a key {f'under {path}' if path else 'at the top of the file'}"
        explained = self._reader.explain_unknown(key, path)
        if explained:
            return f"{unknown}: {explained}"
        near = closest(key.replace("-", "_"), schema.properties)
        return f"{unknown}; did you mean {near}?" if near else unknown

    @staticmethod
    def _inner(schema: Schema, key: str) -> Schema | None:
        inner = schema.properties.get(key)
        if inner is not None:
            return inner
        for pattern, matched in schema.patterns:
            if pattern.search(key):
                return matched
        if schema.additional is True:
            return _ANY
        return schema.additional or None

    def _check_sequence(self, node: Sequence, schema: Schema, path: str) -> None:
        if schema.items is not None:
            for index, item in enumerate(node.items):
                self.check(item, schema.items, f"{path}[{index}]")
        if schema.unique_items or (schema.unique_before and not self._reader.has(schema.unique_before)):
            self._check_unique(node, schema.items or _ANY, path)

    def _check_unique(self, node: Sequence, items: Schema, path: str) -> None:
        seen: set[str] = set()
        for item in node.items:
            value = repr(self._value(item, items))
            if value in seen and repr(UNKNOWN) not in value:
                self._reader.report(item, f"{path} holds this item twice, and Docker refuses that")
            seen.add(value)

    def _value(self, node: Node, schema: Schema) -> Any:
        """The node as plain values, cast as the schema says, keys in order."""
        if schema.one_of:
            kind = "object" if isinstance(node, Mapping) else "array" if isinstance(node, Sequence) else None
            branches = (branch for branch in schema.one_of if kind in (branch.types or ()))
            schema = next(branches, _ANY if kind else schema.one_of[0])
        if isinstance(node, Mapping):
            inner = {key: self._inner(schema, key) or _ANY for key in sorted(node.entries)}
            return {key: self._value(node.entries[key][1], inner[key]) for key in inner}
        if isinstance(node, Sequence):
            return [self._value(item, schema.items or _ANY) for item in node.items]
        return self._reader.value(node, self._cast(schema))

    def _check_scalar(self, node: Scalar, schema: Schema, path: str) -> None:
        value = self._reader.value(node, self._cast(schema))
        if value is UNKNOWN:
            return
        if isinstance(value, Date) and schema.types == _TEXT_ALONE:
            self._reader.report(node, f"{path or 'the file'} must be text, and this is a date: put it in quotes")
            return
        for complaint in self._complaints(value, schema):
            self._reader.report(node, f"{path or 'the file'} {complaint}")
            return

    def _complaints(self, value: Any, schema: Schema) -> Iterator[str]:
        if schema.types is not None and not schema.types & types_of(value):
            yield f"must be {_words(sorted(schema.types))}"
        if schema.enum is not None and value not in schema.enum:
            yield f"must be {_either([str(choice) for choice in schema.enum])}"
        if schema.minimum is not None and isinstance(value, int | float) and value < schema.minimum:
            yield f"must be at least {schema.minimum:g}"
        if schema.format is not None and value is not None:
            agrees, meant = self._formats[schema.format]
            if not agrees(str(value)):
                yield f"must be {meant}"


_ANY = Schema()
_TEXT_ALONE = frozenset(("string",))
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
    """The JSON Schema types of a plain value; a whole number is an integer and a number."""
    if isinstance(value, float) and value.is_integer():
        return _TYPES[int]
    return _TYPES[type(value)]


def _words(types: list[str]) -> str:
    return _either([_NAMES[name] for name in dict.fromkeys(types)])


def _either(choices: list[str]) -> str:
    return choices[0] if len(choices) == 1 else f"{', '.join(choices[:-1])} or {choices[-1]}"
