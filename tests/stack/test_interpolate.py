"""docker/cli's variables; `tests/oracle` holds each of these against Docker itself."""

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
]


@pytest.mark.parametrize(("text", "environment", "result"), CASES)
def test_substitution(text: str, environment: dict[str, str], result: str) -> None:
    substitution = substitute(text, environment)
    assert (substitution.text, substitution.error) == (result, None)


@pytest.mark.parametrize("text", ["$(command)", "${A:+x}", "${A+x}", "costs 5$", "${}", "$B ${A:+x}", "${1}"])
def test_what_docker_refuses(text: str) -> None:
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
def test_what_is_wrong_is_told(text: str, error: str) -> None:
    assert substitute(text, {}).error == error


def test_variables_without_a_value_are_told() -> None:
    assert substitute("$A ${B:-x} ${C}", {"C": ""}).unset == ("A",)
    assert substitute("${A:?}", {}).required == ("A",)
    assert substitute("${A:?}", {"A": ""}).required == ("A",)
    assert substitute("${A?x}", {"A": ""}).required == ()


class Counted(str):
    """A text that counts how often it is searched for a closing brace."""

    searches = 0

    def find(self, sub: str, *bounds: Any) -> int:
        self.searches += sub == "}"
        return super().find(sub, *bounds)


@pytest.mark.parametrize("opened", ["${a:-", "${", "${a b"])
def test_braces_that_nothing_closes_are_looked_for_once(opened: str) -> None:
    text = Counted(opened * 1000)
    substitute(text, {})
    assert text.searches == 1
