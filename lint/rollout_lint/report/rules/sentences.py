"""Texts of rules as sentences."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rollout_lint.report.common.notes import wrap_text

if TYPE_CHECKING:
    from collections.abc import Iterator

_ITEM = re.compile(r"(?m)^(?=(?:\d+\.|-) )")


def format_sentence(text: str) -> str:
    """Return a text of a rule with a capital letter and a full stop. A name at the start, such as a key, stays."""
    text = " ".join(text.split())
    first, _, _ = text.partition(" ")
    start = text if re.search(r"[._]", first) else f"{text[:1].upper()}{text[1:]}"
    return start if start.endswith((".", "!", "?")) else f"{start}."


def join_words(words: list[str]) -> str:
    """Return words as an enumeration: `a and b`, or `a, b, and c`."""
    return " and ".join(words) if len(words) < 3 else f"{', '.join(words[:-1])}, and {words[-1]}"


def fill_service_placeholder(text: str) -> str:
    """Return a text of a rule without the name of a service."""
    return text.replace("{service}", "the service")


def wrap_paragraphs(text: str, width: int, indent: str) -> Iterator[str]:
    """Yield the lines of a text in Markdown with paragraphs and lists, wrapped again."""
    for number, paragraph in enumerate(text.strip().split("\n\n")):
        if number:
            yield ""
        for item in filter(str.strip, _ITEM.split(paragraph)):
            is_item = _ITEM.match(item)
            hang = " " * (item.index(" ") + 1) if is_item else ""
            yield from wrap_text(" ".join(item.split()), width, indent, indent + hang)
