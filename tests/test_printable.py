"""A value in a line: no line end, no terminal control, no command of a CI log."""

from __future__ import annotations

import re
import sys
import textwrap
from pathlib import Path

import pytest
import rollout_lint
from hypothesis import given
from hypothesis import strategies as st
from rollout_lint.printable import printable

PACKAGE = Path(rollout_lint.__file__).parent
TEXTS = st.text(st.one_of(st.sampled_from(":# \n\r\t[]a"), st.characters()), max_size=40)


def is_log_command(line: str) -> bool:
    """Return True if a CI system may run a line of a log."""
    return line.lstrip().startswith("::") or re.search(r"##\w*\[", line) is not None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\nb\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029", r"a\nb\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"),
        ("\x1b[2J\x07\x9b\x00", r"\x1b[2J\x07\x9b\x00"),
        ("\u202e\u2066\u200b\ufeff\xa0", r"\u202e\u2066\u200b\ufeff\xa0"),
        ("\udcff\U000e0001", r"\udcff\U000e0001"),
        ("::error::x", r"\x3a:error::x"),
        (" ::error::x", r" \x3a:error::x"),
        ("a ::stop-commands::x", r"a \x3a:stop-commands::x"),
        ("a ##[stop-commands]x ##vso[a]b", r"a #\x23[stop-commands]x #\x23vso[a]b"),
        ("###[a]", r"##\x23[a]"),
    ],
)
def test_printable_escapes(text: str, expected: str) -> None:
    assert printable(text) == expected


@pytest.mark.parametrize("text", ["", "a b", "fd00::1 [::]:80", "## heading # [a]", "é 日本 🚀", "C:\\n", "a:b"])
def test_printable_keeps_other_text(text: str) -> None:
    assert printable(text) == text


def test_printable_escapes_every_line_end() -> None:
    ends = {chr(code) for code in range(sys.maxunicode + 1) if len(f"a{chr(code)}b".splitlines()) > 1}
    assert len(ends) == 10
    assert not [end for end in ends if not printable(end).startswith("\\")]


@given(TEXTS)
def test_printable_is_one_harmless_line(text: str) -> None:
    escaped = printable(text)
    assert escaped.isprintable()
    assert not is_log_command(escaped)
    assert printable(escaped) == escaped


@given(TEXTS, st.integers(1, 20))
def test_wrapped_printable_text_has_no_log_command(text: str, width: int) -> None:
    lines = textwrap.wrap(printable(text), width, break_long_words=False, break_on_hyphens=False)
    assert not [line for line in lines if is_log_command(line)]


def files_with(pattern: str) -> set[str]:
    """Return the files of the package with a line that matches."""
    return {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if re.search(pattern, path.read_text("utf-8"))
    }


def test_no_other_module_escapes_or_prints() -> None:
    assert files_with(r"encode\(\"unicode_escape\"\)") == {"printable.py"}
    assert files_with(r"(?<![.\w])print\(|\becho\(|\.std(out|err)\.(buffer\.)?write|\bstream\.writelines") == {
        "cli/console.py"
    }
