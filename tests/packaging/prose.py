"""Style of prose in Markdown: length of sentences, and phrases that plain English does not use."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt

if TYPE_CHECKING:
    from markdown_it.token import Token

MAX_WORDS = 30

ARCHAIC = (
    r"(is|are|be|was|were|been) told|tells? (of|that|what|where|why|how|whether)",
    r"silenc(e|es|ed|ing)|in silence|without a word|no word",
    r"held (against|to be)|holds? \w+ against",
    r"pass(es|ed)? over",
    r"(take|takes|taken|took) \w* ?for granted",
    r"(stands?|stood) (instead|in|where|for|behind|beside)",
    r"nobody|somebody|whoever|whosoever",
    r"be it|were it|save (where|that|when)|but for|as a rule|for ever",
    r"(its|the) price|wants? consent",
    r"of (high|medium|low|info) or more|of weight",
    r"counts? more|says otherwise",
    r"gravest|graver|gravity|gravely",
    r"judg(e|es|ed|ing|ement)",
    r"repair(s|ed|ing)?",
    r"write instead|what to write",
    r"(has|have) not (?!been)|has none",
    r"that (is|are) no|is no (stack|yaml|file|number|list|place|key|such|reason|date|mapping)",
    r"where (nobody|nothing|no|none|it|there|that)",
    r"for (it|they|that) (is|are|has|was|were)",
    r"old debts?|answers? for",
)
"""Phrases that the style guide replaces, as regular expressions of whole words."""

_ARCHAIC = re.compile("|".join(rf"\b(?:{phrase})\b" for phrase in ARCHAIC), re.IGNORECASE)
_END = re.compile(r"(?<=[.!?])[\"')]*\s+")


def long_sentences(markdown: str) -> list[str]:
    """Return the sentences of more than MAX_WORDS words. Code in backticks is one word."""
    return [each for each in sentences(markdown) if len(re.findall(r"\S*\w\S*", each)) > MAX_WORDS]


def archaic_phrases(markdown: str) -> list[str]:
    """Return the archaic phrases in the prose."""
    return [found[0] for each in sentences(markdown) for found in _ARCHAIC.finditer(each)]


def sentences(markdown: str) -> list[str]:
    """Return the sentences of paragraphs, list items, table cells and headings, without code blocks."""
    inlines = [token for token in MarkdownIt().enable("table").parse(markdown) if token.type == "inline"]
    return [sentence for inline in inlines for sentence in _END.split(_text(inline.children or []))]


def _text(tokens: list[Token]) -> str:
    parts = {"softbreak": " ", "hardbreak": " ", "code_inline": "`code`"}
    return "".join(parts.get(token.type, token.content) for token in tokens)
