"""Generated page of all facts."""

from __future__ import annotations

import re

from rollout_lint.facts.derived import DERIVED, RESOURCE_FACTS, STACK_FACTS, Derived
from rollout_lint.facts.stated import FACTS, StatedFact
from rollout_lint.facts.suppression import SUPPRESSION_FACTS, SuppressionFact

from tests.facts_page import FACTS_PAGE, format_facts_page, list_sources

MAX_WORDS = 25


def test_facts_page_is_current() -> None:
    assert FACTS_PAGE.read_text("utf-8") == format_facts_page(), "python -m tests.pages"


def test_facts_page_lists_each_fact_once() -> None:
    paths = re.findall(r"^\| `([\w.]+)` \|", format_facts_page(), re.MULTILINE)
    assert sorted(paths) == sorted([*FACTS, *DERIVED, *STACK_FACTS, *RESOURCE_FACTS, *SUPPRESSION_FACTS])


def test_facts_page_names_each_source_of_a_description() -> None:
    rows = dict(re.findall(r"^\| `([\w.]+)` (.*)$", format_facts_page(), re.MULTILINE))
    for path, fact in {**DERIVED, **STACK_FACTS, **RESOURCE_FACTS}.items():
        _, _, sources = rows[path].strip("| ").split(" | ")
        for file in re.findall(r"[\w/-]+\.go", fact.about):
            assert file in sources, path


def test_sources_keep_the_repository_of_the_last_one() -> None:
    about = "See swarmkit `a/b.go F, G`, `a/c.go`. Then moby `d.go`, moby `d/e.go H`."
    assert list_sources(about) == ["swarmkit `a/b.go F, G`", "swarmkit `a/c.go`", "moby `d/e.go H`"]


def test_facts_have_short_sentences() -> None:
    facts: dict[str, StatedFact | Derived | SuppressionFact]
    facts = {**FACTS, **DERIVED, **STACK_FACTS, **RESOURCE_FACTS, **SUPPRESSION_FACTS}
    sentences = [(path, text) for path, fact in facts.items() for text in re.split(r"[.;:]\s", fact.about)]
    words = {(path, text): len(re.sub(r"\([^)]*\.go[^)]*\)", "", text).split()) for path, text in sentences}
    assert [sentence for sentence, count in words.items() if count > MAX_WORDS] == []
