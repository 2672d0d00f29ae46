"""TOML files: the values that tomllib reads, and the location of each key."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rollout_lint.syntax.parser import MAX_BYTES
from rollout_lint.syntax.toml_source import parse_toml

if TYPE_CHECKING:
    from rollout_lint.syntax.schema import Document, KeyPath

DOCUMENT = '''# disable = ["no"]
disable = [ # [no]
  "RL001", 'RL002',
]
a.b . "c.d" = "x"
inline = { x = "1", y = [ {q = "2"} ] }
until = 2027-01-31
[hosts] # [no]
  memory = "8G"
[ images . "me/app" ]
runtime = "JVM"
[[overrides]]
paths = ["legacy/**"]
[overrides.severity]
RL001 = "low"
[[overrides]]
paths = []
[[ overrides . x ]]
z = "5"
[[overrides.x]]
z = "6"
[last]
reason = """
twice = 1
"""
twice = 2
'''


def position(document: Document, *path: str | int) -> tuple[int, int]:
    location = document.locate(path)
    return location.line, location.column


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (("disable",), (2, 1)),
        (("disable", 1), (2, 1)),
        (("a", "b", "c.d"), (5, 1)),
        (("inline", "y", 0, "q"), (6, 1)),
        (("hosts",), (8, 2)),
        (("hosts", "memory"), (9, 3)),
        (("hosts", "absent"), (8, 2)),
        (("images", "me/app"), (10, 3)),
        (("images", "me/app", "runtime"), (11, 1)),
        (("overrides", 0, "paths", 0), (13, 1)),
        (("overrides", 0, "severity", "RL001"), (15, 1)),
        (("overrides", 1), (16, 3)),
        (("overrides", 1, "paths"), (17, 1)),
        (("overrides", 1, "x", 0, "z"), (19, 1)),
        (("overrides", 1, "x", 1, "z"), (21, 1)),
        (("last", "twice"), (22, 2)),
        (("absent",), (1, 1)),
        ((), (1, 1)),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "bom"])
def test_locate_finds_key_or_closest_key_above(path: KeyPath, expected: tuple[int, int], end: str, mark: bytes) -> None:
    document = parse_toml(mark + DOCUMENT.replace("\n", end).encode(), "x.toml")
    assert document.problems == ()
    assert position(document, *path) == expected
    assert document.locate(path, key=True) == document.locate(path)


def test_parse_toml_reads_dates_as_text() -> None:
    assert parse_toml(DOCUMENT.encode(), "x.toml").value["until"] == "2027-01-31"


def test_parse_toml_reads_one_table() -> None:
    data = b"[tool.other]\nx = 1\n[tool.rollout-lint]\nrules = ['a']\n"
    document = parse_toml(data, "x", ("tool", "rollout-lint"))
    assert document.value == {"rules": ["a"]}
    assert position(document, "rules") == (4, 1)
    assert position(document) == (3, 2)
    assert parse_toml(b"[tool.other]\n", "x", ("tool", "rollout-lint")).value is None
    assert parse_toml(b"tool = 1\n", "x", ("tool", "rollout-lint")).value is None


TEXTS = st.text(st.sampled_from("ab\"'\\[]{}=,.#\n\r\t é\u001b"), max_size=8)


@given(
    st.recursive(
        TEXTS | st.integers(-9, 9) | st.booleans(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
        max_leaves=12,
    ),
    TEXTS,
)
def test_parse_toml_reads_and_locates_any_value(value: object, key: str) -> None:
    text = f"# [x]\n{json.dumps(key)} = {inline(value)} # end\nlast = 'z'\n"
    document = parse_toml(text.encode(), "x")
    assert document.problems == ()
    assert document.value == {key: value, "last": "z"}
    assert position(document, key) == (2, 1)
    assert position(document, "last") == (3, 1)


def inline(value: object) -> str:
    """Return a value in one line of TOML, whose strings have the escapes of JSON."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {inline(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(inline, value)) + "]"
    return json.dumps(value)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"a=" + b"[" * 100_000, "nested too deep to be read"),
        (b"a=" + b"{a=" * 50_000, "nested too deep to be read"),
        (b"a=" + b"9" * 6_000, "a number in it has too many digits"),
        (b"a=0x" + b"f" * 6_000, "a number in it has too many digits"),
        (b"a = 1\n" + b"#" * MAX_BYTES, "larger than"),
        (b"\xff", "not TOML: it is not UTF-8"),
        (b"a = 2024-02-31", "not TOML: "),
        (b"a = 'x", "not TOML: "),
        (b"\x00", "not TOML: "),
    ],
)
def test_parse_toml_reports_unreadable_data(data: bytes, message: str) -> None:
    document = parse_toml(data, "x.toml")
    assert document.value is None
    [problem] = document.problems
    assert problem.message.startswith(message)
    assert (problem.file, problem.line) == ("x.toml", 1)
