"""Texts of rules as sentences."""

from __future__ import annotations

import pytest
from rollout_lint.report.rules.sentences import format_sentence, join_words, wrap_paragraphs


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("use pause\n", "Use pause."),
        ("use pause. Or continue", "Use pause. Or continue."),
        ("`docker` reads it.", "`docker` reads it."),
        ("failure_action is rollback", "failure_action is rollback."),
    ],
)
def test_format_sentence(text: str, sentence: str) -> None:
    assert format_sentence(text) == sentence


@pytest.mark.parametrize(("count", "joined"), [(0, ""), (1, "a"), (2, "a and b"), (3, "a, b, and c")])
def test_join_words(count: int, joined: str) -> None:
    assert join_words(["a", "b", "c"][:count]) == joined


def test_wrap_paragraphs_keeps_items_and_paragraphs() -> None:
    text = "1. one two three\n   four\n2. five\n\nAnd\nmore."
    assert list(wrap_paragraphs(text, 12, " ")) == [
        " 1. one two",
        "    three",
        "    four",
        " 2. five",
        "",
        " And more.",
    ]
