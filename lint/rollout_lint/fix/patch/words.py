"""Edit that changes words of a command in place, and keeps how they are written."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rollout_lint.fix.patch.text import Edit, SourceText
from rollout_lint.syntax.node import BLOCK_STYLES, Scalar, Sequence

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Sequence as AnySequence

    from rollout_lint.syntax.node import Node, Written

_WORD = re.compile(r"\S+")


def find_word_edit(text: SourceText, node: Node, items: list[str]) -> Edit | None:
    """Return one edit from the first to the last word that differs; None if one of these is not written as it is.

    Such a word has escapes, or is part of an alias. `items` are those of a list; a text has the last of them.
    """
    written: AnySequence[Written] = node.written if isinstance(node, Sequence) else [node]
    if isinstance(node, Scalar):
        items = items[-1:]
    if len(written) != len(items):
        return None
    edits = [edit for pair in zip(written, items, strict=True) for edit in _edit_words(text, *pair)]
    known = [edit for edit in edits if edit is not None]
    if not known or len(known) < len(edits):
        return None
    start, end = known[0].start, known[-1].end
    moved = [edit._replace(start=edit.start - start, end=edit.end - start) for edit in known]
    return Edit(start, end, SourceText(text.characters[start:end]).apply(moved).characters)


def _edit_words(text: SourceText, item: Written, after: str) -> Iterator[Edit | None]:
    """Yield an edit for each word of a list's item that differs, or None if that is impossible.

    YAML changes only the spaces of a text that is folded or spans several lines, never its words.
    """
    before = item.text if isinstance(item, Scalar) else None
    if before == after:
        return
    places = list(_WORD.finditer(text.characters, *_content(text, item)))
    old, new = (before or "").split(), after.split()
    if not len(places) == len(old) == len(new):
        yield None
        return
    for place, old_word, new_word in zip(places, old, new, strict=True):
        if old_word != new_word:
            yield Edit(*place.span(), new_word) if place[0] == old_word else None


def _content(text: SourceText, item: Written) -> tuple[int, int]:
    """Return the offsets of a value without its quotes, or without the first line of a block."""
    start, end = text.value_start(item), text.end(item)
    style = item.style if isinstance(item, Scalar) else ""
    if style in BLOCK_STYLES:
        return text.next_line(start), end
    return start + len(style), end - len(style)
