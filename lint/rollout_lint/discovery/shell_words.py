"""Words of shell commands, read as text. Nothing is run and no variable is replaced.

The grammar is a part of the POSIX shell's that also fits commands in Makefiles, YAML, Markdown and JSON.
"""

from __future__ import annotations

import re
from enum import Enum, auto
from typing import TYPE_CHECKING

from rollout_lint.record import Record

if TYPE_CHECKING:
    from collections.abc import Iterator

# Each alternative takes time that is linear in the text that it reads.
_TOKEN = re.compile(
    r"""
      (?P<space> (?: [^\S\n] | \\\n )+ )
    | (?P<comment> (?<! [^\s;&|()@] ) \# [^\n]* )
    | (?P<command> [$<>] \( (?P<content> [^()]* (?: \( [^()]* \) [^()]* )* ) \) )
    | (?P<variable> \$? \{\{ [^{}\n]* \}\} | \$\{ [^{}]* (?: \{ [^{}]* \} [^{}]* )* \} )
    | (?P<placeholder> < [^\s<>()&] [^<>\n]* (?<! \s ) > )
    | (?P<unclosed> \$\( | \$? \{\{ | \$\{ )
    | (?P<duplicate> \d* [<>] & (?: \d+ | - ) )
    | (?P<redirect> &>>? | \d* (?: <<< | <<-? | <> | >> | >\| | [<>] ) )
    | (?P<open_subshell> \( )
    | (?P<close_subshell> \) )
    | (?P<open_block> (?<! [^\s;&|()] ) \{ (?= \s | \Z ) )
    | (?P<close_block> (?<! [^\s;&|()] ) \} (?= [\s;&|)] | \Z ) )
    | (?P<end> [;&|\n] )
    | " (?P<double> [^"\\]* (?: \\. [^"\\]* )* ) "
    | ' (?P<single> [^']* ) '
    | (?P<backquoted> ` [^`]* ` )
    | \\ (?P<escaped> . )
    | (?P<quote> ["'`] )
    | (?P<plain> [^\s"'\\;&|()<>$\#{}`]+ | . )
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPED = re.compile(r"\\([^\n])")
_BOUNDARY = re.compile(r".*[\[\](){},:;=]", re.DOTALL)
"""Text before or after a quoted command: the name of a variable, or the punctuation of a list."""


class End(Enum):
    """Token after a command: the next command, or the start or the end of a group in parentheses or braces."""

    NEXT = auto()
    OPEN_SUBSHELL = auto()
    CLOSE_SUBSHELL = auto()
    OPEN_BLOCK = auto()
    CLOSE_BLOCK = auto()


# An unclosed quote is usually the end of a command that began on an earlier line: `ssh host "...`.
_ENDS = {
    "end": End.NEXT,
    "quote": End.NEXT,
    "open_subshell": End.OPEN_SUBSHELL,
    "close_subshell": End.CLOSE_SUBSHELL,
    "open_block": End.OPEN_BLOCK,
    "close_block": End.CLOSE_BLOCK,
}


class Text(Record):
    """Text with the number of its first line."""

    text: str
    line: int


class Word(Record):
    """Word without its quotes, its line, and the texts in its quotes, which can be commands themselves."""

    text: str
    line: int
    quoted: tuple[Text, ...]


class SimpleCommand(Record):
    """Words of a command without redirections."""

    words: list[Word]
    end: End


def split_commands(text: str, line: int) -> Iterator[SimpleCommand]:
    """Yield the commands of a text that starts at a line. The rest after an unclosed `$(`, `${` or `{{` is ignored."""
    builder = _CommandBuilder()
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or ""
        if kind == "unclosed":
            return
        if kind in _ENDS:
            yield SimpleCommand(builder.take_words(), _ENDS[kind])
        elif kind in ("space", "comment", "duplicate"):
            builder.end_word()
        elif kind == "redirect":
            builder.end_word()
            builder.skips_next = True
        else:
            builder.add(match, kind, line)
        line += match[0].count("\n")
    yield SimpleCommand(builder.take_words(), End.NEXT)


class _CommandBuilder:
    def __init__(self) -> None:
        self.skips_next = False
        """True if the next word is the file of a redirection."""
        self._words: list[Word] = []
        self._parts: list[Text] = []
        self._quoted: list[Text] = []
        self._run: list[Text] = []
        self._is_quoted = False

    def add(self, match: re.Match[str], kind: str, line: int) -> None:
        """Add a part to the current word."""
        part = Text(_ESCAPED.sub(r"\1", match[kind]) if kind == "double" else match[kind], line)
        self._parts.append(part)
        if kind == "command":
            self._quoted.append(Text(match["content"], line))
        elif kind == "backquoted":
            self._quoted.append(Text(part.text[1:-1], line))
        if kind == "plain" and _BOUNDARY.fullmatch(part.text):
            self._end_run()
        else:
            self._run.append(part)
            self._is_quoted = self._is_quoted or kind in ("double", "single")

    def _end_run(self) -> None:
        if self._is_quoted:
            self._quoted.append(Text("".join(part.text for part in self._run), self._run[0].line))
        self._run, self._is_quoted = [], False

    def end_word(self) -> None:
        """End the current word, if there is one."""
        if not self._parts:
            return
        self._end_run()
        if not self.skips_next:
            text = "".join(part.text for part in self._parts)
            self._words.append(Word(text, self._parts[0].line, tuple(self._quoted)))
        self.skips_next = False
        self._parts, self._quoted = [], []

    def take_words(self) -> list[Word]:
        """Return the words of the current command, and start the next command."""
        self.end_word()
        self.skips_next = False
        words, self._words = self._words, []
        return words
