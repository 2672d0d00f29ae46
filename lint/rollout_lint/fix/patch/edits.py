"""Edits that set a value below a path of keys, the smallest first.

The caller must parse the result and check it. An edit can also change other paths through an anchor, or break the YAML.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rollout_lint.fix.patch.fragment import dump_block, dump_flow, dump_flow_pairs, dump_scalar, is_plain_word, nest
from rollout_lint.fix.patch.text import Edit
from rollout_lint.linter.reader import parse_source
from rollout_lint.record import Record
from rollout_lint.syntax.node import BLOCK_STYLES, MERGE, Alias, Mapping, Scalar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rollout_lint.fix.patch.fragment import Fragment
    from rollout_lint.fix.patch.text import SourceText
    from rollout_lint.syntax.node import Node, Written
    from rollout_lint.syntax.source import Source

_INDENT = 2


def propose_edits(text: SourceText, path: tuple[str, ...], value: object, name: str = "") -> Iterator[SourceText]:
    """Yield edited texts of the file `name`. A path through a list or a null has no edits.

    A `value` that is a list replaces the words of a list or text that the file has, and is never inserted.
    """
    source = parse_source(text.encode(), name)
    return (text.apply([edit]) for edit in find_edits(text, source, path, value))


def find_edits(text: SourceText, source: Source, path: tuple[str, ...], value: object) -> Iterator[Edit]:
    """Yield edits of a text that is already parsed."""
    if isinstance(source.root, Mapping):
        editor = _Editor(text, None, value) if isinstance(value, list) else _Editor(text, dump_scalar(value), [])
        yield from editor.edits(source.root, path)
    elif source.root is None and not source.problems and not isinstance(value, list):
        yield _append_to_empty(text, [(dump_scalar(path[0]), nest(path[1:], dump_scalar(value)))])


class _Editor(Record):
    """Editor of a text. It has a value that is YAML, or else words that replace those of a list."""

    text: SourceText
    value: str | None
    words: list[str]

    def edits(self, node: Mapping, path: tuple[str, ...], parent_column: int | None = None) -> Iterator[Edit]:
        """Yield the edits below a mapping; a parent elsewhere in the file has no `parent_column`."""
        key, rest = path[0], path[1:]
        own = node.get_own(key)
        if own is None:
            merged = node.get(key)
            if merged is not None:
                yield from self._edit_shared(merged, rest)
            fragment = self._restate(merged, rest)
            if fragment is not None:
                yield from self._insert(node, [(dump_scalar(key), fragment)], parent_column)
        elif not rest:
            yield from self._replace_value(own)
        elif isinstance(own, Alias):
            yield from self._edit_shared(own.target, rest)
            yield from self._expand_alias(own, rest, self._column(node), self._indent(node, parent_column))
        elif isinstance(own, Mapping):
            yield from self.edits(own, rest, self._column(node))

    def _edit_shared(self, node: Node, rest: tuple[str, ...]) -> Iterator[Edit]:
        """Set the value at its anchor, for all that refer to it."""
        if not rest:
            yield from self._replace_value(node)
        elif isinstance(node, Mapping):
            yield from self.edits(node, rest)

    def _replace_value(self, node: Written) -> Iterator[Edit]:
        """Replace a value after its anchor; replace an alias at its anchor first, then the alias itself."""
        start, end = self.text.value_start(node), self.text.end(node)
        if self.value is None:
            from rollout_lint.fix.patch.words import find_word_edit

            edit = find_word_edit(self.text, node.target if isinstance(node, Alias) else node, self.words)
            yield from [] if edit is None else [edit]
        elif isinstance(node, Alias):
            yield from self._replace_value(node.target)
            yield Edit(start, end, self.value)
        elif isinstance(node, Scalar) and node.style not in BLOCK_STYLES:
            space = "" if self.text.characters[start - 1 : start].isspace() or start < end else " "
            yield Edit(start, end, f"{space}{_quote_like(node, self.value)}")

    def _insert(self, node: Mapping, pairs: list[tuple[str, Fragment]], parent_column: int | None) -> Iterator[Edit]:
        if node.flow:
            yield from self._insert_flow(node, pairs)
            return
        lines = dump_block(pairs, self._column(node), self._indent(node, parent_column))
        yield _insert_lines(self.text, self.text.end(node), lines)
        start = self.text.line_start(self.text.start(node))
        yield Edit(start, start, "".join(f"{line}{self.text.newline}" for line in lines))

    def _insert_flow(self, node: Mapping, pairs: list[tuple[str, Fragment]]) -> Iterator[Edit]:
        inserted = dump_flow_pairs(pairs, quoted=bool(node.pairs) and node.pairs[0][0].style == '"')
        start = self.text.value_start(node) + 1
        if not node.pairs:
            yield Edit(start, start, inserted)
            return
        end = max(map(self.text.end, node.pairs[-1]))
        yield Edit(end, end, f", {inserted}")
        yield Edit(start, start, f"{inserted}, ")

    def _expand_alias(self, alias: Alias, rest: tuple[str, ...], column: int, indent: int) -> Iterator[Edit]:
        """Replace an alias by a mapping with `<<` and the new value."""
        mapping = alias.target
        fragment = self._restate(mapping.get(rest[0]), rest[1:]) if isinstance(mapping, Mapping) else None
        if fragment is None:
            return
        pairs: list[tuple[str, Fragment]] = [(MERGE, f"*{alias.name}"), (dump_scalar(rest[0]), fragment)]
        start, end = self.text.value_start(alias), self.text.end(alias)
        space_start = start - (self.text.characters[start - 1 : start] == " ")
        line_end = self.text.line_end(end)
        lines = _join_lines(self.text, dump_block(pairs, column + indent, indent))
        yield Edit(space_start, line_end, f"{self.text.characters[end:line_end]}{lines}")
        yield Edit(start, end, dump_flow(pairs))

    def _restate(self, merged: Node | None, rest: tuple[str, ...]) -> Fragment | None:
        """Return a copy of a merged value with the new value in it, or None if the copy would be too large.

        `<<` is shallow (YAML's merge type): a key next to it hides the whole merged value of this key. There is no copy
        with other words, which are changed in place only.
        """
        if not rest or self.value is None:
            return self.value
        if merged is None:
            return nest(rest, self.value)
        if not isinstance(merged, Mapping):
            return None
        key = rest[0]
        fragment = self._restate(merged.get(key), rest[1:])
        if fragment is None:
            return None
        if merged.anchor is not None:
            return [(MERGE, f"*{merged.anchor}"), (dump_scalar(key), fragment)]
        copy: dict[str, Fragment] = {}
        for name, (_, node) in merged.entries.items():
            if name != key and (not isinstance(node, Scalar) or node.style in BLOCK_STYLES):
                return None
            copy[dump_scalar(name)] = self.text.raw(node)
        return list({**copy, dump_scalar(key): fragment}.items())

    def _column(self, node: Mapping) -> int:
        start = self.text.start(node.pairs[0][0] if node.pairs else node)
        return start - self.text.line_start(start)

    def _indent(self, node: Mapping, parent_column: int | None) -> int:
        return _INDENT if node.flow or parent_column is None else max(self._column(node) - parent_column, 1)


def _quote_like(node: Scalar, value: str) -> str:
    """Return a value with the quotes of a scalar, if it can have them."""
    if node.style == "'" and value.startswith('"') and not set(value) & {"'", "\\"}:
        return f"'{value[1:-1]}'"
    quote = node.style if node.style and is_plain_word(value) else ""
    return f"{quote}{value}{quote}"


def _append_to_empty(text: SourceText, pairs: list[tuple[str, Fragment]]) -> Edit:
    """Append to a file that is empty or has only comments."""
    end = len(text.characters)
    separator = "" if text.line_start(end) == end else text.newline
    lines = "".join(f"{line}{text.newline}" for line in dump_block(pairs, 0, _INDENT))
    return Edit(end, end, separator + lines)


def _insert_lines(text: SourceText, offset: int, lines: list[str]) -> Edit:
    """Insert lines below the line of an offset."""
    end = text.line_end(offset)
    return Edit(end, end, _join_lines(text, lines))


def _join_lines(text: SourceText, lines: list[str]) -> str:
    return "".join(f"{text.newline}{line}" for line in lines)
