"""Style of the documentation: sentences that can be read at once, and no archaic phrases."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.conftest import ROOT
from tests.packaging.prose import MAX_WORDS, archaic_phrases, long_sentences
from tests.pages import PAGES

if TYPE_CHECKING:
    from pathlib import Path

UNREVISED = ("await.md", "config.md", "fix.md", "fleet.md", "formats.md", "rules")
"""Pages that still have the old style."""

REVISED = [page for page in (*PAGES, ROOT / "rules" / "README.md") if page.name not in UNREVISED]
EVERY_REVISED_PAGE = pytest.mark.parametrize("page", REVISED, ids=lambda page: page.name)


@EVERY_REVISED_PAGE
def test_page_has_no_long_sentence(page: Path) -> None:
    assert long_sentences(page.read_text("utf-8")) == []


@EVERY_REVISED_PAGE
def test_page_has_no_archaic_phrase(page: Path) -> None:
    assert archaic_phrases(page.read_text("utf-8")) == []


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
    ["The file is told.", "It holds services\nagainst the rules.", "A finding of weight.", "| Nobody |\n|---|\n| reads |"],
)
def test_archaic_phrase_is_found(text: str) -> None:
    assert len(archaic_phrases(text)) == 1
