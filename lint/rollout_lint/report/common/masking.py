"""The lines of a file that hold nothing which may be a secret, and the others without it."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from rollout_lint.facts.stated import FACTS
from rollout_lint.syntax.node import Mapping, Scalar, Sequence
from rollout_lint.syntax.parser import parse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rollout_lint.fix.patch.text import SourceText
    from rollout_lint.syntax.node import Written

_OF_THE_USER = frozenset(
    ("environment", "labels", "command", "entrypoint", "test", "args", "options", "driver_opts", "env_file", "user")
)
"""Keys below which a text is the user's own."""

_PUBLIC = frozenset(key for path in FACTS for key in path.split(".")) - _OF_THE_USER | {"version"}
_MAY_TELL = re.compile(
    r"#(?:.*[^\s#]\s*[=:]\s*[^\s/]|(?:.*[\s#])?-\s*\S|.*(?:pass|pwd|secret|token|credential|key\b)).*", re.IGNORECASE
)


def find_secret_spans(text: SourceText) -> dict[int, list[tuple[int, int]]]:
    """By line, counted from 0 as git counts them, the columns of what may be a secret, in their order.

    That is each value which is neither a policy nor another fact of a known kind, and a comment that assigns something,
    is an item of a list or names what is secret, such as a variable that was commented out.
    """
    lines = text.characters.split("\n")
    spans: dict[int, list[tuple[int, int]]] = defaultdict(list)
    source = parse(text.encode(), "")
    if source.problems:
        return {line: [(0, len(characters))] for line, characters in enumerate(lines)}
    for node in _private(source.root, ()) if source.root is not None else ():
        for line, start, end in _by_line(text.characters, text.value_start(node), text.end(node)):
            spans[line].append((start, end))
    for line, characters in enumerate(lines):
        # From the first mark on alone: a search from each one would take for ever on a line of nothing else.
        match = _MAY_TELL.match(characters, start) if (start := characters.find("#")) >= 0 else None
        if match is not None:
            spans[line].append(match.span())
    return {line: sorted(found) for line, found in spans.items()}


def _private(node: Written, path: tuple[str, ...]) -> Iterator[Scalar]:
    if isinstance(node, Mapping):
        for key, value in node.pairs:
            yield from _private(value, (*path, key.text))
    elif isinstance(node, Sequence):
        for item in node.written:
            yield from _private(item, path)
    elif isinstance(node, Scalar) and not (path and path[-1] in _PUBLIC and _OF_THE_USER.isdisjoint(path)):
        yield node


def _by_line(characters: str, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """A span as one for each line on which it has any character."""
    line = characters.count("\n", 0, start)
    while start < end:
        line_start = characters.rfind("\n", 0, start) + 1
        line_end = characters.find("\n", start)
        stop = end if line_end < 0 else min(end, line_end)
        if stop > start:
            yield line, start - line_start, stop - line_start
        line, start = line + 1, stop + 1
