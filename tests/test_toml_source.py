"""A TOML file has the values that tomllib reads, each with the place where it is written."""

from __future__ import annotations

import json
import tomllib
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rollout_lint.node import Mapping, Scalar, Sequence, plain
from rollout_lint.source import MAX_BYTES
from rollout_lint.toml_source import parse_toml

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rollout_lint.node import Node

DOCUMENT = '''# disable = ["no"]
disable = [ # [no]
  "RL001", 'RL002',
  """a "quoted" [b]
[table]
x = 1""""", # "no"
]
a.b."c.d" = "x"
inline = { x = "1", "y z" = [ {q = "2"}, {q = "3"} ], w.v = "4" }
[hosts] # [no]
  memory = "8G"
[images."me/app"]
runtime = \'\'\'
[hosts]
used = 2\'\'\'
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
'''
PLACES = {
    "disable.0": (3, 3),
    "disable.1": (3, 12),
    "disable.2": (4, 3),
    "a.b.c.d": (8, 13),
    "inline.x": (9, 16),
    "inline.y z.0.q": (9, 36),
    "inline.y z.1.q": (9, 47),
    "inline.w.v": (9, 61),
    "hosts.memory": (11, 12),
    "images.me/app.runtime": (13, 11),
    "overrides.0.paths.0": (17, 10),
    "overrides.0.severity.RL001": (19, 9),
    "overrides.1.x.0.z": (23, 5),
    "overrides.1.x.1.z": (25, 5),
}
KEYS = {
    "disable": (2, 1),
    "a": (8, 1),
    "a.b": (8, 1),
    "inline.y z": (9, 21),
    "hosts": (10, 2),
    "images": (12, 2),
    "images.me/app": (12, 2),
    "overrides": (16, 3),
    "overrides.0.severity": (18, 2),
    "overrides.1.x": (22, 4),
}


def scalars(node: Node, way: tuple[str, ...] = ()) -> Iterator[tuple[str, tuple[int, int]]]:
    if isinstance(node, Scalar):
        yield ".".join(way), (node.line, node.column)
    elif isinstance(node, Sequence):
        for position, item in enumerate(node.items):
            yield from scalars(item, (*way, str(position)))
    else:
        for key, (_, value) in node.entries.items():
            yield from scalars(value, (*way, key))


def keys(node: Node, way: tuple[str, ...] = ()) -> Iterator[tuple[str, tuple[int, int]]]:
    if isinstance(node, Sequence):
        for position, item in enumerate(node.items):
            yield from keys(item, (*way, str(position)))
    elif isinstance(node, Mapping):
        for key, (word, value) in node.entries.items():
            yield ".".join((*way, key)), (word.line, word.column)
            yield from keys(value, (*way, key))


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_every_value_and_every_key_has_its_place(end: str, mark: bytes) -> None:
    source = parse_toml(mark + DOCUMENT.replace("\n", end).encode(), "x.toml")
    assert source.problems == []
    assert source.root is not None
    assert dict(scalars(source.root)) == PLACES
    found = dict(keys(source.root))
    assert {key: found[key] for key in KEYS} == KEYS
    assert plain(source.root) == tomllib.loads(DOCUMENT)


def test_a_table_of_another_file_keeps_its_places() -> None:
    source = parse_toml(b"[tool.other]\nx = 1\n[tool.rollout-lint]\nrules = ['a']\n", "x", ("tool", "rollout-lint"))
    assert source.root is not None
    assert dict(scalars(source.root)) == {"rules.0": (4, 10)}
    assert parse_toml(b"[tool.other]\n", "x", ("tool", "rollout-lint")).root is None


TEXTS = st.text(st.sampled_from("ab\"'\\[]{}=,.#\n\r\t é\u001b"), max_size=8)


@given(
    st.recursive(
        TEXTS | st.integers(-9, 9) | st.booleans(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
        max_leaves=12,
    )
)
def test_whatever_is_written_is_read_with_a_place_inside_the_file(value: object) -> None:
    text = f"# [x]\nvalue = {inline(value)} # end\nlast = 'z'\n"
    source = parse_toml(text.encode(), "x")
    assert source.problems == []
    assert source.root is not None
    assert plain(source.root) == {"value": value, "last": "z"}
    places = dict(scalars(source.root))
    assert places.pop("last") == (3, 8)
    assert all(line == 2 and column > len("value =") for line, column in places.values())


def inline(value: object) -> str:
    """A value in one line of TOML, whose basic strings are escaped as those of JSON."""
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
        (b"a = 1\n" + b"#" * MAX_BYTES, "larger than"),
        (b"\xff", "not TOML: it is not UTF-8"),
        (b"a = 2024-02-31", "not TOML: "),
        (b"a = 'x", "not TOML: "),
        (b"\x00", "not TOML: "),
    ],
)
def test_what_cannot_be_read_is_a_problem(data: bytes, message: str) -> None:
    source = parse_toml(data, "x.toml")
    assert source.root is None
    [problem] = source.problems
    assert problem.message.startswith(message)
    assert (problem.file, problem.line) == ("x.toml", 1)
