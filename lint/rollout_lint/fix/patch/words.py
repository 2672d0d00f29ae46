"""Edit that changes words of a list in place, such as those of a command, and keeps how they are written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rollout_lint.fix.patch.text import Edit, SourceText
from rollout_lint.syntax.node import BLOCK_STYLES, Scalar, Sequence

if TYPE_CHECKING:
    from collections.abc import Sequence as AnySequence

    from rollout_lint.syntax.node import Node, Written


def find_word_edit(text: SourceText, node: Node, words: list[str]) -> Edit | None:
    """Return one edit from the first to the last word that differs, or None if a word is not written as it is.

    Such a word has escapes, spans several lines, or is an alias. A command that is one text has the last of the words.
    """
    items: AnySequence[Written] = node.written if isinstance(node, Sequence) else [node]
    if isinstance(node, Scalar):
        words = words[-1:]
    if len(items) != len(words):
        return None
    edits = [_replace_word(text, *pair) for pair in zip(items, words, strict=True) if _text_of(pair[0]) != pair[1]]
    known = [edit for edit in edits if edit is not None]
    if not known or len(known) < len(edits):
        return None
    start, end = known[0].start, known[-1].end
    moved = [edit._replace(start=edit.start - start, end=edit.end - start) for edit in known]
    return Edit(start, end, SourceText(text.characters[start:end]).apply(moved).characters)


def _text_of(item: Written) -> str | None:
    return item.text if isinstance(item, Scalar) else None


def _replace_word(text: SourceText, item: Written, word: str) -> Edit | None:
    if not isinstance(item, Scalar) or item.style in BLOCK_STYLES:
        return None
    quotes = len(item.style or "")
    start, end = text.value_start(item) + quotes, text.end(item) - quotes
    return Edit(start, end, word) if text.characters[start:end] == item.text else None
