"""Patterns that are compiled at their first use."""

from __future__ import annotations

import re

import pytest
from rollout_lint.pattern import compile_lazily


def test_lazy_pattern_matches_like_a_compiled_one() -> None:
    pattern = compile_lazily("(?P<name>a+)B", re.IGNORECASE)
    for _ in range(2):
        found = pattern.fullmatch("aAb")
        assert found is not None
        assert found["name"] == "aA"
    assert pattern.sub("-", "aabAB") == "--"
    assert compile_lazily(rb"\d").findall(b"a1b2") == [b"1", b"2"]


def test_lazy_pattern_is_compiled_at_its_first_use() -> None:
    pattern = compile_lazily("(")
    with pytest.raises(re.error):
        pattern.search("a")
