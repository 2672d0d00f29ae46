"""Detection of text in a stack file that may be a secret."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from rollout_lint.facts.stated import FACTS
from rollout_lint.pattern import compile_lazily
from rollout_lint.syntax.node import Mapping, Scalar, Sequence
from rollout_lint.syntax.parser import parse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rollout_lint.fix.patch.text import SourceText
    from rollout_lint.syntax.node import Written

MASKED = "…"
"""Text instead of one that may be a secret."""

_USER_KEYS = frozenset(
    ("environment", "labels", "command", "entrypoint", "test", "args", "options", "driver_opts", "env_file", "user")
)
"""Keys of values that may contain any text of the user."""

_PUBLIC_KEYS = frozenset(key for path in FACTS for key in path.split(".")) - _USER_KEYS | {"version"}
_SUSPICIOUS_COMMENT = compile_lazily(
    r"#(?:.*[^\s#]\s*[=:]\s*[^\s/]|(?:.*[\s#])?-\s*\S|.*(?:pass|pwd|secret|token|credential|key\b)).*", re.IGNORECASE
)


_SECRET_NAME = compile_lazily(r"pass|pwd|secret|token|credential|key|salt|hash", re.IGNORECASE)
_PUBLIC_VALUE = compile_lazily(
    r"\d{1,5}(?:\.\d{1,3})?[a-z]{0,3}|true|false|yes|no|on|off|pause|continue|rollback|(?:start|stop)-first|tcp|udp|",
    re.IGNORECASE | re.ASCII,
)
"""Numbers, durations and sizes, and the words of a policy."""


def mask_variable(name: str, value: str) -> str:
    """Return the value of a variable, or `…` if it may be a secret."""
    return value if _PUBLIC_VALUE.fullmatch(value) and not _SECRET_NAME.search(name) else MASKED


def is_public_path(path: tuple[str, ...]) -> bool:
    """Return True if the value at a path of keys is never a secret: a fact that cannot contain any text of the user."""
    return bool(path) and path[-1] in _PUBLIC_KEYS and _USER_KEYS.isdisjoint(path)


def find_secret_spans(text: SourceText) -> dict[int, list[tuple[int, int]]]:
    """Return the sorted column spans of possible secrets by line. Lines count from 0 and end as in git.

    A possible secret is a value of a free-text key or of a key that no fact has, or a comment that assigns a value,
    looks like a list item or names a secret (for example a variable that was commented out).
    """
    lines = text.characters.split("\n")
    spans: dict[int, list[tuple[int, int]]] = defaultdict(list)
    source = parse(text.encode(), "")
    if source.problems:
        return {line: [(0, len(characters))] for line, characters in enumerate(lines)}
    private = (scalar for scalar, is_private in classify_scalars(source.root) if is_private) if source.root else ()
    for node in private:
        for line, start, end in _split_by_line(text.characters, text.value_start(node), text.end(node)):
            spans[line].append((start, end))
    for line, characters in enumerate(lines):
        # Match only at the first "#": a search from each "#" takes quadratic time on a long line of them.
        match = _SUSPICIOUS_COMMENT.match(characters, start) if (start := characters.find("#")) >= 0 else None
        if match is not None:
            spans[line].append(match.span())
    return {line: sorted(columns) for line, columns in spans.items()}


def classify_scalars(root: Written) -> Iterator[tuple[Scalar, bool]]:
    """Yield every scalar below the root once, with True if it is a value that may be a secret."""
    waiting: list[tuple[Written, tuple[str, ...]]] = [(root, ())]
    while waiting:
        node, path = waiting.pop()
        if isinstance(node, Mapping):
            for key, value in node.pairs:
                yield key, False
                waiting.append((value, (*path, key.text)))
        elif isinstance(node, Sequence):
            waiting.extend((item, path) for item in node.written)
        elif isinstance(node, Scalar):
            yield node, not is_public_path(path) and not _is_public_value(path, node.text)


def _is_public_value(path: tuple[str, ...], text: str) -> bool:
    """Return True for the name of the project, and for a number or word of a policy at a key with another spelling."""
    return path == ("name",) or (bool(path) and _USER_KEYS.isdisjoint(path) and mask_variable(path[-1], text) == text)


def _split_by_line(characters: str, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Yield the line and columns of each non-empty part of a span."""
    line = characters.count("\n", 0, start)
    while start < end:
        line_start = characters.rfind("\n", 0, start) + 1
        line_end = characters.find("\n", start)
        stop = end if line_end < 0 else min(end, line_end)
        if stop > start:
            yield line, start - line_start, stop - line_start
        line, start = line + 1, stop + 1
