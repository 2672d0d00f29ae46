"""CI settings of a recipe in `recipe_meta.py`."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rollout_lint.errors import FleetError
from rollout_lint.fleet.recipe_meta import MAX_BYTES, Setting, read_meta

if TYPE_CHECKING:
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion


def values(text: str | bytes) -> dict[str, Any]:
    settings, problems = read_meta(text.encode() if isinstance(text, str) else text, "m.py")
    assert problems == []
    return {key: setting.value for key, setting in settings.items()}


def without_python_words(message: str, text: str | bytes) -> str:
    """Return the message with Python's own text masked, because it differs by version."""
    try:
        ast.parse(text)
    except SyntaxError as error:
        return message.replace(error.msg, "PYTHON SAYS")
    except (ValueError, RecursionError, MemoryError):
        pass
    return message


def problems(text: str | bytes) -> list[tuple[int, int, str]]:
    try:
        settings, found = read_meta(text.encode() if isinstance(text, str) else text, "m.py")
    except FleetError as error:
        settings, found = {}, error.problems
    assert {problem.file for problem in found} <= {"m.py"}
    assert settings == {} or "KEEP" in str(text)
    return [(problem.line, problem.column, problem.message) for problem in found]


ALL = {
    "upgrade_tests": True,
    "runtime": "JVM",
    "note": "lighter than Rails",
    "role": "identity",
    "memory": "900M",
    "overlay": "compose.ccci.yml",
    "expect": "rolled-back",
    "results": "junit.xml",
}


def test_meta_reads_names_in_upper_case() -> None:
    text = '"""CI."""\nimport os\n' + "".join(f"{key.upper()} = {value!r}\n" for key, value in ALL.items())
    assert values(text) == ALL


@pytest.mark.parametrize("table", ["RECIPE_META", "META"])
def test_meta_reads_table_keys_in_either_case(table: str) -> None:
    assert values(f"{table} = {ALL!r}") == ALL
    assert values(f"{table}: dict = { {key.upper(): value for key, value in ALL.items()}!r}") == ALL


def test_setting_location_counts_characters() -> None:
    settings, _ = read_meta("X = 'é'; MEMORY: str = (\n  '900' 'M'\n)\n'é'; NOTE = 'ü'\n".encode(), "m.py")
    assert settings == {"memory": Setting("900M", 2, 3), "note": Setting("ü", 4, 13)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("", {}, id="empty"),
        pytest.param("\n# nothing\n", {}, id="comment"),
        pytest.param("UPGRADE_TESTS = False\nUPGRADE_TESTS = True\n", {"upgrade_tests": True}, id="last-wins"),
        pytest.param(
            "UPGRADE_TESTS = compute()\nUPGRADE_TESTS = True\n", {"upgrade_tests": True}, id="literal-after-call"
        ),
        pytest.param("if x:\n  NOTE = 'a'\nNOTE = 'b'\n", {"note": "b"}, id="literal-after-block"),
        pytest.param("def f():\n  NOTE = 'a'\nNOTE = 'b'\n", {"note": "b"}, id="literal-after-function"),
        pytest.param("NOTE = RUNTIME = 'a'", {"note": "a", "runtime": "a"}, id="two-targets"),
        pytest.param("NOTE: str\n", {}, id="annotation-only"),
        pytest.param("note = compute()\nUpgrade_Tests = 1\nOTHER = compute()\nOTHER += 1\n", {}, id="other-names"),
        pytest.param("META = {'note': 'a'}\nMETA = {'runtime': 'b'}\n", {"runtime": "b"}, id="last-table-wins"),
        pytest.param("META = {'note': 'a', 'other': compute(), 3: 4, 'Note': 5}", {"note": "a"}, id="other-keys"),
        pytest.param("NOTE = 'own'\nMETA = {'note': 'a'}", {"note": "own"}, id="name-over-table"),
        pytest.param("META = {'note': 'a'}\nprint(META.get('note'), META['note'])", {"note": "a"}, id="table-read"),
        pytest.param("NOTE = r'\\d' '\\d'", {"note": "\\d\\d"}, id="raw-string"),
        pytest.param("\ufeffNOTE = 'a'\r\nRUNTIME = 'b'\r\n", {"note": "a", "runtime": "b"}, id="bom-and-crlf"),
        pytest.param("NOTE = 'a'\rRUNTIME = 'b'\r", {"note": "a", "runtime": "b"}, id="cr"),
        pytest.param("# coding: latin-1\nNOTE = 'ü'".encode("latin-1"), {"note": "ü"}, id="latin-1"),
    ],
)
def test_meta_reads_literal(text: str | bytes, expected: dict[str, Any]) -> None:
    assert values(text) == expected


@pytest.mark.parametrize(
    ("text", "location"),
    [
        pytest.param("\nUPGRADE_TESTS = bool(1)", (2, 17), id="call"),
        pytest.param("import os\nNOTE = os.environ['NOTE']", (2, 8), id="environ"),
        pytest.param("NOTE = f'a'", (1, 8), id="f-string"),
        pytest.param("NOTE = 'a' + 'b'", (1, 8), id="sum"),
        pytest.param("NOTE = {[]: 1}", (1, 8), id="bad-key"),
        pytest.param("NOTE = [x for x in 'a']", (1, 8), id="comprehension"),
        pytest.param("MEMORY = '900M' if x else '1G'", (1, 10), id="conditional"),
        pytest.param("NOTE = 'a'\nNOTE += 'b'", (2, 1), id="augmented"),
        pytest.param("NOTE, RUNTIME = 'a', 'b'\nRUNTIME = 'KEEP'", (1, 1), id="unpacked"),
        pytest.param("NOTE = 'a'\ndel NOTE", (2, 5), id="deleted"),
        pytest.param("print(NOTE := 'a')", (1, 7), id="walrus"),
        pytest.param("from settings import NOTE", (1, 22), id="import"),
        pytest.param("import settings as NOTE", (1, 8), id="import-as"),
        pytest.param("def NOTE(): pass", (1, 1), id="function-name"),
        pytest.param("NOTE = 'a'\nif x:\n  NOTE = 'b'", (3, 3), id="if-block"),
        pytest.param("try:\n  NOTE = 'a'\nexcept E as RUNTIME:\n  pass\nRUNTIME = 'KEEP'", (2, 3), id="try-block"),
        pytest.param("for NOTE in 'ab': pass", (1, 5), id="for-target"),
        pytest.param("with a as NOTE: pass", (1, 11), id="with-target"),
        pytest.param("match x:\n  case {**NOTE}: pass", (2, 8), id="match-mapping"),
        pytest.param("match x:\n  case [*NOTE]: pass", (2, 9), id="match-sequence"),
        pytest.param("match x:\n  case NOTE: pass", (2, 8), id="match-capture"),
        pytest.param("def f():\n  NOTE = 'a'", (2, 3), id="in-function"),
        pytest.param("class A:\n  NOTE = 'a'", (2, 3), id="in-class"),
        pytest.param("NOTE = 'a'\ndef f():\n  global NOTE\n", (3, 3), id="global-statement"),
        pytest.param("META = dict(note='a')", (1, 8), id="dict-call"),
        pytest.param("META = {**base, 'note': 'a'}", (1, 11), id="unpacked-dict"),
        pytest.param("META = {key(): 'a'}", (1, 9), id="computed-key"),
        pytest.param("META = {'note': 'a'}\nMETA['note'] = 'b'", (2, 1), id="item-set"),
        pytest.param("META = {'note': 'a'}\nMETA.update(note='b')", (2, 1), id="updated"),
        pytest.param("META = {'note': 'a'}\nMETA |= {'note': 'b'}", (2, 1), id="merged"),
        pytest.param("RECIPE_META = {'note': str(1), 'runtime': 'KEEP'}", (1, 24), id="computed-value"),
    ],
)
def test_meta_reports_computed_value(text: str, location: tuple[int, int], snapshot: SnapshotAssertion) -> None:
    [(line, column, message)] = problems(text)
    assert (line, column) == location
    assert message == snapshot


def test_meta_reports_star_import(snapshot: SnapshotAssertion) -> None:
    text = "NOTE = 'a'\nfrom settings import *\nRUNTIME = 'KEEP'\n"
    [(line, column, message)] = problems(text)
    assert (line, column) == (2, 22)
    assert message == snapshot
    assert read_meta(text.encode(), "m.py")[0].keys() == {"runtime"}


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("UPGRADE_TESTS = 1", id="number-as-boolean"),
        pytest.param("UPGRADE_TESTS = 'True'", id="text-as-boolean"),
        pytest.param("RUNTIME = None", id="null-as-text"),
        pytest.param("RUNTIME = b'JVM'", id="bytes-as-text"),
        pytest.param("NOTE = 'a\\x1b[2J'", id="escape"),
        pytest.param("NOTE = '\\ud800'", id="surrogate"),
        pytest.param("ROLE = ('a',)", id="tuple-as-text"),
        pytest.param("MEMORY = 900", id="number-as-size"),
        pytest.param("MEMORY = 'much'", id="text-as-size"),
        pytest.param("OVERLAY = ''", id="empty-file-name"),
        pytest.param("RESULTS = []", id="list-as-file-name"),
        pytest.param("EXPECT = 'passed'", id="bad-result"),
        pytest.param("EXPECT = ['pass']", id="list-as-result"),
        pytest.param("META = {'expect': {}}", id="dict-as-result"),
        pytest.param("META = 'x'", id="text-as-meta"),
    ],
)
def test_meta_reports_wrong_type(text: str, snapshot: SnapshotAssertion) -> None:
    assert [message for *_, message in problems(text)] == snapshot


@pytest.mark.parametrize(
    ("text", "line"),
    [
        pytest.param("NOTE = 'a'\nNOTE = (\n", 2, id="open-bracket"),
        pytest.param("NOTE = 'a'\n  RUNTIME = 'b'\n", 2, id="unexpected-indent"),
        pytest.param("NOTE = 'a'\n\0", 2, id="null-byte"),
        pytest.param(b"NOTE = '\xff'", 1, id="not-utf-8"),
        pytest.param(b"\n# coding: klingon\n", 1, id="unknown-coding"),
        pytest.param("# coding: rot13\nNOTE = 'a'\n", 1, id="text-coding"),
        pytest.param("# coding: hex\nNOTE = 'a'\n", 1, id="bytes-coding"),
        pytest.param("A = 1\n" + "(" * 500, 2, id="many-brackets"),
        pytest.param("NOTE = " + "-" * 100_000 + "1", 1, id="many-signs"),
        pytest.param("NOTE = " + "1+" * 100_000 + "1", 1, id="many-sums"),
        pytest.param("NOTE = " + "9" * 5000, 1, id="huge-number"),
        pytest.param("<html>\n", 1, id="html"),
    ],
)
def test_meta_reports_invalid_python(text: str | bytes, line: int, snapshot: SnapshotAssertion) -> None:
    [(at, _, message)] = problems(text)
    assert at == line
    assert without_python_words(message, text) == snapshot


def test_meta_runs_no_code(tmp_path: Path) -> None:
    marker = tmp_path / "ran"
    text = f"import pathlib\nNOTE = pathlib.Path({str(marker)!r}).write_text('x')\nRUNTIME = 'JVM'\n"
    settings, found = read_meta(text.encode(), "m.py")
    assert settings.keys() == {"runtime"}
    assert [problem.line for problem in found] == [2]
    assert not marker.exists()
    exec(text, {})
    assert marker.exists()


def test_meta_rejects_huge_file(snapshot: SnapshotAssertion) -> None:
    assert [message for *_, message in problems(b"#" * (MAX_BYTES + 1))] == snapshot
    assert values(b"#" * MAX_BYTES) == {}


PIECES = st.lists(
    st.sampled_from(
        ["NOTE", "META", " = ", "{", "}", "'note'", ": ", "\n", "  ", "if ", "1", "def f():", "#", "é", "\0", "("]
    )
)


@given(st.binary() | st.text().map(str.encode) | PIECES.map(lambda pieces: "".join(pieces).encode()))
def test_meta_handles_any_bytes(data: bytes) -> None:
    try:
        settings, found = read_meta(data, "m.py")
    except FleetError as error:
        settings, found = {}, error.problems
        assert len(found) == 1
    assert settings.keys() <= ALL.keys()
    assert all(problem.line >= 1 and problem.column >= 1 and problem.message for problem in found)
