"""A command in one text, as docker/cli splits it into words (`loader.go transformShellCommand`, google/shlex)."""

from __future__ import annotations

import re

_QUOTED = r"""\\.|"(?:[^"\\]|\\.)*+"|'[^']*+'"""
_WORD = re.compile(rf"""(?:{_QUOTED}|[^ \t\r\n"'\\#])(?:{_QUOTED}|[^ \t\r\n"'\\])*+""", re.DOTALL)
_BETWEEN = re.compile(r"(?:[ \t\r\n]|#[^\n]*+)*+")


def shell_words(text: str) -> list[str] | None:
    """The words as they are written, with their quotes; None where a quote or a last backslash stays open."""
    words: list[str] = []
    position = _end_of_space(text, 0)
    while position < len(text):
        word = _WORD.match(text, position)
        if word is None:
            return None
        words.append(word[0])
        if word.end() < len(text) and text[word.end()] not in " \t\r\n":
            return None
        position = _end_of_space(text, word.end())
    return words


def _end_of_space(text: str, start: int) -> int:
    """Where the next word begins; a comment begins where a word could."""
    between = _BETWEEN.match(text, start)
    return start if between is None else between.end()
