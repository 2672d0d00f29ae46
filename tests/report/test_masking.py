"""Tests of the detection of possible secrets."""

from __future__ import annotations

from rollout_lint.fix.patch.text import SourceText
from rollout_lint.report.common.masking import find_secret_spans


def test_find_secret_spans_returns_free_text_values() -> None:
    text = "services:\n  a:\n    environment: {A: &a b, C: *a}\n    deploy: {replicas: 2} # pass\n"
    assert find_secret_spans(SourceText.decode(text.encode())) == {2: [(24, 25)], 3: [(26, 32)]}


def test_find_secret_spans_covers_an_invalid_file() -> None:
    assert find_secret_spans(SourceText.decode(b"a: 1\na: secret\n")) == {0: [(0, 4)], 1: [(0, 9)], 2: [(0, 0)]}
