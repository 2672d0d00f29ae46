"""A value set below a path of keys: every way to write it, the smallest first.

Each way is a patch of the text. Whoever asks must read the result and see whether it says what it should, since a way
may reach more than the path through an anchor, or not be YAML at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rollout_lint.fix.patch.fragment import as_yaml, in_brackets, in_lines, is_word, nested, pairs_in_brackets
from rollout_lint.syntax.node import BLOCK_STYLES, MERGE, Alias, Mapping, Scalar
from rollout_lint.syntax.parser import parse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rollout_lint.fix.patch.fragment import Fragment
    from rollout_lint.fix.patch.text import Text
    from rollout_lint.syntax.node import Node, Written

_STEP = 2


def ways_to_set(text: Text, path: tuple[str, ...], value: object) -> Iterator[Text]:
    """The text with the value under the path; none where this cannot be written, as in a list or below a null."""
    source = parse(text.encoded(), "")
    if isinstance(source.root, Mapping):
        yield from _Setter(text, as_yaml(value)).ways(source.root, path)
    elif source.root is None and not source.problems:
        yield _in_nothing(text, [(as_yaml(path[0]), nested(path[1:], as_yaml(value)))])


@dataclass(frozen=True, slots=True)
class _Setter:
    text: Text
    value: str

    def ways(self, node: Mapping, path: tuple[str, ...], outer: int | None = None) -> Iterator[Text]:
        """`outer` is the column of the mapping around this one, None where that is elsewhere."""
        key, rest = path[0], path[1:]
        own = node.get_own(key)
        if own is None:
            merged = node.get(key)
            if merged is not None:
                yield from self._shared(merged, rest)
            below = self._restated(merged, rest)
            if below is not None:
                yield from self._inserted(node, [(as_yaml(key), below)], outer)
        elif not rest:
            yield from self._replaced(own)
        elif isinstance(own, Alias):
            yield from self._shared(own.target, rest)
            yield from self._unfolded(own, rest, self._column(node), self._step(node, outer))
        elif isinstance(own, Mapping):
            yield from self.ways(own, rest, self._column(node))

    def _shared(self, node: Node, rest: tuple[str, ...]) -> Iterator[Text]:
        """Where the value stands for everybody who takes it from there."""
        if not rest:
            yield from self._replaced(node)
        elif isinstance(node, Mapping):
            yield from self.ways(node, rest)

    def _replaced(self, node: Written) -> Iterator[Text]:
        """The value's own characters, behind an anchor or before an alias's own."""
        begin, end = self.text.begin(node), self.text.end(node)
        if isinstance(node, Alias):
            yield from self._replaced(node.target)
            yield self.text.replaced(begin, end, self.value)
        elif isinstance(node, Scalar) and node.style not in BLOCK_STYLES:
            before = "" if self.text.characters[begin - 1 : begin].isspace() or begin < end else " "
            yield self.text.replaced(begin, end, before + self._quoted_as(node.style))

    def _quoted_as(self, style: str) -> str:
        return f"{style}{self.value}{style}" if style and is_word(self.value) else self.value

    def _inserted(self, node: Mapping, pairs: list[tuple[str, Fragment]], outer: int | None) -> Iterator[Text]:
        if node.flow:
            yield from self._inserted_in_brackets(node, pairs)
            return
        lines = in_lines(pairs, self._column(node), self._step(node, outer))
        yield _with_lines(self.text, self.text.end(node), lines)
        start = self.text.line_start(self.text.start(node))
        yield self.text.replaced(start, start, "".join(f"{line}{self.text.newline}" for line in lines))

    def _inserted_in_brackets(self, node: Mapping, pairs: list[tuple[str, Fragment]]) -> Iterator[Text]:
        written = pairs_in_brackets(pairs, quoted=bool(node.pairs) and node.pairs[0][0].style == '"')
        begin = self.text.begin(node) + 1
        if not node.pairs:
            yield self.text.replaced(begin, begin, written)
            return
        end = max(map(self.text.end, node.pairs[-1]))
        yield self.text.replaced(end, end, f", {written}")
        yield self.text.replaced(begin, begin, f"{written}, ")

    def _unfolded(self, alias: Alias, rest: tuple[str, ...], column: int, step: int) -> Iterator[Text]:
        """The alias taken apart into `<<` and what is to be otherwise."""
        mapping = alias.target
        below = self._restated(mapping.get(rest[0]), rest[1:]) if isinstance(mapping, Mapping) else None
        if below is None:
            return
        pairs: list[tuple[str, Fragment]] = [(MERGE, f"*{alias.name}"), (as_yaml(rest[0]), below)]
        begin, end = self.text.begin(alias), self.text.end(alias)
        start = begin - (self.text.characters[begin - 1 : begin] == " ")
        yield _with_lines(self.text.replaced(start, end, ""), start, in_lines(pairs, column + step, step))
        yield self.text.replaced(begin, end, in_brackets(pairs))

    def _restated(self, merged: Node | None, rest: tuple[str, ...]) -> Fragment | None:
        """What to write under a key so that it says what it said, but for one value; None where that is too much.

        `<<` is shallow (YAML's merge type): a mapping that stands beside it hides the whole of one that it brings.
        """
        if not rest:
            return self.value
        if merged is None:
            return nested(rest, self.value)
        if not isinstance(merged, Mapping):
            return None
        key = rest[0]
        below = self._restated(merged.get(key), rest[1:])
        if below is None:
            return None
        if merged.anchor is not None:
            return [(MERGE, f"*{merged.anchor}"), (as_yaml(key), below)]
        kept: dict[str, Fragment] = {}
        for name, (_, node) in merged.entries.items():
            if name != key and (not isinstance(node, Scalar) or node.style in BLOCK_STYLES):
                return None
            kept[as_yaml(name)] = self.text.raw(node)
        return list({**kept, as_yaml(key): below}.items())

    def _column(self, node: Mapping) -> int:
        start = self.text.start(node.pairs[0][0] if node.pairs else node)
        return start - self.text.line_start(start)

    def _step(self, node: Mapping, outer: int | None) -> int:
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
