"""Lines of scripts and documentation that can be shell commands."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rollout_lint.discovery.script_kind import ScriptKind
from rollout_lint.discovery.yaml_folders import folders_by_line
from rollout_lint.record import Record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping


class CodeLine(Record):
    """Line of code with its continuation lines. `starts_shell` is True if no `cd` of an earlier line applies."""

    number: int
    text: str
    starts_shell: bool = False


_FENCE = re.compile(r"\s*(?P<fence>`{3,}|~{3,})(?P<rest>.*)")
_QUOTE_MARKS = re.compile(r"\s*(?:>\s?)+")
_PROMPT = re.compile(r"\s*\$\s")
_COMMAND = re.compile(r"(?:sudo )?docker ")
_INDENTED = re.compile(r"(?: {4}|\t)\s*\S")
_KEY = re.compile(r"\s*(?:-\s+)*[\w.-]+:(?:\s|\Z)")
_KEY_OR_ITEM = re.compile(rf"{_KEY.pattern}|\s*-\s")
_OPTION = re.compile(r"\s*--?[A-Za-z]")


def code_lines(text: str, kind: ScriptKind) -> Iterator[CodeLine]:
    """Yield the lines of a file that can be commands."""
    if kind is ScriptKind.GROOVY:
        # A backslash within quotes is doubled.
        text = text.replace("\\\\\n", "\\\n")
    lines = text.split("\n")
    if kind is ScriptKind.MARKDOWN:
        return _join_lines(_markdown_code(lines))
    is_yaml = kind in (ScriptKind.CI, ScriptKind.TASKFILE)
    joined = _join_lines((CodeLine(number, line) for number, line in enumerate(lines, 1)), joins_options=is_yaml)
    split = _split_shells(joined, kind, text)
    return _enter_folders(split, folders_by_line(lines)) if is_yaml else split


def _join_lines(lines: Iterable[CodeLine], joins_options: bool = False) -> Iterator[CodeLine]:
    """Join lines with a backslash at the end and, in YAML, lines of a folded string that begin with an option."""
    current: list[CodeLine] = []
    has_stack = False
    for line in lines:
        if current and not line.starts_shell and line.number == current[-1].number + 1:
            if _ends_with_backslash(current[-1].text):
                current.append(line)
                has_stack = has_stack or "stack" in line.text
                continue
            if joins_options and has_stack and _OPTION.match(line.text):
                current[-1] = current[-1]._replace(text=current[-1].text + "\\")
                current.append(line)
                continue
        yield from _joined(current)
        current, has_stack = [line], "stack" in line.text
    yield from _joined(current)


def _ends_with_backslash(line: str) -> bool:
    return line.endswith("\\") and (len(line) - len(line.rstrip("\\"))) % 2 == 1


def _joined(lines: list[CodeLine]) -> Iterator[CodeLine]:
    if lines:
        yield lines[0]._replace(text="\n".join(line.text for line in lines))


def _split_shells(lines: Iterable[CodeLine], kind: ScriptKind, text: str) -> Iterator[CodeLine]:
    """Return the lines, with a mark at those that start a shell of their own."""
    match kind:
        case ScriptKind.SHELL:
            return iter(lines)
        case ScriptKind.GROOVY:
            return (line for line in lines if not line.text.lstrip().startswith(("//", "/*", "*")))
        case ScriptKind.RECIPES:
            return _split_recipes(lines, one_shell=".ONESHELL:" in text)
        case ScriptKind.CI:
            return (line._replace(starts_shell=_KEY.match(line.text) is not None) for line in lines)
        case ScriptKind.TASKFILE:
            return (line._replace(starts_shell=_KEY_OR_ITEM.match(line.text) is not None) for line in lines)
        case _:
            return (line._replace(starts_shell=True) for line in lines)


def _enter_folders(lines: Iterable[CodeLine], folders: Mapping[int, str]) -> Iterator[CodeLine]:
    """Yield the lines, with a `cd` before the first one of each shell that a key of the file starts in a folder."""
    for line in lines:
        is_entered = line.starts_shell and line.number in folders
        yield line._replace(text=f"cd {folders[line.number]} ; {line.text}") if is_entered else line


def _split_recipes(lines: Iterable[CodeLine], one_shell: bool) -> Iterator[CodeLine]:
    has_shebang = False
    for line in lines:
        is_indented = line.text[:1] in (" ", "\t")
        if line.text.lstrip().startswith("#!"):
            has_shebang = True
        elif line.text and not is_indented:
            has_shebang = False
        if line.text:
            yield line._replace(starts_shell=not (is_indented and (one_shell or has_shebang)))


def _markdown_code(lines: Iterable[str]) -> Iterator[CodeLine]:
    """Yield the lines of code blocks, the lines with a prompt, and the code within paragraphs."""
    fence = ""
    is_first = True
    paragraph: list[str] = []
    for number, marked_line in enumerate((*lines, ""), 1):
        line = _QUOTE_MARKS.sub("", marked_line, count=1) if marked_line.lstrip().startswith(">") else marked_line
        match = _FENCE.match(line)
        if match is None and not fence and line.strip() and not _is_code(line, paragraph):
            paragraph.append(line)
            is_first = True
            continue
        yield from _paragraph_code(paragraph, number - len(paragraph))
        paragraph = []
        if match is not None and not fence and "`" not in match["rest"]:
            fence, is_first = match["fence"], True
        elif match is not None and fence and match["fence"].startswith(fence) and not match["rest"].strip():
            fence, is_first = "", True
        elif line.strip():
            yield CodeLine(number, line, is_first)
            is_first = False


def _is_code(line: str, paragraph: list[str]) -> bool:
    """Return True for a line with a prompt, and for an indented line that does not continue a paragraph."""
    if _PROMPT.match(line):
        return True
    return _INDENTED.match(line) is not None and (not paragraph or paragraph[-1].startswith("#"))


def _paragraph_code(lines: list[str], number: int) -> Iterator[CodeLine]:
    """Yield the code of a paragraph, which can continue on the next line, or a paragraph that is a command."""
    if not lines:
        return
    if len(lines) == 1 and _COMMAND.match(lines[0]):
        yield CodeLine(number, lines[0], starts_shell=True)
        return
    # Every second piece is between backquotes; the last one is not closed if it has such a place.
    pieces = re.split("`+", "\n".join(lines))
    for index, piece in enumerate(pieces):
        if index % 2 and index < len(pieces) - 1:
            yield CodeLine(number, piece.replace("\n", "\\\n"), starts_shell=True)
        number += piece.count("\n")
