"""Style of the documentation: sentences that can be read at once, and no archaic phrases."""

from __future__ import annotations

import re

import pytest

from tests.conftest import ROOT
from tests.packaging.prose import MAX_WORDS, archaic_phrases, long_sentences, sentences
from tests.pages import PAGES

GENERATED = {"rules/README.md"}
GLOSSARY = "docs/glossary.md"
TERMS = ("stack file", "recipe", "overlay", "variant", "finding", "risk level", "headroom", "suppression", "baseline")
PUBLISHED = {str(page.relative_to(ROOT)) for page in PAGES} | {"CHANGELOG.md", "recipes-sample/README.md"}
EVERY_PAGE = pytest.mark.parametrize("page", sorted(PUBLISHED | GENERATED))
EVERY_WRITTEN_PAGE = pytest.mark.parametrize("page", sorted(PUBLISHED))


@EVERY_PAGE
def test_page_has_no_long_sentence(page: str) -> None:
    assert long_sentences((ROOT / page).read_text("utf-8")) == []


@EVERY_PAGE
def test_page_has_no_archaic_phrase(page: str) -> None:
    assert archaic_phrases((ROOT / page).read_text("utf-8")) == []


@EVERY_PAGE
def test_page_links_to_no_timings(page: str) -> None:
    """The site does not have bench/, and its build fails because of such a link, but only in a slow test."""
    text = (ROOT / page).read_text("utf-8")
    assert "](bench/" not in text
    assert "](../bench/" not in text


@EVERY_WRITTEN_PAGE
def test_page_names_its_readers_and_what_is_next(page: str) -> None:
    text = (ROOT / page).read_text("utf-8")
    _, first, *_ = text.split("\n\n")
    assert first.startswith("For ") or page == "README.md"
    assert text.rpartition("\n## ")[2].startswith("What to do next\n")


@EVERY_WRITTEN_PAGE
def test_page_links_its_terms_to_glossary(page: str) -> None:
    text = (ROOT / page).read_text("utf-8")
    prose = " ".join(sentences(text))
    used = [term for term in TERMS if re.search(rf"\b{term}s?\b", prose, re.IGNORECASE)]
    links = {term for term in TERMS if re.search(rf"glossary\.md#[\w-]*{term.replace(' ', '-')}", text)}
    assert page == GLOSSARY or [term for term in used if term not in links] == []


@pytest.mark.parametrize("form", ["{}.", "- {}:", "| a |\n|---|\n| {} |", "# {}", "Short. {}\n", "[{}](a.md)."])
def test_long_sentence_is_found(form: str) -> None:
    longest = " ".join(["word"] * MAX_WORDS)
    assert long_sentences(form.format(longest)) == []
    assert len(long_sentences(form.format(f"{longest} `a b`"))) == 1
    assert long_sentences(form.format(f"{longest}.\nword")) == []


def test_code_is_not_prose() -> None:
    text = " ".join(["told"] * 40)
    assert long_sentences(f"```text\n{text}\n```\n\n`{text}`") == []
    assert archaic_phrases(f"```text\nis {text}\n```\n\n`is {text}`") == []


@pytest.mark.parametrize(
    "text",
    [
        "The file is told.",
        "It holds services\nagainst the rules.",
        "A finding of weight.",
        "| Nobody |\n|---|\n| reads |",
    ],
)
def test_archaic_phrase_is_found(text: str) -> None:
    assert len(archaic_phrases(text)) == 1
