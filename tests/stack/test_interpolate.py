"""Interpolation of variables as in docker/cli; `tests/oracle` compares the cases with Docker."""

from __future__ import annotations

from typing import Any

import pytest
from rollout_lint.stack.interpolate import BAD_BRACES, BAD_DOLLAR, OPEN_BRACE, substitute

CASES = [
    ("plain", {}, "plain"),
    ("$A", {"A": "1"}, "1"),
    ("x${A}y", {"A": "1"}, "x1y"),
    ("${A}", {}, ""),
    ("$$A", {"A": "1"}, "$A"),
    ("$${A}", {"A": "1"}, "${A}"),
    ("${A:-d}", {}, "d"),
    ("${A:-d}", {"A": ""}, "d"),
    ("${A-d}", {"A": ""}, ""),
    ("${A-d}", {}, "d"),
    ("${A:-}", {}, ""),
    ("${A:-${B:-z}}", {}, "${B:-z}"),
    ("$TAG-alpine", {"TAG": "1"}, "1"),
    ("$TAG-alpine", {}, "alpine"),
    ("${A:?need-this}", {}, "this"),
    ("${A:?needed}", {"A": "1"}, "1"),
    ("${a}", {"a": "low"}, "low"),
    ("x${T:+y} $B", {"B": "1"}, "x{T:+y} 1"),
    ("${\u017fy:-1}$\u212ax", {"\u212ax": "2"}, "12"),
]


@pytest.mark.parametrize(("text", "environment", "result"), CASES)
def test_substitute_replaces_variables(text: str, environment: dict[str, str], result: str) -> None:
    substitution = substitute(text, environment)
    assert (substitution.text, substitution.error) == (result, None)


@pytest.mark.parametrize(
    "text", ["$(command)", "${A:+x}", "${A+x}", "costs 5$", "${}", "$B ${A:+x}", "${1}", "${\u0131:-1}", "$\u0130"]
)
def test_substitute_reports_invalid_expressions(text: str) -> None:
    assert substitute(text, {"A": "1", "B": "2"}).error is not None


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("$(command)", BAD_DOLLAR),
        ("5$ {", BAD_DOLLAR),
        ("${HOST:8080", OPEN_BRACE),
        ("} ${HOST", OPEN_BRACE),
        ("${A:+x}", BAD_BRACES),
        ("${} $(", BAD_DOLLAR),
    ],
)
def test_substitute_names_the_error(text: str, error: str) -> None:
    assert substitute(text, {}).error == error


def test_substitute_lists_variables_without_a_value() -> None:
    assert substitute("$A ${B:-x} ${C}", {"C": ""}).unset == ("A",)
    assert substitute("${A:?}", {}).required == ("A",)
    assert substitute("${A:?}", {"A": ""}).required == ("A",)
    assert substitute("${A?x}", {"A": ""}).required == ()


class CountedText(str):
    """Text that counts the searches for a closing brace."""

    searches = 0

    def find(self, sub: str, *bounds: Any) -> int:
        self.searches += sub == "}"
        return super().find(sub, *bounds)


@pytest.mark.parametrize("opened", ["${a:-", "${", "${a b"])
def test_substitute_searches_open_braces_once(opened: str) -> None:
    text = CountedText(opened * 1000)
    substitute(text, {})
    assert text.searches == 1
