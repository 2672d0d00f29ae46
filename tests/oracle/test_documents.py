"""Generated files of several documents, each accepted or rejected as by Docker."""

from __future__ import annotations

import random

import pytest

from tests.oracle.compare import disagreements
from tests.oracle.docker import require
from tests.oracle.documents import create_documents
from tests.oracle.seeds import seeds

pytestmark = pytest.mark.oracle

CASES_PER_SEED = 100


@pytest.mark.parametrize("seed", seeds(share=200))
def test_docker_reads_the_same_documents(seed: int) -> None:
    require()
    rng = random.Random(seed)
    found = {text: disagreements({"a.yml": text}) for text in (create_documents(rng) for _ in range(CASES_PER_SEED))}
    assert {text: differences for text, differences in found.items() if differences} == {}


@pytest.mark.parametrize(
    "after",
    [
        *(
            "---\tscalar\n",
            "---\t- a\n",
            "--- &a: b\n",
            "--- *a: b\n",
            "%FOO\n",
            "...\n%FOO\n",
            "--- |\t\n",
            "--- !x\t\n",
        ),
        *("---\n\ufeffa\n", "---\n\ufeff'\n", '--- "\\/"\n', "---\n- @\n", "--- &a b @\n", "--- &a [b, @\n", "- @\n"),
        *("--- a\x00\n", "--- \x07\n"),
    ],
)
@pytest.mark.parametrize("first", ["services: {a: {image: b}}\n", "{services: {a: {image: b}}}\n"])
def test_docker_reads_the_same_tokens(first: str, after: str) -> None:
    require()
    assert disagreements({"a.yml": first + after}) == []


@pytest.mark.parametrize("line_end", ["\x85", "\u2028", "\u2029"])
def test_docker_rejects_an_escaped_slash_after_any_line_end(line_end: str) -> None:
    require()
    assert disagreements({"a.yml": f'# c{line_end}x-a: "\\/"\nservices: {{a: {{image: b}}}}\n'}) == []
