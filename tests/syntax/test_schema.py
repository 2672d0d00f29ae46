"""Schema errors with the value, its location and the allowed values."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from rollout_lint.syntax.parser import parse
from rollout_lint.syntax.schema import JsonSchema

if TYPE_CHECKING:
    from pathlib import Path

SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["name"],
    "properties": {
        "name": {"type": "string", "minLength": 1},
        "level": {"enum": ["low", "high"]},
        "count": {"type": "integer", "minimum": 2},
        "version": {"const": 1},
        "size": {"type": "string", "pattern": "^[0-9]+M$", "examples": ["8M", "9M"]},
        "id": {"type": "string", "pattern": "^[a-z]$"},
        "even": {"type": ["string", "integer"], "format": "even"},
        "items": {"type": "array", "minItems": 1, "items": {"type": "object", "required": ["a", "b"]}},
        "one": {"oneOf": [{"$ref": "#/$defs/word"}, {"type": "array", "items": {"$ref": "#/$defs/word"}}]},
        "any": {"anyOf": [{"required": ["x"]}, {"required": ["y"]}]},
        "files": {"type": "object", "additionalProperties": False, "patternProperties": {"^[^/]+$": {}}},
    },
    "$defs": {"word": {"type": "string", "enum": ["a", "b"]}},
}


@pytest.fixture
def schema(tmp_path: Path) -> JsonSchema:
    path = tmp_path / "schema.json"
    path.write_text(json.dumps(SCHEMA))
    return JsonSchema(path, {"even": (lambda text: text in "02468", "an even digit")})


def check(schema: JsonSchema, text: str) -> list[str]:
    source = parse(text.encode(), "x.yml")
    schema.check(source)
    return [problem.text for problem in source.problems]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("name: ''", '1:7: invalid name "": must not be empty'),
        ("name: 8", "1:7: invalid name 8: must be a string"),
        ("name: [a]", "1:7: invalid name: must be a string"),
        ("name: a\nlevel: mid", '2:8: invalid level "mid": must be one of low, high'),
        ("name: a\ncount: 1", "2:8: invalid count 1: must be at least 2"),
        ("name: a\ncount: true", "2:8: invalid count true: must be an integer"),
        ("name: a\nversion: 2", "2:10: invalid version 2: must be 1"),
        ("name: a\nsize: 8", "2:7: invalid size 8: must be a string"),
        ("name: a\nsize: x", '2:7: invalid size "x": must be a value such as 8M or 9M'),
        ("name: a\nid: X", '2:5: invalid id "X": must match ^[a-z]$'),
        ("name: a\neven: 3", "2:7: invalid even 3: must be an even digit"),
        ("name: a\neven: null", "2:7: invalid even null: must be a string or an integer"),
        ("name: a\nitems: []", "2:8: invalid items: must have at least 1 item"),
        ("name: a\nitems: [{a: 1, b: 2},\n  {a: 1}]", '3:3: missing key "b" in items[1]'),
        ("name: a\nitems: [{}]", '2:9: missing keys "a" and "b" in items[0]'),
        ("name: a\none: c", '2:6: invalid one "c": must be one of a, b'),
        ("name: a\none: [a, c]", '2:10: invalid one[1] "c": must be one of a, b'),
        ("name: a\none: 1", "2:6: invalid one 1: must be a string or a list"),
        ("name: a\nany: {}", '2:6: missing key "x" or "y" in any'),
        ("name: a\nfiles: {a/b: 1}", '2:9: invalid key "a/b" in files: must match ^[^/]+$'),
        ("nmae: a\nname: b", '1:1: unknown key "nmae" (did you mean "name"?)'),
        ("name: b\nq: a", f'2:1: unknown key "q": must be one of {", ".join(SCHEMA["properties"])}'),
        ("- a", "1:1: the file must be a mapping"),
        ("level: low", '1:1: missing key "name"'),
        (f"name: a\nid: {'x' * 99}", f'2:5: invalid id "{"x" * 59}…: must match ^[a-z]$'),
    ],
)
def test_check_reports_value_location_and_allowed_values(schema: JsonSchema, text: str, expected: str) -> None:
    assert check(schema, text) == [f"x.yml:{expected}"]


def test_check_accepts_valid_document(schema: JsonSchema) -> None:
    text = "{name: a, level: low, count: 2, size: 8M, even: 4, items: [{a: 1, b: 2}], one: [a, b], any: {y: 1}}"
    assert check(schema, text) == []


def test_check_sorts_problems_by_location(schema: JsonSchema) -> None:
    assert check(schema, "version: 3\nlevel: x\nnme: a") == [
        'x.yml:1:1: missing key "name"',
        "x.yml:1:10: invalid version 3: must be 1",
        'x.yml:2:8: invalid level "x": must be one of low, high',
        'x.yml:3:1: unknown key "nme" (did you mean "name"?)',
    ]
