"""A TOML file as the nodes that a YAML file has, so that one schema and one way of pointing serve both."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from typing import Any, NamedTuple

from rollout_lint.place import Problem
from rollout_lint.source import Mapping, Node, Scalar, Sequence, Source

_HEADER = re.compile(r"\s*\[(?P<item>\[?)(?P<keys>[^\]\[]+)\]")
_ASSIGNMENT = re.compile(r"\s*(?P<keys>(?:[A-Za-z0-9_.\s-]|\"[^\"]*\"|'[^']*')+?)\s*=")
_KEY = re.compile(r"\"([^\"]*)\"|'([^']*)'|([A-Za-z0-9_-]+)")
_POSITION = re.compile(r" \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)\Z")

Keys = tuple[str, ...]


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


def parse_toml(data: bytes, name: str, table: Keys = ()) -> Source:
    """The table of a TOML file; its root is None where the file has no such table, or cannot be read."""
    source = Source(name, data)
    try:
        text = data.decode()
        document: Any = tomllib.loads(text)
    except UnicodeDecodeError:
        source.problems.append(Problem(name, 1, 1, "not TOML: it is not UTF-8"))
        return source
    except tomllib.TOMLDecodeError as error:
        source.problems.append(_syntax_problem(name, str(error)))
        return source
    for key in table:
        document = document.get(key, {}) if isinstance(document, dict) else {}
    if document or not table:
        source.root = _Builder(_places(text)).node(document, table)
    return source


def _syntax_problem(name: str, message: str) -> Problem:
    found = _POSITION.search(message)
    line, column = (int(found["line"] or 1), int(found["column"] or 1)) if found else (1, 1)
    return Problem(name, line, column, f"not TOML: {_POSITION.sub('', message)}")


def _places(text: str) -> dict[Keys, _Mark]:
    """Where each table and key stands first; what is inside one line has that line's place.

    An item of an array of tables has its number behind the array's keys.
    """
    places: dict[Keys, _Mark] = {}
    counts: Counter[Keys] = Counter()
    table: Keys = ()
    for number, line in enumerate(text.splitlines()):
        if header := _HEADER.match(line):
            table = _keys(header["keys"])
            place = _Mark(number, header.start("keys"))
            places.setdefault(table, place)
            if header["item"]:
                table = (*table, str(counts[table]))
                counts[table[:-1]] += 1
                places[table] = place
        elif assignment := _ASSIGNMENT.match(line):
            start = len(line) - len(line.lstrip())
            places.setdefault(table + _keys(assignment["keys"]), _Mark(number, start))
    return places


def _keys(text: str) -> Keys:
    return tuple(next(part for part in found if part) if any(found) else "" for found in _KEY.findall(text))


class _Builder:
    def __init__(self, places: dict[Keys, _Mark]) -> None:
        self._places = places

    def node(self, value: Any, keys: Keys) -> Node:
        mark = self._mark(keys)
        if isinstance(value, dict):
            mapping = Mapping(_Event(mark, mark))
            for key, inner in value.items():
                place = self._mark((*keys, key))
                mapping.entries[key] = (Scalar(_Event(place, place, key, style="'")), self.node(inner, (*keys, key)))
            return mapping
        if isinstance(value, list):
            sequence = Sequence(_Event(mark, mark))
            sequence.items += [self.node(item, (*keys, str(number))) for number, item in enumerate(value)]
            return sequence
        plain = isinstance(value, bool | int | float)
        return Scalar(_Event(mark, mark, str(value).lower() if plain else str(value), style="" if plain else "'"))

    def _mark(self, keys: Keys) -> _Mark:
        """The place of the keys, or of what they stand in."""
        for length in range(len(keys), 0, -1):
            if keys[:length] in self._places:
                return self._places[keys[:length]]
        return _Mark(0, 0)
