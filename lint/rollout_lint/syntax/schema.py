"""JSON Schema validation of a plain value, with the location of each error."""

from __future__ import annotations

import json
import re
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from rollout_lint.location import Location, Problem
from rollout_lint.record import Record
from rollout_lint.syntax.node import Mapping, Sequence, to_value
from rollout_lint.syntax.wording import join_names, join_types, quote, suggest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from jsonschema import ValidationError

    from rollout_lint.syntax.node import Node
    from rollout_lint.syntax.source import Source

KeyPath: TypeAlias = "tuple[str | int, ...]"
"""Keys and list indices from the root of a document to a value."""

Formats: TypeAlias = "dict[str, tuple[Callable[[str], bool], str]]"
"""Formats by name: a test, and a description of valid values."""


class Locate(Protocol):
    """Function that returns the location of a value, or of its key."""

    def __call__(self, path: KeyPath, *, key: bool = False) -> Location:
        """Return the location of the value at `path`, or of the key that holds it."""


class Document(Record):
    """Plain value of a file and the location of each part; `problems` lists why a file could not be read."""

    name: str
    value: Any
    locate: Locate
    problems: tuple[Problem, ...] = ()


def yaml_document(source: Source) -> Document:
    """Return the document of a YAML file; an empty file has the value None."""
    value = None if source.root is None else to_value(source.root)
    return Document(source.name, value, yaml_locator(source), tuple(source.problems))


def yaml_locator(source: Source) -> Locate:
    """Return a function that locates values in a YAML file."""

    def locate(path: KeyPath, *, key: bool = False) -> Location:
        node: Node | None = source.root
        key_node: Node | None = None
        for step in path:
            if isinstance(node, Mapping):
                key_node, node = node.entries[str(step)]
            elif isinstance(node, Sequence):
                key_node, node = None, node.items[int(step)]
        assert node is not None
        return source.location(key_node if key and key_node is not None else node)

    return locate


class Violation(Record):
    """One violation of a schema; `at_key` is True if the key itself is wrong."""

    path: KeyPath
    at_key: bool
    message: str


class JsonSchema:
    """A JSON Schema file, loaded with the jsonschema library on first use."""

    def __init__(self, path: Path, formats: Formats | None = None) -> None:
        """Take the path of the schema and the formats that it uses."""
        self._path = path
        self._formats = formats or {}

    def check(self, source: Source) -> None:
        """Add the problems of a YAML file to its source."""
        if source.root is not None:
            source.problems += self.problems(to_value(source.root), yaml_locator(source))

    def problems(self, value: Any, locate: Locate) -> list[Problem]:
        """Return what the schema does not allow, sorted by location."""
        return sorted({to_problem(each, locate) for each in self.violations(value)})

    def violations(self, value: Any) -> list[Violation]:
        """Return what the schema does not allow, at most one violation for each value or key.

        The message has the value, unless the schema marks it as `writeOnly` because it may be a secret.
        """
        found: dict[tuple[KeyPath, bool], Violation] = {}
        for error in self._validator.iter_errors(value):
            for leaf in _relevant_errors(error):
                for violation in self._explain(leaf):
                    found.setdefault(violation[:2], violation)
        return list(found.values())

    @cached_property
    def _validator(self) -> Any:
        # jsonschema takes longer to import than most checks take.
        from jsonschema import Draft202012Validator, FormatChecker
        from jsonschema.validators import extend

        checker = FormatChecker(formats=())
        for name, (test, _) in self._formats.items():
            checker.checks(name)(_text_check(test))
        validator = extend(Draft202012Validator, {"pattern": _check_pattern})  # type: ignore[no-untyped-call]
        return validator(json.loads(self._path.read_text("utf-8")), format_checker=checker)

    def _explain(self, error: ValidationError) -> Iterator[Violation]:
        path = tuple(error.absolute_path)
        value: Any = error.instance
        argument: Any = error.validator_value
        context: Any = error.context
        if error.validator == "additionalProperties":
            yield from _unknown_keys(value, error.schema, path)
        elif error.validator == "required":
            missing = [key for key in argument if key not in value]
            yield Violation(path, False, f"missing {_keys(missing, 'and')}{_inside(path)}")
        elif error.validator == "anyOf":
            needed = [key for branch in context for key in branch.validator_value]
            yield Violation(path, False, f"missing {_keys(needed, 'or')}{_inside(path)}")
        else:
            schema: Any = error.schema
            shown = "" if schema.get("writeOnly") else _shown(value)
            subject = f"invalid {_name(path)}{shown}:" if path else "the file"
            yield Violation(path, False, f"{subject} must {self._expectation(error, argument)}")

    def _expectation(self, error: ValidationError, argument: Any) -> str:
        """Return what the value must do, as the rest of a sentence."""
        match error.validator:
            case "type":
                return f"be {join_types([argument] if isinstance(argument, str) else argument)}"
            case "oneOf":
                branches: Any = error.context
                types = [inner.validator_value for inner in branches if inner.validator == "type"]
                return f"be {join_types(types)}"
            case "enum":
                return f"be one of {', '.join(map(str, argument))}"
            case "const":
                return f"be {json.dumps(argument)}"
            case "minimum":
                return f"be at least {argument}"
            case "minItems":
                return f"have at least {argument} item{'s' if argument > 1 else ''}"
            case "minLength":
                return "not be empty"
            case "format":
                return f"be {self._formats[argument][1]}"
        schema: Any = error.schema
        examples = schema.get("examples", ())
        return f"be a value such as {' or '.join(examples)}" if examples else f"match {argument}"


def to_problem(violation: Violation, locate: Locate) -> Problem:
    """Return the problem at the location of a violation."""
    location = locate(violation.path, key=violation.at_key)
    return Problem(location.file, location.line, location.column, violation.message)


def _text_check(test: Callable[[str], bool]) -> Callable[[object], bool]:
    return lambda value: not isinstance(value, str | int) or test(str(value))


def _check_pattern(_: Any, pattern: str, value: object, __: Any) -> Iterator[ValidationError]:
    """Yield an error if a text does not match, as jsonschema does, whose `$` also matches before a last line end."""
    from jsonschema import ValidationError

    if isinstance(value, str) and not _matches(pattern, value):
        yield ValidationError(f"{value!r} does not match {pattern!r}")


def _matches(pattern: str, text: str) -> bool:
    return re.search(pattern.replace("$", r"\Z"), text) is not None


def _relevant_errors(error: ValidationError) -> Iterator[ValidationError]:
    """Yield the errors of the `oneOf` branch whose type the value has, or else the error itself."""
    branches: dict[Any, list[ValidationError]] = {}
    for inner in error.context or () if error.validator == "oneOf" else ():
        branches.setdefault(inner.relative_schema_path[0], []).append(inner)
    for errors in branches.values():
        if not any(inner.validator == "type" and not inner.relative_path for inner in errors):
            for inner in errors:
                yield from _relevant_errors(inner)
            return
    yield error


def _unknown_keys(mapping: dict[str, Any], schema: Any, path: KeyPath) -> Iterator[Violation]:
    allowed = schema.get("properties", {})
    patterns = schema.get("patternProperties", {})
    for key in mapping:
        if key in allowed or any(_matches(pattern, key) for pattern in patterns):
            continue
        if patterns:
            message = f"invalid key {quote(key)}{_inside(path)}: must match {' or '.join(patterns)}"
        else:
            near = suggest(key, allowed)
            hint = f' (did you mean "{near}"?)' if near else f": must be one of {', '.join(allowed)}"
            message = f"unknown key {quote(key)}{_inside(path)}{hint}"
        yield Violation((*path, key), True, message)


def _name(path: KeyPath) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")


def _inside(path: KeyPath) -> str:
    return f" in {_name(path)}" if path else ""


def _keys(names: list[str], word: str) -> str:
    plural = "s" if len(names) > 1 and word == "and" else ""
    return f"key{plural} {join_names(list(map(json.dumps, names)), word)}"


def _shown(value: Any) -> str:
    return "" if isinstance(value, dict | list) else f" {quote(value)}"
