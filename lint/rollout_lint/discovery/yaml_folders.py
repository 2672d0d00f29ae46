"""Folders in which CI files and Taskfiles run their commands."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rollout_lint.record import Record

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

UNKNOWN = "~"

_FOLDER = re.compile(r"(?P<indent>\s*(?:-\s+)*)(?:working-directory|workingDirectory|dir):\s+(?P<value>[^\s#].*)")
_COMMENT = re.compile(r"\s+#.*|\s+\Z")
_INDENT = re.compile(r"(?P<spaces>\s*)(?P<dashes>(?:-\s+)*)")
_DEFAULT = re.compile(r"\s*run:\s*")


class _Folder(Record):
    indent: int
    value: str


_NONE = _Folder(-1, "")


def folders_by_line(lines: Sequence[str]) -> dict[int, str]:
    """Return the folder for the numbers of the lines to which a `working-directory` or `dir` applies, as written.

    The folder is UNKNOWN for the other lines of a file that sets a default for several steps.
    """
    numbers = [number for number, line in enumerate(lines, 1) if line.strip()]
    filled = [lines[number - 1] for number in numbers]
    folders: dict[int, _Folder] = {}
    has_default = False
    for index, line in enumerate(filled):
        match = _FOLDER.match(line)
        if match is None:
            continue
        folder = _Folder(len(match["indent"]), _COMMENT.sub("", match["value"]))
        if index and _DEFAULT.fullmatch(filled[index - 1]):
            has_default = True
        elif folders.get(index, _NONE).indent < folder.indent:
            # The folder of a command overrides the folder of its task.
            block = _block(filled, index, folder.indent)
            folders |= {each: folder for each in block if folders.get(each, _NONE).indent < folder.indent}
    others = dict.fromkeys(numbers, UNKNOWN) if has_default else {}
    return others | {numbers[index]: folder.value for index, folder in folders.items()}


def _block(lines: Sequence[str], index: int, indent: int) -> Iterator[int]:
    """Yield the indexes of the lines in the mapping with a key at this line and indentation."""
    yield index
    for following in range(index + 1, len(lines)):
        if _spaces(lines[following]) < indent:
            break
        yield following
    if _spaces(lines[index]) < indent:
        return
    for previous in range(index - 1, -1, -1):
        spaces = _spaces(lines[previous])
        if spaces >= indent or _starts_item(lines[previous], indent):
            yield previous
        if spaces < indent:
            break


def _spaces(line: str) -> int:
    return len(line) - len(line.lstrip())


def _starts_item(line: str, indent: int) -> bool:
    match = _INDENT.match(line)
    return match is not None and bool(match["dashes"]) and len(match[0]) == indent
