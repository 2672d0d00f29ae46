"""A value set below a path of keys: every way to write it, the smallest first.

Each way is a patch of the text. Whoever asks must read the result and see whether it says what it should, since a way
may reach more than the path through an anchor, or not be YAML at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rollout_lint.patch.fragment import as_yaml, in_brackets, in_lines, is_word, nested, pairs_in_brackets
from rollout_lint.patch.tree import BLOCK_STYLES, MERGE, tree_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rollout_lint.patch.fragment import Fragment
    from rollout_lint.patch.text import Text
    from rollout_lint.patch.tree import Node

_STEP = 2


def ways_to_set(text: Text, path: tuple[str, ...], value: object) -> Iterator[Text]:
    """The text with the value under the path; none where this cannot be written, as in a list or below a null."""
    root = tree_of(text)
    if root is None:
        yield _in_nothing(text, [(as_yaml(path[0]), nested(path[1:], as_yaml(value)))])
    elif root.is_mapping:
        yield from _Setter(text, as_yaml(value)).ways(root, path)


@dataclass(frozen=True, slots=True)
class _Setter:
    text: Text
    value: str

    def ways(self, node: Node, path: tuple[str, ...], outer: int | None = None) -> Iterator[Text]:
        """`outer` is the column of the mapping around this one, None where that is elsewhere."""
        key, rest = path[0], path[1:]
        own, merged = node.own(key), node.merged(key)
        if own is None:
            if merged is not None:
                yield from self._shared(merged, rest)
            below = _restated(merged, rest, self.value)
            if below is not None:
                yield from self._inserted(node, [(as_yaml(key), below)], outer)
        elif not rest:
            yield from self._replaced(own)
        elif own.target is not None:
            yield from self._shared(own.target, rest)
            yield from self._unfolded(own, rest, self._column(node), self._step(node, outer))
        elif own.is_mapping:
            yield from self.ways(own, rest, self._column(node))

    def _shared(self, node: Node, rest: tuple[str, ...]) -> Iterator[Text]:
        """Where the value stands for everybody who takes it from there."""
        if not rest:
            yield from self._replaced(node)
        elif node.is_mapping:
            yield from self.ways(node, rest)

    def _replaced(self, node: Node) -> Iterator[Text]:
        """The value's own characters, behind an anchor or before an alias's own."""
        if node.target is not None:
            yield from self._replaced(node.target)
            yield self.text.replaced(node.start, node.end, self.value)
        elif node.is_scalar and node.style not in BLOCK_STYLES:
            before = "" if self.text.characters[node.begin - 1 : node.begin].isspace() or node.raw else " "
            yield self.text.replaced(node.begin, node.end, before + self._quoted_as(node.style))

    def _quoted_as(self, style: str) -> str:
        return f"{style}{self.value}{style}" if style and is_word(self.value) else self.value

    def _inserted(self, node: Node, pairs: list[tuple[str, Fragment]], outer: int | None) -> Iterator[Text]:
        if node.flow:
            yield from self._inserted_in_brackets(node, pairs)
            return
        lines = in_lines(pairs, self._column(node), self._step(node, outer))
        yield _with_lines(self.text, node.end, lines)
        start = self.text.line_start(node.start)
        yield self.text.replaced(start, start, "".join(f"{line}{self.text.newline}" for line in lines))

    def _inserted_in_brackets(self, node: Node, pairs: list[tuple[str, Fragment]]) -> Iterator[Text]:
        written = pairs_in_brackets(pairs, quoted=bool(node.entries) and node.entries[0][0].style == '"')
        begin = node.begin + 1
        if not node.entries:
            yield self.text.replaced(begin, begin, written)
            return
        key, value = node.entries[-1]
        end = max(key.end, value.end)
        yield self.text.replaced(end, end, f", {written}")
        yield self.text.replaced(begin, begin, f"{written}, ")

    def _unfolded(self, alias: Node, rest: tuple[str, ...], column: int, step: int) -> Iterator[Text]:
        """The alias taken apart into `<<` and what is to be otherwise."""
        mapping = alias.resolved
        below = _restated(mapping.own(rest[0]) or mapping.merged(rest[0]), rest[1:], self.value)
        if not mapping.is_mapping or below is None:
            return
        pairs: list[tuple[str, Fragment]] = [(MERGE, alias.raw), (as_yaml(rest[0]), below)]
        start = alias.start - (self.text.characters[alias.start - 1 : alias.start] == " ")
        yield _with_lines(self.text.replaced(start, alias.end, ""), start, in_lines(pairs, column + step, step))
        yield self.text.replaced(alias.start, alias.end, in_brackets(pairs))

    def _column(self, node: Node) -> int:
        start = node.entries[0][0].start if node.entries else node.start
        return start - self.text.line_start(start)

    def _step(self, node: Node, outer: int | None) -> int:
        return _STEP if node.flow or outer is None else max(self._column(node) - outer, 1)


def _in_nothing(text: Text, pairs: list[tuple[str, Fragment]]) -> Text:
    """Below the comments of a file that has nothing else."""
    end = len(text.characters)
    before = "" if text.line_start(end) == end else text.newline
    return text.replaced(end, end, before + "".join(f"{line}{text.newline}" for line in in_lines(pairs, 0, _STEP)))


def _with_lines(text: Text, offset: int, lines: list[str]) -> Text:
    """With lines below the one in which the offset lies."""
    end = text.line_end(offset)
    return text.replaced(end, end, "".join(f"{text.newline}{line}" for line in lines))


def _restated(merged: Node | None, rest: tuple[str, ...], value: str) -> Fragment | None:
    """What to write under a key so that it says what it said, but for one value; None where that is too much.

    `<<` is shallow (YAML's merge type): a mapping that stands beside it hides the whole of one that it brings.
    """
    if not rest:
        return value
    if merged is None:
        return nested(rest, value)
    node, key = merged.resolved, rest[0]
    below = _restated(node.own(key) or node.merged(key), rest[1:], value) if node.is_mapping else None
    if below is None:
        return None
    if node.anchor is not None:
        return [(MERGE, f"*{node.anchor}"), (as_yaml(key), below)]
    kept = {name: each.resolved for name, each in node.effective().items()}
    if not all(each.is_scalar and each.style not in BLOCK_STYLES for name, each in kept.items() if name != key):
        return None
    return list({**{as_yaml(name): each.raw for name, each in kept.items()}, as_yaml(key): below}.items())
