"""Unified diff of a file for `git apply` and `patch`, without text that may be a secret or that controls a log."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, TypeAlias

from rollout_lint.fix.patch.text import SourceText
from rollout_lint.printable import printable
from rollout_lint.report.common.masking import find_secret_spans

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rollout_lint.report.common.style import Style

_CONTEXT = 3
_NO_NEWLINE = "\\ No newline at end of file\n"
_COLOURS = {"-": "red", "+": "green"}

_Line: TypeAlias = "tuple[str, int, int]"
"""Mark of a diff line, and the numbers of lines before it in the old and the new file."""


@dataclass(frozen=True, slots=True)
class Diff:
    """Diff of a file.

    `is_whole` is False if text in a changed line is masked or escaped, so the patch cannot be applied.
    `lacks_context` is True if context lines with such text are missing, so `git apply` needs `--unidiff-zero`.
    The patch cannot be applied to a file with another `encoding` than UTF-8.
    """

    text: str
    is_whole: bool
    lacks_context: bool
    encoding: str


def create_diff(name: str, before: bytes | None, after: bytes, style: Style) -> Diff:
    """Return the diff of a file. `name` is its path as git writes it, and a new file has no `before`.

    Lines with possible secrets or unprintable text are left out of the context. In changed lines, possible secrets are
    masked, and unprintable text is escaped.
    """
    old, new = _Lines(SourceText.decode(before or b"")), _Lines(SourceText.decode(after))
    lines = [
        style(f"--- {'/dev/null' if before is None else _format_path('a', name)}\n", "bold"),
        style(f"+++ {_format_path('b', name)}\n", "bold"),
    ]
    is_whole = True
    hunks = [*_find_hunks(old, new)]
    for hunk in hunks:
        lines.append(style(_format_header(hunk), "cyan"))
        for mark, before_it, after_it in hunk:
            side, number = (new, after_it) if mark == "+" else (old, before_it)
            line = mark + side.format_line(number)
            lines.append(style(line, _COLOURS[mark]) if mark in _COLOURS else line)
            is_whole = is_whole and number not in side.changed
    lacks_context = any(_ends_early(hunk, old) for hunk in hunks)
    return Diff("".join(lines), is_whole, lacks_context, old.encoding)


class _Lines:
    def __init__(self, text: SourceText) -> None:
        self.encoding = text.encoding
        self._mark = "\ufeff" * text.has_bom
        self.lines = _split(text.characters)
        self._secrets = find_secret_spans(text)
        unprintable = {number for number, line in enumerate(self.lines) if _escape_line(line) != line}
        self.changed = unprintable | self._secrets.keys()
        """Numbers of the lines that the diff cannot print as they are."""

    def format_line(self, number: int) -> str:
        """Return a line with its line end, masked secrets and escaped text."""
        line = self.lines[number]
        for start, end in reversed(self._secrets.get(number, [])):
            line = f"{line[:start]}…{line[end:]}"
        line = _escape_line(line)
        ending = "" if line.endswith("\n") else f"\n{_NO_NEWLINE}"
        return ("" if number else self._mark) + line + ending


def _escape_line(line: str) -> str:
    """Return a line with its line end, which is printable except for tabs."""
    body = line.removesuffix("\n").removesuffix("\r")
    return "\t".join(map(printable, body.split("\t"))) + line[len(body) :]


def _split(characters: str) -> list[str]:
    """Return the lines of a text, split only at newlines, as git does."""
    lines = [f"{line}\n" for line in characters.split("\n")]
    lines[-1] = lines[-1][:-1]
    return lines if lines[-1] else lines[:-1]


def _format_path(side: str, name: str) -> str:
    """Return a path of a diff, quoted like in git if it is not printable (`quote.c quote_c_style`)."""
    path = name if name.startswith("/") else f"{side}/{name}"
    if printable(path) == path and not set(path) & {'"', "\\"}:
        return path
    return '"' + "".join(map(_escape, path)) + '"'


def _escape(character: str) -> str:
    if character in ('"', "\\"):
        return f"\\{character}"
    if character.isprintable() and character not in "#:":
        return character
    return "".join(f"\\{byte:03o}" for byte in character.encode(errors="surrogateescape"))


def _ends_early(hunk: list[_Line], old: _Lines) -> bool:
    """Return True if the hunk ends with a change that is not the end of the file, as git's `apply.c` assumes."""
    mark, before, _ = hunk[-1]
    return mark != " " and before + (mark == "-") < len(old.lines)


def _format_header(hunk: list[_Line]) -> str:
    before = [old for mark, old, _ in hunk if mark != "+"]
    after = [new for mark, _, new in hunk if mark != "-"]
    _, old, new = hunk[0]
    return f"@@ -{_format_range(old, len(before))} +{_format_range(new, len(after))} @@\n"


def _format_range(start: int, count: int) -> str:
    """Return a range of lines; an empty range has the number of the line before it."""
    return f"{start + 1 if count else start},{count}"


def _find_hunks(old: _Lines, new: _Lines) -> Iterator[list[_Line]]:
    for group in SequenceMatcher(None, old.lines, new.lines, autojunk=False).get_grouped_opcodes(_CONTEXT):
        hunks: list[list[_Line]] = []
        hunk: list[_Line] = []
        for line in (line for opcode in group for line in _expand_opcode(*opcode)):
            if line[0] == " " and line[1] in old.changed:
                hunks.append(hunk)
                hunk = []
            else:
                hunk.append(line)
        hunks.append(hunk)
        yield from (_balance_context(each, old) for each in hunks if any(mark != " " for mark, _, _ in each))


def _balance_context(hunk: list[_Line], old: _Lines) -> list[_Line]:
    """Return a hunk with no more context before its changes than after them, unless the file ends there.

    With less context after the changes, `patch` looks for the hunk only at the end of the file
    (`patch.c locate_hunk`).
    """
    changed = [number for number, (mark, _, _) in enumerate(hunk) if mark != " "]
    if hunk[-1][1] + 1 >= len(old.lines):
        return hunk
    after = len(hunk) - 1 - changed[-1]
    return hunk[max(changed[0] - after, 0) :]


def _expand_opcode(tag: str, old_start: int, old_end: int, new_start: int, new_end: int) -> Iterator[_Line]:
    if tag == "equal":
        yield from ((" ", old, new_start + old - old_start) for old in range(old_start, old_end))
    else:
        yield from (("-", number, new_start) for number in range(old_start, old_end))
        yield from (("+", old_end, number) for number in range(new_start, new_end))
