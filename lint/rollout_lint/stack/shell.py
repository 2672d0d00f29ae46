"""Split of a command into words, as docker/cli does it (`loader.go transformShellCommand`, google/shlex)."""

from __future__ import annotations

import re

from rollout_lint.pattern import compile_lazily

_QUOTED = r"""\\.|"(?:[^"\\]|\\.)*+"|'[^']*+'"""
_WORD = compile_lazily(rf"""(?:{_QUOTED}|[^ \t\r\n"'\\#])(?:{_QUOTED}|[^ \t\r\n"'\\])*+""", re.DOTALL)
_SPACE = compile_lazily(r"(?:[ \t\r\n]|#[^\n]*+)*+")
"""Space and comments; a comment starts where a word could start."""


def split_words(text: str) -> list[str] | None:
    """Return the words with their quotes, or None if a quote or a final backslash is open."""
    words: list[str] = []
    position = _skip_space(text, 0)
    while position < len(text):
        word = _WORD.match(text, position)
        if word is None:
            return None
        words.append(word[0])
        if word.end() < len(text) and text[word.end()] not in " \t\r\n":
            return None
        position = _skip_space(text, word.end())
    return words


def _skip_space(text: str, start: int) -> int:
    match = _SPACE.match(text, start)
    return start if match is None else match.end()
