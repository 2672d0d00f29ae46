"""A change of a file as a unified diff that `git apply` and `patch` take, and without what may be a secret."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, TypeAlias

from rollout_lint.fix.patch.text import SourceText
from rollout_lint.report.common.masking import find_secret_spans
from rollout_lint.report.common.style import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rollout_lint.report.common.style import Style

_CONTEXT = 3
_NO_NEWLINE = "\\ No newline at end of file\n"
_COLOURS = {"-": "red", "+": "green"}

_Line: TypeAlias = "tuple[str, int, int]"
"""A mark, as the diff has it, and how many lines are before it in the file as it was and as it will be."""


@dataclass(frozen=True, slots=True)
class Diff:
    """The text; whether it is the whole of the change, or something that may be a secret is blanked in it; and whether
    lines are left out for that around the change, without which git wants to be told that it may apply it. The text is
    the file's, which the patch cannot be applied to where that has another `encoding` than UTF-8.
    """

    text: str
    is_whole: bool
    lacks_context: bool
    encoding: str


def create_diff(name: str, before: bytes | None, after: bytes, style: Style) -> Diff:
    """The difference between a file's bytes; `name` is its path as git writes it. None is a file that does not exist.

    Lines that hold what may be a secret are no context; on a line that changes they are blanked.
    """
    old, new = _Lines(SourceText.decode(before or b"")), _Lines(SourceText.decode(after))
    lines = [
        style(f"--- {'/dev/null' if before is None else _named('a', name)}\n", "bold"),
        style(f"+++ {_named('b', name)}\n", "bold"),
    ]
    is_whole = True
    hunks = [*_hunks(old, new)]
    for hunk in hunks:
        lines.append(style(_header(hunk), "cyan"))
        for mark, before_it, after_it in hunk:
            side, number = (new, after_it) if mark == "+" else (old, before_it)
            shown = mark + side.shown(number, style.colour)
            lines.append(style(shown, _COLOURS[mark]) if mark in _COLOURS else shown)
            is_whole = is_whole and number not in side.private
    lacks_context = any(_ends_early(hunk, old) for hunk in hunks)
    return Diff("".join(lines), is_whole, lacks_context, old.encoding)


class _Lines:
    def __init__(self, text: SourceText) -> None:
        self.encoding = text.encoding
        self._mark = "\ufeff" * text.has_bom
        self.lines = _split(text.characters)
        self.private = find_secret_spans(text)

    def shown(self, number: int, on_a_terminal: bool) -> str:
        """The line with its end, and nothing in it that may be a secret; nor, on a terminal, what could steer that."""
        line = self.lines[number]
        for start, end in reversed(self.private.get(number, [])):
            line = f"{line[:start]}…{line[end:]}"
        line = line if number else self._mark + line
        body = line.removesuffix("\n")
        ending = "\n" if line != body else f"\n{_NO_NEWLINE}"
        return (printable(body.removesuffix("\r")) if on_a_terminal else body) + ending


def _split(characters: str) -> list[str]:
    """At each newline alone, as git does."""
    lines = [f"{line}\n" for line in characters.split("\n")]
    lines[-1] = lines[-1][:-1]
    return lines if lines[-1] else lines[:-1]


def _named(side: str, name: str) -> str:
    """A path; one that holds what is not printed is in quotes, as git writes it (`quote.c quote_c_style`)."""
    path = name if name.startswith("/") else f"{side}/{name}"
    if path.isprintable() and not set(path) & {'"', "\\"}:
        return path
    return '"' + "".join(map(_escaped, path)) + '"'


def _escaped(character: str) -> str:
    if character in ('"', "\\"):
        return f"\\{character}"
    if character.isprintable():
        return character
    return "".join(f"\\{byte:03o}" for byte in character.encode(errors="surrogateescape"))


def _ends_early(hunk: list[_Line], old: _Lines) -> bool:
    """Whether no line follows the change, though the file has one (git's `apply.c` takes that for the file's end)."""
    mark, before, _ = hunk[-1]
    return mark != " " and before + (mark == "-") < len(old.lines)


def _header(hunk: list[_Line]) -> str:
    before = [old for mark, old, _ in hunk if mark != "+"]
    after = [new for mark, _, new in hunk if mark != "-"]
    _, old, new = hunk[0]
    return f"@@ -{_range(old, len(before))} +{_range(new, len(after))} @@\n"


def _range(start: int, count: int) -> str:
    """Of no line at all, the one before."""
    return f"{start + 1 if count else start},{count}"


def _hunks(old: _Lines, new: _Lines) -> Iterator[list[_Line]]:
    for group in SequenceMatcher(None, old.lines, new.lines, autojunk=False).get_grouped_opcodes(_CONTEXT):
        hunk: list[_Line] = []
        for line in (line for opcode in group for line in _lines_of(*opcode)):
            if line[0] == " " and line[1] in old.private:
                yield from _worth(_even(hunk, old))
                hunk = []
            else:
                hunk.append(line)
        yield from _worth(_even(hunk, old))


def _even(hunk: list[_Line], old: _Lines) -> list[_Line]:
    """With no more lines before the change than behind it, unless the file ends there.

    Where fewer are behind it `patch` looks for the hunk at the file's end alone (`patch.c locate_hunk`).
    """
    changed = [number for number, (mark, _, _) in enumerate(hunk) if mark != " "]
    if not changed or hunk[-1][1] + 1 >= len(old.lines):
        return hunk
    behind = len(hunk) - 1 - changed[-1]
    return hunk[max(changed[0] - behind, 0) :]


def _lines_of(tag: str, old_start: int, old_end: int, new_start: int, new_end: int) -> Iterator[_Line]:
    if tag == "equal":
        yield from ((" ", old, new_start + old - old_start) for old in range(old_start, old_end))
    else:
        yield from (("-", number, new_start) for number in range(old_start, old_end))
        yield from (("+", old_end, number) for number in range(new_start, new_end))


def _worth(hunk: list[_Line]) -> Iterator[list[_Line]]:
    """A hunk that changes anything."""
    if any(mark != " " for mark, _, _ in hunk):
        yield hunk
