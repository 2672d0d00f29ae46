"""TOML files: their values, and the line of each key."""

from __future__ import annotations

import re
import tomllib
from datetime import date, time
from functools import cache
from typing import TYPE_CHECKING, Any

from rollout_lint.location import Location, Problem
from rollout_lint.syntax.parser import MAX_BYTES
from rollout_lint.syntax.schema import Document

if TYPE_CHECKING:
    from rollout_lint.syntax.schema import KeyPath, Locate

_POSITION = re.compile(r" \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)\Z")
_KEY = r"""(?:[A-Za-z0-9_-]+|"(?:\\.|[^"\\])*"|'[^']*')"""
_STATEMENT = re.compile(rf"[ \t]*(?P<brackets>\[*)[ \t]*(?P<keys>{_KEY}(?:[ \t]*\.[ \t]*{_KEY})*)[ \t]*[\]=]")
_INTEGERS = range(-(2**63), 2**63)


def parse_toml(data: bytes, name: str, table: tuple[str, ...] = ()) -> Document:
    """Return the table of a TOML file; with the value None if the table is missing or the file cannot be read."""
    if len(data) > MAX_BYTES:
        return _unread(name, f"larger than {MAX_BYTES // 1024 // 1024} MiB, not read")
    try:
        text = data.decode("utf-8-sig")
        value: Any = tomllib.loads(text)
        for key in table:
            value = value.get(key) if isinstance(value, dict) else None
        return Document(name, _plain(value) or (None if table else {}), _locator(name, text, table))
    except UnicodeDecodeError:
        return _unread(name, "not TOML: it is not UTF-8")
    except tomllib.TOMLDecodeError as error:
        found = _POSITION.search(str(error))
        line, column = (int(found["line"] or 1), int(found["column"] or 1)) if found else (1, 1)
        return _unread(name, f"not TOML: {_POSITION.sub('', str(error))}", line, column)
    except ValueError:
        return _unread(name, "a number in it has too many digits")
    except RecursionError:
        return _unread(name, "nested too deep to be read")


def _unread(name: str, message: str, line: int = 1, column: int = 1) -> Document:
    return Document(name, None, _locator(name, "", ()), (Problem(name, line, column, message),))


def _plain(value: Any) -> Any:
    """Return the value with dates as text; raise ValueError for an integer of more than 64 bits."""
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, int) and value not in _INTEGERS:
        raise ValueError
    return str(value) if isinstance(value, date | time) else value


def _locator(name: str, text: str, table: tuple[str, ...]) -> Locate:
    @cache
    def positions() -> dict[KeyPath, list[tuple[int, int]]]:
        return _positions(text)

    def locate(path: KeyPath, *, key: bool = False) -> Location:
        """Return the position of the key, or of the closest key above it that has only one position."""
        del key
        path = (*table, *path)
        while path:
            found = positions().get(path, [])
            if len(found) == 1:
                return Location(name, *found[0], *found[0])
            path = path[:-1]
        return Location(name, 1, 1, 1, 1)

    return locate


def _positions(text: str) -> dict[KeyPath, list[tuple[int, int]]]:
    """Return the lines and columns at which the keys and table headers seem to be, by key path.

    A line in a multi-line string can look like a key, so a key can have several positions.
    """
    positions: dict[KeyPath, list[tuple[int, int]]] = {}
    last_items: dict[KeyPath, int] = {}
    table: KeyPath = ()
    for number, line in enumerate(text.split("\n"), 1):
        match = _STATEMENT.match(line)
        keys = _split(match["keys"]) if match else None
        if match is None or keys is None:
            continue
        path = (*table, *keys)
        if match["brackets"]:
            *outer, last = keys
            path = (*_in_last_items(outer, last_items), last)
            if match["brackets"] == "[[":
                last_items[path] = last_items.get(path, -1) + 1
            table = path = _in_last_items([last], last_items, path[:-1])
        positions.setdefault(path, []).append((number, match.start("keys") + 1))
    return positions


def _in_last_items(keys: list[str], last_items: dict[KeyPath, int], path: KeyPath = ()) -> KeyPath:
    """Return the path of a table, with the index of the last item for each list of tables on it."""
    for key in keys:
        path = (*path, key)
        if path in last_items:
            path = (*path, last_items[path])
    return path


def _split(dotted: str) -> list[str] | None:
    """Return the parts of a dotted key, or None if it is not a key."""
    if "'" not in dotted and '"' not in dotted:
        return [part.strip() for part in dotted.split(".")]
    parts = []
    try:
        value = tomllib.loads(f"{dotted} = 0")
    except tomllib.TOMLDecodeError:
        return None
    while isinstance(value, dict):
        [(part, value)] = value.items()
        parts.append(part)
    return parts
