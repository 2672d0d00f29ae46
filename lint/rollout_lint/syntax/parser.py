"""Parser of YAML files, with the rules of go-yaml v3.

docker/cli decodes a stack file with go-yaml v3 (`cli/compose/loader/loader.go ParseYAML`). It reads the first document
only, rejects duplicate keys, and merges `<<` one level deep. Nodes are built from the events of the C parser, which
takes a third of the time of composing. An alias is the node with its anchor, so size and depth are limited while the
tree is built.
"""

from __future__ import annotations

from copy import copy
from math import isfinite
from typing import TYPE_CHECKING, Any, NoReturn

from _ruamel_yaml import (
    AliasEvent,
    CParser,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    StreamEndEvent,
)
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.reader import ReaderError

from rollout_lint.location import Problem
from rollout_lint.pattern import compile_lazily
from rollout_lint.syntax.encoding import UTF_16
from rollout_lint.syntax.events import COLON_IN_FLOW, parse_with_colons
from rollout_lint.syntax.node import (
    MERGE,
    NON_TEXT_STARTS,
    Alias,
    Mapping,
    Node,
    Scalar,
    Sequence,
    Written,
    iter_scalars,
)
from rollout_lint.syntax.scalar import BINARY, YAML, ScalarValue, decode_binary, matches_tag
from rollout_lint.syntax.source import LateMerge, Source

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_BYTES = 8 * 1024 * 1024
MAX_DEPTH = 100
MAX_VALUES = 1_000_000
"""Limit for the values of a document, including the targets of aliases."""

UNKNOWN_ANCHOR = "unknown anchor"
"""Start of the message about an alias without an anchor."""

_ESCAPED_SLASH = compile_lazily(r"(?:[^\\]|\\[^/])*\\/")
_MAY_BE_INFINITE = frozenset(".+-")
_MARK = b"\xef\xbb\xbf"
_MARK_OF_LINE = compile_lazily(rb"(?<=[\r\n])" + _MARK)
_LETTER = "\ue000".encode()
"""Replacement of a byte order mark at the start of a later line, which the C parser would skip."""
_TWO_MARKS = tuple(mark * 2 for mark in (_MARK, *UTF_16))
_MODIFIERS = frozenset(("!reset", "!override"))
_TAGS_OF_KEYS = frozenset((YAML + "str", YAML + "merge"))


def parse(data: bytes, name: str) -> Source:
    """Parse the first YAML document of the data, and add errors to `problems`."""
    source = Source(name, data)
    if len(data) > MAX_BYTES:
        source.problems.append(Problem(name, 1, 1, f"larger than {MAX_BYTES // 1024 // 1024} MiB, not read"))
        return source
    try:
        _build(source)
    except MarkedYAMLError as error:
        source.problems.append(_syntax_problem(name, error))
    except YAMLError as error:
        source.problems.append(_unreadable_bytes(name, data, error))
    if source.root is not None and b"\\/" in data:
        _report_escaped_slashes(source, source.root)
    if data.startswith(_TWO_MARKS):
        _report_dropped_character(source)
    elif source.root is not None and (data.find(_MARK, 1) > 0 or data.startswith(UTF_16)):
        _report_byte_order_marks(source, source.root.end_line)
    if source.problems:
        source.root = None
    return source


def _build(source: Source) -> None:
    data = source.data
    if data.find(_MARK, 1) > 0 and not data.startswith(_TWO_MARKS):
        data = _MARK_OF_LINE.sub(_LETTER, data)
    try:
        _Builder(source, CParser(data).get_event).build()
    except MarkedYAMLError as error:
        if error.problem != COLON_IN_FLOW:
            raise
        source.reset()
        _Builder(source, parse_with_colons(data)).build()


def _report_escaped_slashes(source: Source, root: Node) -> None:
    """Report `\\/`, which YAML 1.2 allows and go-yaml rejects (`scannerc.go yaml_parser_scan_flow_scalar`)."""
    lines = source.lines()
    for scalar, _ in iter_scalars(root):
        if not scalar.is_plain and lines[scalar.line - 1].startswith('"', scalar.column - 1):
            written = lines[scalar.line - 1 : scalar.end_line]
            written[-1] = written[-1][: scalar.end_column - 1]
            written[0] = written[0][scalar.column - 1 :]
            if any(_ESCAPED_SLASH.match(line) for line in written):
                source.report(scalar, "Docker rejects `\\/` in double quotes: write the slash without a backslash")


def _report_dropped_character(source: Source) -> None:
    """Report a first character of a line, dropped by go-yaml after two byte order marks (`yamlprivateh.go is_bom`)."""
    for number, line in enumerate(source.lines()[1:], 2):
        if line[:1] not in ("", " ", "\ufeff"):
            message = "Docker drops this character because the file starts with two byte order marks: remove them"
            source.problems.append(Problem(source.name, number, 1, message))
            return


def _report_byte_order_marks(source: Source, last: int) -> None:
    """Report byte order marks at the start of lines, which go-yaml reads as text.

    `last` is the last line of the first document.
    """
    for number, line in enumerate(source.lines()[1:last], 2):
        if line.startswith("\ufeff"):
            message = "Docker reads this byte order mark as text: remove it"
            source.problems.append(Problem(source.name, number, 1, message))


def _syntax_problem(name: str, error: MarkedYAMLError) -> Problem:
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    message = " ".join(part for part in (error.context, error.problem) if part)
    return Problem(name, line, column, f"not YAML: {message}")


def _unreadable_bytes(name: str, data: bytes, error: YAMLError) -> Problem:
    position = getattr(error, "position", 0) or 0
    before = data[:position]
    line = before.count(b"\n") + 1
    column = position - (before.rfind(b"\n") + 1) + 1
    reason = getattr(error, "reason", None) or "cannot be read"
    return Problem(name, line, column, f"not YAML: {reason}")


class _RejectedError(Exception):
    """Rejection of a document; its problem is already added."""


class _Builder:
    """Builder of nodes from parser events, bottom up."""

    def __init__(self, source: Source, event: Callable[[], Any]) -> None:
        self._source = source
        self._event = event
        self._anchors: dict[str, Node | None] = {}
        self._merged = 0

    def build(self) -> None:
        event = self._event()
        while not isinstance(event, DocumentStartEvent):
            if isinstance(event, StreamEndEvent):
                return
            event = self._event()
        if event.version not in (None, (1, 1)):
            self._reject_version(event)
        try:
            self._source.root = self._root()
        except _RejectedError:
            return
        end = self._event()
        _LaterBuilder(self._source, self._event, end).build()
        if self._source.later or self._source.end is not None:
            from rollout_lint.syntax.trailing_tokens import find_trailing_problem

            problem = find_trailing_problem(self._source.data, end.start_mark, self._source.name)
            self._source.problems += [problem] if problem else []

    def _root(self) -> Node:
        node = self._node(self._event(), 1)
        return node.target if isinstance(node, Alias) else node

    def _reject_version(self, event: Any) -> None:
        version = ".".join(map(str, event.version))
        location = event.start_mark
        message = f"Docker rejects YAML {version}: write 1.1, or remove the %YAML line"
        self._source.problems.append(Problem(self._source.name, location.line + 1, location.column + 1, message))

    def _node(self, event: Any, depth: int) -> Written:
        kind = type(event)
        if kind is AliasEvent:
            return self._alias(event)
        if depth > MAX_DEPTH:
            self._reject(event, f"nested deeper than {MAX_DEPTH} levels")
        anchor = event.anchor
        if kind is ScalarEvent:
            node: Node = self._scalar(event)
        else:
            if anchor is not None:
                self._anchors[anchor] = None
            node = self._mapping(event, depth) if kind is MappingStartEvent else self._sequence(event, depth)
            if node.size > MAX_VALUES:
                self._reject(event, f"more than {MAX_VALUES:,} values after aliases are expanded")
        if anchor is not None:
            node.anchor = anchor
            self._anchors[anchor] = node
        if event.tag is not None:
            self._tagged(node, event.tag)
        return node

    def _scalar(self, event: Any) -> Scalar:
        scalar = Scalar(event)
        if scalar.tag is not None:
            self._decode(scalar, scalar.tag)
        text = scalar.text
        if "$" in text:
            self._source.dollars.append(scalar)
        elif text[:1] in _MAY_BE_INFINITE and not _is_finite(scalar.value):
            self._source.report(scalar, "Docker rejects an infinite number and .nan: put the text in quotes")
        return scalar

    def _tagged(self, node: Node, tag: str) -> None:
        if not isinstance(node, Scalar):
            node.tag = tag
        if tag in _MODIFIERS:
            self._source.modifiers.append(node)

    def _decode(self, scalar: Scalar, tag: str) -> None:
        """Apply a standard YAML tag to the text of a scalar; go-yaml ignores a single `!`."""
        if tag == "!":
            scalar.tag = None
            scalar.decode()
        elif tag == BINARY:
            text = decode_binary(scalar.text)
            if text is None:
                self._source.report(scalar, "invalid base64 after !!binary: Docker rejects the value")
            scalar.text = text or ""
            scalar.decode()
        elif not matches_tag(scalar.text, tag):
            self._source.report(scalar, f"invalid value for the tag !!{tag.removeprefix(YAML)}: Docker rejects it")

    def _child(self, event: Any, depth: int) -> Written:
        """Return a child of a node at this depth; most children are simple scalars."""
        if type(event) is ScalarEvent and event.anchor is None and event.tag is None and depth < MAX_DEPTH:
            return self._scalar(event)
        return self._node(event, depth + 1)

    def _alias(self, event: Any) -> Alias:
        alias = Alias(event, self._anchors.get(event.anchor) or self._unknown_anchor(event))
        self._source.aliases.append(alias)
        return alias

    def _unknown_anchor(self, event: Any) -> Node:
        if event.anchor in self._anchors:
            self._reject(event, f'anchor "{event.anchor}" contains itself')
        # Without the name, because it may be a password that begins with an asterisk.
        self._reject(event, f"{UNKNOWN_ANCHOR}: define it above this line, or put the value in quotes")

    def _sequence(self, event: Any, depth: int) -> Sequence:
        node = Sequence(event)
        if event.flow_style:
            node.flow = True
        try:
            while type(event := self._event()) is not SequenceEndEvent:
                item = self._child(event, depth)
                node.written.append(item)
                node.items.append(item if isinstance(item, Scalar) else self._grow(node, item))
        except (YAMLError, _RejectedError) as error:
            event = self._interrupted(error)
        node.size += len(node.items)
        self._end(node, event)
        return node

    def _mapping(self, event: Any, depth: int) -> Mapping:
        node = Mapping(event)
        if event.flow_style:
            node.flow = True
        entries, pairs = node.entries, node.pairs
        merges: list[tuple[Scalar, Node]] = []
        try:
            while type(event := self._event()) is not MappingEndEvent:
                key = self._key(event, depth)
                written = self._child(self._event(), depth)
                value = written if isinstance(written, Scalar) else self._grow(node, written)
                pair = key, value
                text = key.text
                if text in entries or (merges and text == MERGE):
                    first, _ = entries[text] if text in entries else merges[-1]
                    self._source.report(key, _duplicate(text, first.line))
                pairs.append(pair if value is written else (key, written))
                if text == MERGE and key.is_plain and key.tag in (None, YAML + "merge"):
                    merges.append(pair)
                    if entries:
                        self._source.late_merges[node] = LateMerge(key, value, tuple(entries))
                else:
                    entries[text] = pair
        except (YAMLError, _RejectedError) as error:
            event = self._interrupted(error)
        node.size += len(pairs)
        self._end(node, event)
        for _, value in merges:
            self._merge_in(node, value)
        return node

    def _interrupted(self, error: Exception) -> Any:
        """Return the event that ends a collection whose own end cannot be read, or reject the document."""
        raise error

    def _key(self, event: Any, depth: int) -> Scalar:
        """Return a key; docker/cli passes the file to a JSON encoder, which allows only text as a key."""
        if type(event) is ScalarEvent and event.anchor is None and event.tag is None and depth < MAX_DEPTH:
            text = Scalar(event)
            if text.value.__class__ is str:
                return text
        dollars = len(self._source.dollars)
        key = self._node(event, depth + 1)
        if isinstance(key, Alias):
            key = _copy_at(key)
        if not isinstance(key, Scalar):
            self._reject(event, "a key must be a string, not a list or a mapping")
        del self._source.dollars[dollars:]
        if key.tag is not None and key.tag not in _TAGS_OF_KEYS:
            self._source.report(key, "Docker rejects a tag before a key: remove the tag")
        elif key.is_plain and key.text[:1] in NON_TEXT_STARTS and type(key.value) is not str:
            self._source.report(key, f'invalid key "{key.text}": must be a string, put it in quotes')
        return key

    def _merge_in(self, node: Mapping, value: Node) -> None:
        """Add the keys of `<<`; own keys take precedence, then the first mapping of a list with the key."""
        for merged in value.items if isinstance(value, Sequence) else [value]:
            if not isinstance(merged, Mapping):
                self._source.report(value, "`<<` must be a mapping or a list of mappings")
                return
            self._merged += len(merged.entries)
            if self._merged > MAX_VALUES:
                self._source.report(value, f"`<<` adds more than {MAX_VALUES:,} keys to this file")
                raise _RejectedError
            for key, entry in merged.entries.items():
                node.entries.setdefault(key, entry)

    @staticmethod
    def _grow(node: Mapping | Sequence, written: Written) -> Node:
        """Add the size and depth of a child to its parent, and return the child with an alias resolved."""
        child = written.target if isinstance(written, Alias) else written
        if not isinstance(child, Scalar):
            node.size += child.size - 1
            node.depth = max(node.depth, child.depth + 1)
        return child

    def _end(self, node: Mapping | Sequence, event: Any) -> None:
        node.end_line = event.end_mark.line + 1
        node.end_column = event.end_mark.column + 1
        if node.depth > MAX_DEPTH:
            self._source.report(node, f"nested deeper than {MAX_DEPTH} levels after aliases are expanded")
            raise _RejectedError

    def _reject(self, event: Any, message: str) -> NoReturn:
        mark = event.start_mark
        self._source.problems.append(Problem(self._source.name, mark.line + 1, mark.column + 1, message))
        raise _RejectedError


class _LaterBuilder(_Builder):
    """Builder of the documents after the first one, as far as they can be read.

    Docker never reads them, so their problems are not reported, except bytes that are not text.
    """

    def __init__(self, source: Source, event: Callable[[], Any], last: Any) -> None:
        super().__init__(Source(source.name, source.data), self._next)
        self._source.aliases = source.aliases
        self._first = source
        self._parsed = event
        self._last = last
        self._error: Exception | None = None

    def build(self) -> None:
        try:
            while type(event := self._event()) is not StreamEndEvent:
                if type(event) is DocumentStartEvent:
                    self._anchors.clear()
                    self._first.later.append(self._root())
        except ReaderError:
            # Docker may read these bytes: it reads the file in parts, and ends at no document.
            raise
        except (YAMLError, _RejectedError):
            mark = self._last.end_mark
            self._first.end = mark.line, mark.column
        finally:
            # A method of this builder. The cycle would keep the tree of every file in memory.
            del self._event

    def _next(self) -> Any:
        if self._error is not None:
            raise self._error
        self._last = self._parsed()
        return self._last

    def _interrupted(self, error: Exception) -> Any:
        self._error = error
        return self._last

    def _unknown_anchor(self, event: Any) -> Node:
        """Return an empty list in place of the missing node."""
        return Sequence(event)


def _copy_at(alias: Alias) -> Node:
    """Return the target of an alias; a scalar as a copy with the location of the alias."""
    if not isinstance(alias.target, Scalar):
        return alias.target
    scalar = copy(alias.target)
    scalar.line, scalar.column = alias.line, alias.column
    scalar.end_line, scalar.end_column = alias.end_line, alias.end_column
    return scalar


def _is_finite(value: ScalarValue) -> bool:
    return not isinstance(value, float) or isfinite(value)


def _duplicate(key: str, line: int) -> str:
    return f'duplicate key "{key}", first on line {line}: Docker rejects duplicate keys'
