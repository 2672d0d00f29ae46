"""YAML as go-yaml v3 reads it, with locations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from rollout_lint.syntax.node import Alias, Mapping, Scalar, Sequence, iter_scalars, to_value
from rollout_lint.syntax.parser import MAX_BYTES, parse
from rollout_lint.syntax.scalar import Date

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion


def parse_value(text: str) -> object:
    source = parse(text.encode(), "f.yml")
    assert source.root is not None, source.problems
    return to_value(source.root)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("yes", "yes"),
        ("on", "on"),
        ("true", True),
        ("TRUE", True),
        ("tRue", "tRue"),
        ("~", None),
        ("null", None),
        ("", None),
        ("0440", 288),
        ("0o440", 288),
        ("0x1F", 31),
        ("-0b11", -3),
        ("1_000", 1000),
        ("08", 8.0),
        ("22:22", "22:22"),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("-", None),
        ("+", "+"),
        (".", "."),
        ("3.8", 3.8),
        ("3.8.1", "3.8.1"),
        ("'3'", "3"),
        ("!!str 3", "3"),
        ('!!int "3"', 3),
        ("1e400", "1e400"),
        ("-" + "9" * 400, "-" + "9" * 400),
        ("! 3", 3),
        ("! '3'", "3"),
        ("!!merge 3", "3"),
        ("!!float 3", 3),
        ("!!binary aGk=", "hi"),
        ("!!binary /w==", "\N{REPLACEMENT CHARACTER}"),
        ("!!timestamp '2026-06-10'", "2026-06-10"),
        ("!reset null", "null"),
        ("!override 5", "5"),
        ("2026-06-10", "2026-06-10"),
    ],
)
def test_scalars_have_the_values_of_go_yaml(written: str, value: object) -> None:
    if written == "-":
        assert parse_value("a: [ -1 ]") == {"a": [-1]}
    else:
        assert parse_value(f"a: {written}") == {"a": value}


@pytest.mark.parametrize("written", [".inf", "-.INF", "+.inf", ".nan", "!!float .inf"])
def test_infinite_number_and_nan_are_rejected(written: str) -> None:
    source = parse(f"x-a:\n  b: {written}\n".encode(), "f.yml")
    assert [problem.line for problem in source.problems] == [2]


@pytest.mark.parametrize(
    ("written", "is_date"),
    [
        ("2026-06-10", True),
        ("2026-6-1", True),
        ("2026-02-30", False),
        ("2026-06-10T10:00:00Z", True),
        ("2026-06-10t1:2:3.5+02:00", True),
        ("2026-06-10T10:00:00", False),
        ("2026-06-10 10:00:00", True),
        ("2026-06-10 10:00:00Z", False),
        ("'2026-06-10'", False),
    ],
)
def test_dates_are_recognized_as_in_go_yaml(written: str, is_date: bool) -> None:
    value = parse_value(f"[{written}]")
    assert isinstance(value, list)
    assert isinstance(value[0], Date) is is_date


def test_locations_count_from_one() -> None:
    source = parse(b"services:\n  app:\n    image: 'x'  # y\n", "f.yml")
    image = next(scalar for scalar, is_key in iter_scalars(source.root) if not is_key)  # type: ignore[arg-type]
    assert (image.line, image.column, image.end_line, image.end_column) == (3, 12, 3, 15)


def test_merge_key_gives_own_and_earlier_keys_precedence() -> None:
    text = """
one: &one {a: 1, b: 1}
two: &two {a: 2, b: 2, c: 2}
both:
  a: 0
  <<: [*one, *two]
nested: &nested {<<: *one, d: 4}
again: {<<: *nested}
"""
    document = parse_value(text)
    assert isinstance(document, dict)
    assert document["both"] == {"a": 0, "b": 1, "c": 2}
    assert document["again"] == {"a": 1, "b": 1, "d": 4}


def test_merged_value_has_the_location_of_its_anchor() -> None:
    source = parse(b"x: &x\n  order: start-first\ny:\n  <<: *x\n", "f.yml")
    assert isinstance(source.root, Mapping)
    merged = source.root.get("y")
    assert isinstance(merged, Mapping)
    assert merged.entries["order"][1].line == 2


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        pytest.param("a: 1\nb: 2\na: 3\n", 3, 1, id="duplicate-key"),
        pytest.param("x: &x {}\nb:\n  <<: *x\n  <<: *x\n", 4, 3, id="duplicate-merge"),
        pytest.param("a: &a [*a]\n", 1, 8, id="alias-in-itself"),
        pytest.param("a: *nowhere\n", 1, 4, id="unknown-alias"),
        pytest.param("a: {<<: 3}\n", 1, 9, id="merge-of-number"),
        pytest.param("a: {<<: [3]}\n", 1, 9, id="merge-of-list"),
        pytest.param("? [a]\n: b\n", 1, 3, id="list-as-key"),
        pytest.param("%YAML 1.2\n---\na: b\n", 1, 1, id="yaml-1.2"),
        pytest.param("a: b\n---\n@\n", 3, 1, id="bad-second-document"),
        pytest.param("# c\n---\na: b\n...\n---\n'x\n", 7, 1, id="bad-third-document"),
        pytest.param("a: [b:c]\n--- x: y\n", 2, 6, id="bad-inline-document"),
        pytest.param("a: b\n---\n%FOO\n", 3, 5, id="unknown-directive-after-document"),
        pytest.param("a: b\n--- &a: b\n", 2, 7, id="colon-after-anchor"),
        pytest.param("a: b\n... c\n---: d\n", 3, 4, id="colon-after-dashes"),
        pytest.param("{a: b}\n- @\n", 2, 3, id="text-after-brackets"),
        pytest.param("{a: b} # }\n&a [b:c, @\n", 2, 10, id="bad-key-after-brackets"),
        pytest.param('a: b\n--- "\\/"\n', 2, 6, id="escaped-slash-after-document"),
        pytest.param('# c\x85a: "\\/"\n', 2, 4, id="escaped-slash-after-nel"),
        pytest.param("1: b\n", 1, 1, id="number-as-key"),
        pytest.param("! 1: b\n", 1, 1, id="tagged-number-as-key"),
        pytest.param("!!int 1: b\n", 1, 1, id="int-key"),
        pytest.param("!note a: b\n", 1, 1, id="note-key"),
        pytest.param("a: !!int 1.5\n", 1, 4, id="int-fraction"),
        pytest.param("a: !!int x\n", 1, 4, id="int-text"),
        pytest.param("a: !!int 18446744073709551616\n", 1, 4, id="int-too-large"),
        pytest.param("a: !!float 18446744073709551615\n", 1, 4, id="float-too-large"),
        pytest.param("a: !!bool 1\n", 1, 4, id="bool-number"),
        pytest.param("a: !!null '1'\n", 1, 4, id="null-quoted"),
        pytest.param("a: !!timestamp 10:00\n", 1, 4, id="timestamp-time"),
        pytest.param("a: !!timestamp\n", 1, 4, id="timestamp-empty"),
        pytest.param("a: !!binary aGk\n", 1, 4, id="base64-padding"),
        pytest.param("a: [1\nb: }\n", 2, 2, id="bracket-mismatch"),
        pytest.param("a:\n\t- b\n", 2, 1, id="tab-indent"),
        pytest.param("a: 'x\n", 2, 1, id="open-quote"),
        pytest.param("a: b: c\n", 1, 5, id="nested-colon"),
    ],
)
def test_rejected_file_has_a_message_and_location(
    text: str, line: int, column: int, snapshot: SnapshotAssertion
) -> None:
    source = parse(text.encode(), "f.yml")
    assert source.root is None
    assert source.problems[0].message == snapshot
    assert (source.problems[0].file, source.problems[0].line, source.problems[0].column) == ("f.yml", line, column)


@pytest.mark.parametrize(
    "text",
    [
        "a: b\n---\n- @\n",
        "a: b\n---\n[[@\n",
        "a: b\n---\nx: y: z\n",
        "a: b\n--- x\n---\n@\n",
        "a: [b:c]\n---\n%YAML 1.9\n--- x\n",
        "%YAML 1.1\n---\na: b\n",
        "a: b\n... # done\n",
        "a: b\n---\tscalar\n",
        "a: b\n--- |\t\n",
        "a: b\n--- &a b @\n",
        "a: b\n--- [a, @\n",
        "a: b\n--- [b:c, d:e]\n",
        "a: b\n---\n\ufeff'\n",
        "{a: b}\n\ufeff'\n",
        "{a: b}\n-\nc\n---\n",
        'a: b\n--- "\\\\/"\n',
    ],
)
def test_text_that_docker_does_not_scan_is_accepted(text: str) -> None:
    assert parse(text.encode(), "f.yml").problems == []


def test_invalid_bytes_have_a_location() -> None:
    source = parse(b"a: b\nc: \xff\n", "f.yml")
    assert [(problem.line, problem.column) for problem in source.problems] == [(2, 4)]


def test_null_byte_is_a_problem() -> None:
    assert parse(b"a: \x00b", "f.yml").problems


@pytest.mark.parametrize("text", ["a: 1\r\nb: 2\r\n", "\ufeffa: 1\nb: 2", "a: 1\t\nb:\t2\n"])
def test_line_ends_byte_order_marks_and_tabs_are_read(text: str) -> None:
    assert parse_value(text) == {"a": 1, "b": 2}


def test_utf_16_is_read() -> None:
    source = parse("a: ü\n".encode("utf-16"), "f.yml")
    assert source.root is not None
    assert to_value(source.root) == {"a": "ü"}
    assert source.lines() == ["a: ü", ""]


def test_only_the_first_document_is_read() -> None:
    source = parse(b"a: 1\n---\nb: {services: 1}\nservices: {}\n", "f.yml")
    assert to_value(source.root) == {"a": 1}  # type: ignore[arg-type]
    assert source.dropped_services == []


@pytest.mark.parametrize(
    ("later", "names"),
    [
        ("services: {}\n", []),
        ("b: {services: 1}\nservices: {x: {y: 1}, z: }\n", [("x", 4), ("z", 4)]),
        ("services:\n  x: {image: [a, {b: c}]}\n  y: *z\nb: [\n", [("x", 4), ("y", 5)]),
        ("a: 1\n---\nservices:\n  x:\n", [("x", 6)]),
        ("? [services]\n: {x: 1}\n", []),
        ("b: {services: {x: 1}}\n", []),
        ("- services: {x: 1}\n", []),
        ("[services, x]\n", []),
        ("b: [\n", []),
        ("x: services\n", []),
        ("", []),
    ],
)
def test_services_of_later_documents_are_listed(later: str, names: list[tuple[str, int]]) -> None:
    source = parse(f"a: 1\n---\n{later}".encode(), "f.yml")
    assert [(name.text, name.line) for name in source.dropped_services] == names
    assert source.problems == []


@pytest.mark.parametrize(
    ("later", "names", "end"),
    [
        ("services: {x: {}}\n", ["x"], None),
        ("services:\n  x:\n    y: @\n", ["x"], (4, 5)),
        ("services:\n  x:\n  y: [\n---\nservices: {z: }\n", ["x", "y"], (4, 6)),
        ("services: {x: }\n? [a]\n: b\n---\nservices: {z: }\n", ["x"], (3, 5)),
    ],
)
def test_later_document_is_read_up_to_an_error(later: str, names: list[str], end: tuple[int, int] | None) -> None:
    source = parse(f"a: 1\n---\n{later}".encode(), "f.yml")
    assert [name.text for name in source.dropped_services] == names
    assert source.end == end
    assert source.problems == []


def test_anchor_ends_with_its_document() -> None:
    source = parse(b"a: &a {b: c}\n---\nservices: *a\n", "f.yml")
    assert source.dropped_services == []
    assert [alias.name for alias in source.aliases] == ["a"]


def test_tree_keeps_anchors_tags_and_styles() -> None:
    source = parse(b"x: &x !note {a: 'b'}\ny:\n  <<: *x\n  c: [*x, 1]\n  d: >-\n    e\n", "f.yml")
    assert isinstance(source.root, Mapping)
    x, y = source.root.get("x"), source.root.get("y")
    assert isinstance(x, Mapping)
    assert isinstance(y, Mapping)
    assert (x.anchor, x.tag, x.flow) == ("x", "!note", True)
    assert (y.anchor, y.tag, y.flow) == (None, None, False)
    merged, items, folded = (value for _, value in y.pairs)
    assert [key.text for key, _ in y.pairs] == ["<<", "c", "d"]
    assert list(y.entries) == ["c", "d", "a"]
    assert y.get_own("a") is None
    assert y.get("a") is x.get("a")
    assert isinstance(merged, Alias)
    assert (merged.target, merged.line, merged.column, merged.end_column) == (x, 3, 7, 9)
    assert isinstance(items, Sequence)
    assert (items.flow, items.items[0]) == (True, x)
    assert source.aliases == [merged, items.written[0]]
    values = (x.get("a"), items.items[1], folded)
    assert [value.style for value in values if isinstance(value, Scalar)] == ["'", "", ">"]


def test_key_alias_has_the_location_of_the_alias() -> None:
    source = parse(b"a: &k b\n? *k\n: c\n", "f.yml")
    assert isinstance(source.root, Mapping)
    key, _ = source.root.entries["b"]
    assert (key.line, key.column, key.end_column) == (2, 3, 5)


def test_alias_bomb_is_rejected(snapshot: SnapshotAssertion) -> None:
    levels = [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    source = parse("\n".join(["a0: &a0 x", *levels]).encode(), "f.yml")
    assert source.root is None
    assert source.problems[0].message == snapshot


def test_long_chain_of_merges_is_rejected() -> None:
    chain = [f"a{n}: &a{n} {{<<: *a{n - 1}, k{n}: 1}}" for n in range(1, 5000)]
    source = parse("\n".join(["a0: &a0 {k0: 1}", *chain]).encode(), "f.yml")
    assert source.problems


def test_deep_nesting_is_rejected_also_with_aliases(snapshot: SnapshotAssertion) -> None:
    direct = parse(b"[" * 5000, "f.yml")
    chain = "\n".join(["a0: &a0 [x]", *(f"a{n}: &a{n} [*a{n - 1}]" for n in range(1, 200))])
    aliased = parse(chain.encode(), "f.yml")
    assert (direct.root, aliased.root) == (None, None)
    assert [source.problems[0].message for source in (direct, aliased)] == snapshot


def test_large_file_is_not_read(snapshot: SnapshotAssertion) -> None:
    source = parse(b" " * (MAX_BYTES + 1), "f.yml")
    assert source.root is None
    assert [problem.message for problem in source.problems] == snapshot


def test_dollars_are_collected_from_values_only() -> None:
    source = parse(b"${A}: $B\nc: [$D, e]\n", "f.yml")
    assert [scalar.text for scalar in source.dollars] == ["$B", "$D"]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("[data:/srv]", ["data:/srv"]),
        ("[80:80]", ["80:80"]),
        ("{image: b:1}", {"image": "b:1"}),
        ("{a:b}", {"a:b": None}),
        ("[a:, b::c]", ["a:", "b::c"]),
        ("['~ x:y', \"a:~\", a:'b']", ["~ x:y", "a:~", "a:'b'"]),
        ("[é:ü, b:c]", ["é:ü", "b:c"]),
        ("{a:1: c:2}", {"a:1": "c:2"}),
        (f"[{', '.join(['a:b'] * 40)}]", ["a:b"] * 40),
        ("[a:b, '~^`%=;@&*!<>']", ["a:b", "~^`%=;@&*!<>"]),
    ],
)
def test_colon_in_brackets_is_read_as_by_docker(written: str, value: object) -> None:
    assert parse_value(f"a: {written}") == {"a": value}


def test_colon_in_brackets_keeps_locations_in_any_encoding() -> None:
    for data in (b"\xef\xbb\xbfa: [b:c, d]", "\ufeffa: [b:c, d]".encode("utf-16-le")):
        root = parse(data, "f.yml").root
        assert isinstance(root, Mapping)
        items = root.get("a")
        assert isinstance(items, Sequence)
        assert [(item.text, item.column) for item in items.items if isinstance(item, Scalar)] == [("b:c", 5), ("d", 10)]


def test_error_after_a_colon_in_brackets_has_a_location() -> None:
    source = parse(b"a: [b:c]\nd: [\n", "f.yml")
    assert [problem.line for problem in source.problems] == [3]
