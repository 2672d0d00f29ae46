"""A recipe's CI settings, read without running anything."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rollout_lint.fleet.recipe_meta import MAX_BYTES, Setting, read_meta

if TYPE_CHECKING:
    from pathlib import Path

UNKNOWN = "its value cannot be known without running it"


def values(text: str | bytes) -> dict[str, Any]:
    settings, problems = read_meta(text.encode() if isinstance(text, str) else text, "m.py")
    assert problems == []
    return {key: setting.value for key, setting in settings.items()}


def problems(text: str | bytes) -> list[tuple[int, int, str]]:
    settings, found = read_meta(text.encode() if isinstance(text, str) else text, "m.py")
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


def test_settings_are_names_in_upper_case() -> None:
    text = '"""CI."""\nimport os\n' + "".join(f"{key.upper()} = {value!r}\n" for key, value in ALL.items())
    assert values(text) == ALL


@pytest.mark.parametrize("table", ["RECIPE_META", "META"])
def test_settings_are_keys_of_a_table_in_either_case(table: str) -> None:
    assert values(f"{table} = {ALL!r}") == ALL
    assert values(f"{table}: dict = { {key.upper(): value for key, value in ALL.items()}!r}") == ALL


def test_a_setting_has_a_place_in_characters() -> None:
    settings, _ = read_meta("X = 'é'; MEMORY: str = (\n  '900' 'M'\n)\n'é'; NOTE = 'ü'\n".encode(), "m.py")
    assert settings == {"memory": Setting("900M", 2, 3), "note": Setting("ü", 4, 13)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", {}),
        ("\n# nothing\n", {}),
        ("UPGRADE_TESTS = False\nUPGRADE_TESTS = True\n", {"upgrade_tests": True}),
        ("UPGRADE_TESTS = compute()\nUPGRADE_TESTS = True\n", {"upgrade_tests": True}),
        ("if x:\n  NOTE = 'a'\nNOTE = 'b'\n", {"note": "b"}),
        ("def f():\n  NOTE = 'a'\nNOTE = 'b'\n", {"note": "b"}),
        ("NOTE = RUNTIME = 'a'", {"note": "a", "runtime": "a"}),
        ("NOTE: str\n", {}),
        ("note = compute()\nUpgrade_Tests = 1\nOTHER = compute()\nOTHER += 1\n", {}),
        ("META = {'note': 'a'}\nMETA = {'runtime': 'b'}\n", {"runtime": "b"}),
        ("META = {'note': 'a', 'other': compute(), 3: 4, 'Note': 5}", {"note": "a"}),
        ("NOTE = 'own'\nMETA = {'note': 'a'}", {"note": "own"}),
        ("META = {'note': 'a'}\nprint(META.get('note'), META['note'])", {"note": "a"}),
        ("NOTE = r'\\d' '\\d'", {"note": "\\d\\d"}),
        ("\ufeffNOTE = 'a'\r\nRUNTIME = 'b'\r\n", {"note": "a", "runtime": "b"}),
        ("NOTE = 'a'\rRUNTIME = 'b'\r", {"note": "a", "runtime": "b"}),
        ("# coding: latin-1\nNOTE = 'ü'".encode("latin-1"), {"note": "ü"}),
    ],
)
def test_what_is_known(text: str | bytes, expected: dict[str, Any]) -> None:
    assert values(text) == expected


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("\nUPGRADE_TESTS = bool(1)", (2, 17), "UPGRADE_TESTS is computed"),
        ("import os\nNOTE = os.environ['NOTE']", (2, 8), "NOTE is computed"),
        ("NOTE = f'a'", (1, 8), "NOTE is computed"),
        ("NOTE = 'a' + 'b'", (1, 8), "NOTE is computed"),
        ("NOTE = {[]: 1}", (1, 8), "NOTE is computed"),
        ("NOTE = [x for x in 'a']", (1, 8), "NOTE is computed"),
        ("MEMORY = '900M' if x else '1G'", (1, 10), "MEMORY is computed"),
        ("NOTE = 'a'\nNOTE += 'b'", (2, 1), "NOTE is computed"),
        ("NOTE, RUNTIME = 'a', 'b'\nRUNTIME = 'KEEP'", (1, 1), "NOTE is computed"),
        ("NOTE = 'a'\ndel NOTE", (2, 5), "NOTE is changed after it was set"),
        ("print(NOTE := 'a')", (1, 7), "NOTE is computed"),
        ("from settings import NOTE", (1, 22), "NOTE is computed"),
        ("import settings as NOTE", (1, 8), "NOTE is computed"),
        ("def NOTE(): pass", (1, 1), "NOTE is computed"),
        ("NOTE = 'a'\nif x:\n  NOTE = 'b'", (3, 3), "NOTE is set inside a block"),
        ("try:\n  NOTE = 'a'\nexcept E as RUNTIME:\n  pass\nRUNTIME = 'KEEP'", (2, 3), "NOTE is set inside a block"),
        ("for NOTE in 'ab': pass", (1, 5), "NOTE is set inside a block"),
        ("with a as NOTE: pass", (1, 11), "NOTE is set inside a block"),
        ("match x:\n  case {**NOTE}: pass", (2, 8), "NOTE is set inside a block"),
        ("match x:\n  case [*NOTE]: pass", (2, 9), "NOTE is set inside a block"),
        ("match x:\n  case NOTE: pass", (2, 8), "NOTE is set inside a block"),
        ("def f():\n  NOTE = 'a'", (2, 3), "NOTE is set inside a function or a class"),
        ("class A:\n  NOTE = 'a'", (2, 3), "NOTE is set inside a function or a class"),
        ("NOTE = 'a'\ndef f():\n  global NOTE\n", (3, 3), "NOTE is set inside a function or a class"),
        ("META = dict(note='a')", (1, 8), "META is computed"),
        ("META = {**base, 'note': 'a'}", (1, 11), "META is computed"),
        ("META = {key(): 'a'}", (1, 9), "META is computed"),
        ("META = {'note': 'a'}\nMETA['note'] = 'b'", (2, 1), "META is changed after it was set"),
        ("META = {'note': 'a'}\nMETA.update(note='b')", (2, 1), "META is changed after it was set"),
        ("META = {'note': 'a'}\nMETA |= {'note': 'b'}", (2, 1), "META is computed"),
        ("RECIPE_META = {'note': str(1), 'runtime': 'KEEP'}", (1, 24), "note is computed"),
    ],
)
def test_what_cannot_be_known_is_said_at_its_place(text: str, place: tuple[int, int], message: str) -> None:
    assert problems(text) == [(*place, f"{message}; {UNKNOWN}")]


def test_an_import_of_everything_may_have_set_anything() -> None:
    text = "NOTE = 'a'\nfrom settings import *\nRUNTIME = 'KEEP'\n"
    assert problems(text) == [(2, 22, "what an import of * sets cannot be known without running it")]
    assert read_meta(text.encode(), "m.py")[0].keys() == {"runtime"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("UPGRADE_TESTS = 1", "UPGRADE_TESTS must be True or False"),
        ("UPGRADE_TESTS = 'True'", "UPGRADE_TESTS must be True or False"),
        ("RUNTIME = None", "RUNTIME must be text such as 'JVM'"),
        ("RUNTIME = b'JVM'", "RUNTIME must be text such as 'JVM'"),
        ("NOTE = 'a\\x1b[2J'", "NOTE must be text on one line"),
        ("NOTE = '\\ud800'", "NOTE must be text on one line"),
        ("ROLE = ('a',)", "ROLE must be text on one line"),
        ("MEMORY = 900", "MEMORY must be a size such as '900M'"),
        ("MEMORY = 'much'", "MEMORY must be a size such as '900M'"),
        ("OVERLAY = ''", "OVERLAY must be the name of a file"),
        ("RESULTS = []", "RESULTS must be the name of a file"),
        ("EXPECT = 'passed'", "EXPECT must be 'pass', 'fail' or 'rolled-back'"),
        ("EXPECT = ['pass']", "EXPECT must be 'pass', 'fail' or 'rolled-back'"),
        ("META = {'expect': {}}", "expect must be 'pass', 'fail' or 'rolled-back'"),
        ("META = 'x'", f"META is computed; {UNKNOWN}"),
    ],
)
def test_a_value_of_the_wrong_kind_is_no_setting(text: str, message: str) -> None:
    assert [problem[2] for problem in problems(text)] == [message]


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("NOTE = 'a'\nNOTE = (\n", 2, "not Python"),
        ("NOTE = 'a'\n  RUNTIME = 'b'\n", 2, "not Python: unexpected indent"),
        ("NOTE = 'a'\n\0", 2, "not Python: it holds a null byte"),
        (b"NOTE = '\xff'", 1, "not Python"),
        (b"\n# coding: klingon\n", 1, "not Python: unknown encoding: klingon"),
        ("# coding: rot13\nNOTE = 'a'\n", 1, "not Python"),
        ("# coding: hex\nNOTE = 'a'\n", 1, "not Python"),
        ("A = 1\n" + "(" * 500, 2, "not Python: too many nested parentheses"),
        ("NOTE = " + "-" * 100_000 + "1", 1, "nested too deeply"),
        ("NOTE = " + "1+" * 100_000 + "1", 1, "nested too deeply"),
        ("NOTE = " + "9" * 5000, 1, "not Python"),
        ("<html>\n", 1, "not Python"),
    ],
)
def test_a_file_that_is_no_python_is_a_problem(text: str | bytes, line: int, message: str) -> None:
    [problem] = problems(text)
    assert message in problem[2]
    assert problem[0] == line


def test_nothing_of_the_file_is_run(tmp_path: Path) -> None:
    marker = tmp_path / "ran"
    text = f"import pathlib\nNOTE = pathlib.Path({str(marker)!r}).write_text('x')\nRUNTIME = 'JVM'\n"
    settings, found = read_meta(text.encode(), "m.py")
    assert settings.keys() == {"runtime"}
    assert [problem.line for problem in found] == [2]
    assert not marker.exists()
    exec(text, {})
    assert marker.exists()


def test_a_huge_file_is_not_read() -> None:
    assert "larger than 1024 KiB" in problems(b"#" * (MAX_BYTES + 1))[0][2]
    assert values(b"#" * MAX_BYTES) == {}


PIECES = st.lists(
    st.sampled_from(
        ["NOTE", "META", " = ", "{", "}", "'note'", ": ", "\n", "  ", "if ", "1", "def f():", "#", "é", "\0", "("]
    )
)


@given(st.binary() | st.text().map(str.encode) | PIECES.map(lambda pieces: "".join(pieces).encode()))
def test_no_bytes_give_anything_but_settings_or_places(data: bytes) -> None:
    settings, found = read_meta(data, "m.py")
    assert settings.keys() <= ALL.keys()
    assert all(problem.line >= 1 and problem.column >= 1 and problem.message for problem in found)
