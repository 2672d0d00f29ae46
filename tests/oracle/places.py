"""Generated stacks with one unusual value or key at a place of Docker's schema."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from rollout_lint.stack.schema import load_document

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator

Step: TypeAlias = "str | int"
Schema: TypeAlias = "dict[str, Any]"

VERSIONS = (None, "3", *(f"3.{minor}" for minor in range(14)))
VALUES: tuple[Any, ...] = (
    *(None, True, False, "", "x", "a b", "no", "y", "true", 0, 1, -1, 3, 1.5, 1.0, -0.5, 2**31, 2**32, 2**63, 2**64),
    *([], {}, ["a"], ["a", "a"], [1], [None], [{}], {"a": "b"}, {"a": None}, {"a": 1}, {"a": ["b"]}, [["a"]]),
    *(
        "${U}",
        "${U:-3}",
        "${U:-yes}",
        "${U:-1.5}",
        "${U:-}",
        "$$x",
        "${S}",
        "${N}",
        "512Mi",
        "512M",
        "1m30s",
        "-1s",
        "0",
    ),
    *(
        "80:80",
        "data:/d",
        "./a:/b:ro",
        "a=b",
        "none",
        "127.0.0.1",
        "/x",
        "\\\\.\\pipe\\x",
        "C:\\a",
        "é",
        "a.b",
        "9" * 20,
    ),
)
"""Kinds of values: of each type, at the limits of Go's types, with variables, and in the short forms."""
UNKNOWN_KEYS = ("zzz", "x-a", "a.b", "")
ENVIRONMENT = {"S": "text", "N": "7"}


class Place(NamedTuple):
    """A place in a stack file; a string step is a key, and a number the index in a list."""

    steps: tuple[Step, ...]
    schema: Schema


@cache
def places() -> tuple[Place, ...]:
    """Return every place that the schema describes, in the order of the schema."""
    document = load_document()
    return tuple(_walk(document, (), document["$defs"]))


def _walk(schema: Schema, steps: tuple[Step, ...], definitions: dict[str, Schema]) -> Iterator[Place]:
    if "$ref" in schema:
        schema = definitions[schema["$ref"].rpartition("/")[2]]
    yield Place(steps, schema)
    for branch in schema.get("oneOf", ()):
        yield from _walk(branch, steps, definitions)
    for key, inner in schema.get("properties", {}).items():
        yield from _walk(inner, (*steps, key), definitions)
    for inner in schema.get("patternProperties", {}).values():
        yield from _walk(inner, (*steps, "a"), definitions)
    if isinstance(schema.get("additionalProperties"), dict):
        yield from _walk(schema["additionalProperties"], (*steps, "a"), definitions)
    if "items" in schema:
        yield from _walk(schema["items"], (*steps, 0), definitions)


def create_stack(rng: random.Random) -> str:
    """Return a stack with a value or some keys at a random place, as JSON, which is YAML."""
    place = rng.choice(places())
    properties = place.schema.get("properties", {})
    steps, value = place.steps, rng.choice(VALUES)
    if place.schema.get("type") == "object" and rng.random() < 0.6:
        keys = (*properties, *UNKNOWN_KEYS[:2]) if properties else UNKNOWN_KEYS
        chosen = rng.sample(keys, rng.randint(1, min(4, len(keys))))
        value = {key: example(properties.get(key, {}), rng) for key in chosen}
    document: dict[str, Any] = {"services": {"a": {"image": "b"}}}
    version = rng.choice(VERSIONS)
    if version is not None:
        document = {"version": version} | document
    return json.dumps(_put(document, steps, value), ensure_ascii=False)


def example(schema: Schema, rng: random.Random) -> Any:
    """Return a value that the schema allows, or rarely any other value."""
    if rng.random() < 0.1:
        return rng.choice(VALUES)
    if "$ref" in schema:
        schema = load_document()["$defs"][schema["$ref"].rpartition("/")[2]]
    if "oneOf" in schema:
        schema = rng.choice(schema["oneOf"])
    if "enum" in schema:
        return rng.choice(schema["enum"])
    kinds = schema.get("type", "string")
    kind = kinds if isinstance(kinds, str) else rng.choice(kinds)
    if kind == "object":
        return {key: example(inner, rng) for key, inner in schema.get("properties", {}).items() if rng.random() < 0.5}
    formats = {"duration": "5s", "size": "5M", "port": "80", "volume": "data:/d"}
    values: dict[str, Any] = {"array": [], "integer": 1, "number": 1, "boolean": True, "null": None}
    texts = ("x", "/x", "bind", "volume", "tmpfs", "npipe", "host", "ingress", "tcp")
    return values.get(kind, formats.get(schema.get("format", ""), rng.choice(texts)))


def _put(node: Any, steps: tuple[Step, ...], value: Any) -> Any:
    """Return the node with the value at the steps, with mappings and lists on the way."""
    if not steps:
        return value
    head, rest = steps[0], steps[1:]
    if isinstance(head, int):
        return [_put({}, rest, value)]
    inner = dict(node) if isinstance(node, dict) else {}
    return {**inner, head: _put(inner.get(head, {}), rest, value)}
