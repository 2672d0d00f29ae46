"""A TOML file as the nodes that a YAML file has, so that one schema and one way of pointing serve both."""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from typing import Any, NamedTuple

from rollout_lint.node import Mapping, Node, Scalar, Sequence
from rollout_lint.place import Problem
from rollout_lint.source import MAX_BYTES, Source

_POSITION = re.compile(r" \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)\Z")

_BLANK = re.compile(r"[ \t]*")
_FILLING = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_KEY_PART = re.compile(r"[A-Za-z0-9_-]+|\"(?:\\.|[^\"\\])*\"|'[^']*'")
_TEXT = re.compile(
    r"\"\"\"(?:\\.|[^\\])*?\"\"\"\"{0,2}|'''.*?''''{0,2}|\"(?:\\.|[^\"\\])*\"|'[^']*'|[^,\]}#\r\n]+", re.DOTALL
)

Keys = tuple[str | int, ...]
"""The way to a value: keys, and positions in lists."""


class _Mark(NamedTuple):
    line: int
    column: int


class _Event(NamedTuple):
    """What a node is made from, as the YAML parser would tell it."""

    start_mark: _Mark
    end_mark: _Mark
    value: str = ""
    tag: str | None = None
    style: str = ""


class _Written(NamedTuple):
    """Where a key stands, and where its value does; an item of a list has no key."""

    key: _Mark
    value: _Mark


def parse_toml(data: bytes, name: str, table: tuple[str, ...] = ()) -> Source:
    """The table of a TOML file; its root is None where the file has no such table, or cannot be read.

    A value stands where it is written, a table where its name is.
    """
    source = Source(name, data)
    if len(data) > MAX_BYTES:
        source.problems.append(Problem(name, 1, 1, f"larger than {MAX_BYTES // 1024 // 1024} MiB, not read"))
        return source
    try:
        text = data.decode("utf-8-sig")
        document: Any = tomllib.loads(text)
        for key in table:
            document = document.get(key, {}) if isinstance(document, dict) else {}
        if document or not table:
            source.root = _Builder(_Scan(text).places).node(document, table)
    except UnicodeDecodeError:
        source.problems.append(Problem(name, 1, 1, "not TOML: it is not UTF-8"))
    except tomllib.TOMLDecodeError as error:
        source.problems.append(_syntax_problem(name, str(error)))
    except ValueError:
        source.problems.append(Problem(name, 1, 1, "a number in it has too many digits"))
    except RecursionError:
        source.problems.append(Problem(name, 1, 1, "nested too deep to be read"))
    return source


def _syntax_problem(name: str, message: str) -> Problem:
    found = _POSITION.search(message)
    line, column = (int(found["line"] or 1), int(found["column"] or 1)) if found else (1, 1)
    return Problem(name, line, column, f"not TOML: {_POSITION.sub('', message)}")


class _Scan:
    """Where each table, key and item of a list stands first, in text that is known to be TOML."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._lines = [0, *(match.end() for match in re.finditer("\n", text))]
        self._at = 0
        self._tables: dict[Keys, int] = {}
        self.places: dict[Keys, _Written] = {}
        self._document()

    def _document(self) -> None:
        table: Keys = ()
        while self._skip(_FILLING) < len(self._text):
            if self._text[self._at] == "[":
                table = self._header()
            else:
                self._assignment(table)

    def _header(self) -> Keys:
        """The way to the table that a header opens, with the position of each list of tables on it."""
        brackets = 2 if self._text.startswith("[[", self._at) else 1
        self._at += brackets
        self._skip(_BLANK)
        mark = self._mark()
        *outer, last = self._key()
        self._at += brackets
        keys: Keys = ()
        for part in outer:
            keys = (*keys, part)
            self._note(keys, mark, mark)
            keys = self._inside(keys)
        keys = (*keys, last)
        self._note(keys, mark, mark)
        if brackets == 2:
            self._tables[keys] = self._tables.get(keys, -1) + 1
            keys = self._inside(keys)
            self._note(keys, mark, mark)
        return keys

    def _inside(self, keys: Keys) -> Keys:
        """The last table of a list of tables, else the same."""
        return (*keys, self._tables[keys]) if keys in self._tables else keys

    def _assignment(self, table: Keys) -> None:
        mark = self._mark()
        keys = (*table, *self._key())
        self._at += 1
        self._skip(_BLANK)
        value = self._mark()
        for length in range(len(table) + 1, len(keys)):
            self._note(keys[:length], mark, mark)
        self._note(keys, mark, value)
        self._value(keys)

    def _key(self) -> Keys:
        """The parts of a dotted key; what follows it is a bracket or an equals sign."""
        parts: list[str] = []
        while True:
            self._skip(_BLANK)
            part = self._take(_KEY_PART)
            parts.append(tomllib.loads(f"key = {part}")["key"] if part[0] in "'\"" else part)
            self._skip(_BLANK)
            if self._text[self._at] != ".":
                return tuple(parts)
            self._at += 1

    def _value(self, keys: Keys) -> None:
        opened = self._text[self._at]
        if opened == "[":
            self._items(keys)
        elif opened == "{":
            self._at += 1
            while self._text[self._skip(_FILLING)] != "}":
                self._assignment(keys)
                self._skip_comma()
            self._at += 1
        else:
            self._take(_TEXT)

    def _items(self, keys: Keys) -> None:
        self._at += 1
        position = 0
        while self._text[self._skip(_FILLING)] != "]":
            mark = self._mark()
            self._note((*keys, position), mark, mark)
            self._value((*keys, position))
            self._skip_comma()
            position += 1
        self._at += 1

    def _skip_comma(self) -> None:
        if self._text[self._skip(_FILLING)] == ",":
            self._at += 1

    def _skip(self, pattern: re.Pattern[str]) -> int:
        self._take(pattern)
        return self._at

    def _take(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self._text, self._at)
        assert match is not None
        self._at = match.end()
        return match[0]

    def _mark(self) -> _Mark:
        line = bisect_right(self._lines, self._at) - 1
        return _Mark(line, self._at - self._lines[line])

    def _note(self, keys: Keys, key: _Mark, value: _Mark) -> None:
        self.places.setdefault(keys, _Written(key, value))


class _Builder:
    def __init__(self, places: dict[Keys, _Written]) -> None:
        self._places = places

    def node(self, value: Any, keys: Keys) -> Node:
        mark = self._written(keys).value
        if isinstance(value, dict):
            mapping = Mapping(_Event(mark, mark))
            for key, inner in value.items():
                place = self._written((*keys, key)).key
                mapping.entries[key] = (Scalar(_Event(place, place, key, style="'")), self.node(inner, (*keys, key)))
            return mapping
        if isinstance(value, list):
            sequence = Sequence(_Event(mark, mark))
            sequence.items += [self.node(item, (*keys, position)) for position, item in enumerate(value)]
            return sequence
        plain = isinstance(value, bool | int | float)
        return Scalar(_Event(mark, mark, str(value).lower() if plain else str(value), style="" if plain else "'"))

    def _written(self, keys: Keys) -> _Written:
        """The place of the keys; the whole file is at its start."""
        return self._places.get(keys, _Written(_Mark(0, 0), _Mark(0, 0)))
