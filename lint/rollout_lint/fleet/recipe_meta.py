"""A recipe's CI settings in a `recipe_meta.py`, read as syntax: nothing of it is ever imported or run.

A setting is a literal that is assigned at the top level, to a name such as UPGRADE_TESTS, or under a key of the dict
RECIPE_META or META. What Python would compute, or assign under a condition, is a problem and no setting.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from rollout_lint.location import Problem
from rollout_lint.stack.units import parse_size

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MAX_BYTES = 1024 * 1024
_RESULTS = ("pass", "fail", "rolled-back")
_TABLES = frozenset(("RECIPE_META", "META"))
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
_BLOCKS = (ast.If, ast.Try, ast.TryStar, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Match)
_CHANGING = frozenset(("update", "setdefault", "pop", "popitem", "clear", "__setitem__", "__delitem__"))
_UNKNOWN = object()
"""The value of what is no literal."""


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and value.isprintable()


_KINDS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "upgrade_tests": (lambda value: isinstance(value, bool), "True or False"),
    "runtime": (_is_text, "text such as 'JVM'"),
    "note": (_is_text, "text on one line"),
    "role": (_is_text, "text on one line"),
    "memory": (lambda value: _is_text(value) and parse_size(value) is not None, "a size such as '900M'"),
    "overlay": (lambda value: _is_text(value) and value != "", "the name of a file"),
    "expect": (lambda value: isinstance(value, str) and value in _RESULTS, "'pass', 'fail' or 'rolled-back'"),
    "results": (lambda value: _is_text(value) and value != "", "the name of a file"),
}


@dataclass(frozen=True, slots=True)
class Setting:
    """A value, and where it stands; line and column count from 1."""

    value: Any
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class _Kept:
    """What was found last for a name: a value, or why there is none. Its place is worked out at the end."""

    node: ast.AST
    value: Any = None
    message: str | None = None


_Found: TypeAlias = dict[str, _Kept]


def read_meta(data: bytes, name: str) -> tuple[dict[str, Setting], list[Problem]]:
    """The settings by key in lower case, and what is wrong, by place; `name` is the file's as shown.

    `upgrade_tests` is a bool, `memory` a size as docker/go-units reads it, `expect` one of pass, fail and rolled-back;
    `runtime`, `note`, `role`, `overlay` and `results` are text. Other names are nobody's business here.
    """
    if len(data) > MAX_BYTES:
        return {}, [Problem(name, 1, 1, f"larger than {MAX_BYTES // 1024} KiB, not read")]
    try:
        text = _text(data)
        if "\0" in text:
            return {}, [Problem(name, text[: text.index("\0")].count("\n") + 1, 1, "not Python: it holds a null byte")]
        module = _parse(text)
        reader = _Reader(name, text)
        for statement in module.body:
            reader.take(statement)
    except SyntaxError as error:
        return {}, [Problem(name, max(error.lineno or 1, 1), max(error.offset or 1, 1), f"not Python: {error.msg}")]
    except (RecursionError, MemoryError):
        return {}, [Problem(name, 1, 1, "not read: it is nested too deeply")]
    except (LookupError, ValueError):
        return {}, [Problem(name, 1, 1, "not Python: its bytes are no text in the encoding that it states")]
    return reader.settings(), sorted(reader.problems())


def _text(data: bytes) -> str:
    encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
    return data.decode(encoding)


def _parse(text: str) -> ast.Module:
    """The syntax; a warning about it, such as for an unknown escape, is not for the reader of a report."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(text)


class _Reader:
    """Takes the statements in order, as Python would: the last one that sets a name wins."""

    def __init__(self, name: str, text: str) -> None:
        self._name = name
        self._lines = re.split(r"\r\n|\r|\n", text)
        self._found: _Found = {}
        self._tables: dict[str, _Found | _Kept] = {}
        self._in_functions: _Found = {}
        self._import: _Kept | None = None

    def settings(self) -> dict[str, Setting]:
        found = self._all().items()
        return {key: Setting(kept.value, *self._location(kept.node)) for key, kept in found if kept.message is None}

    def problems(self) -> Iterator[Problem]:
        for kept in self._unknown():
            if kept.message is not None:
                yield Problem(self._name, *self._location(kept.node), kept.message)

    def _unknown(self) -> Iterator[_Kept]:
        if self._import:
            yield self._import
        yield from (table for table in self._tables.values() if isinstance(table, _Kept))
        yield from self._all().values()
        known = self._all().keys() | self._tables.keys()
        yield from (kept for name, kept in self._in_functions.items() if not {name, name.lower()} & known)

    def _all(self) -> _Found:
        """A name of its own counts more than a key of a table."""
        everything: _Found = {}
        for table in self._tables.values():
            everything |= table if isinstance(table, dict) else {}
        return everything | self._found

    def take(self, statement: ast.stmt) -> None:
        targets, value = _assigned(statement)
        for name in targets:
            if value is not None and name in _TABLES:
                self._tables[name] = self._table(name, value)
            elif value is not None and _is_setting(name):
                self._found[name.lower()] = _read(name, value)
        for binding in _bindings(statement):
            if binding.name not in targets:
                self._take_binding(binding)

    def _table(self, name: str, value: ast.expr) -> _Found | _Kept:
        if not isinstance(value, ast.Dict):
            return _computed(name, value)
        table: _Found = {}
        for key, inner in zip(value.keys, value.values, strict=True):
            word = _UNKNOWN if key is None else _literal(key)
            if word is _UNKNOWN:
                return _computed(name, key or inner)
            if isinstance(word, str) and (_is_setting(word) or word in _KINDS):
                table[word.lower()] = _read(word, inner)
        return table

    def _take_binding(self, binding: _Binding) -> None:
        name = binding.name
        if name == "*":
            message = "what an import of * sets cannot be known without running it"
            self._import = _Kept(binding.node, message=message)
            self._found.clear()
            self._tables.clear()
        elif name in _TABLES or _is_setting(name):
            message = f"{name} is {binding.how}; its value cannot be known without running it"
            kept = _Kept(binding.node, message=message)
            if binding.local:
                self._in_functions[name] = kept
            elif name in _TABLES:
                self._tables[name] = kept
            else:
                self._found[name.lower()] = kept

    def _location(self, node: ast.AST) -> tuple[int, int]:
        """Line and column in characters; the syntax counts the bytes of UTF-8."""
        line: int = getattr(node, "lineno", 1)
        before = self._lines[line - 1].encode()[: getattr(node, "col_offset", 0)] if line <= len(self._lines) else b""
        return line, len(before.decode(errors="replace")) + 1


def _read(name: str, node: ast.expr) -> _Kept:
    value = _literal(node)
    if value is _UNKNOWN:
        return _computed(name, node)
    fits, kind = _KINDS[name.lower()]
    return _Kept(node, value) if fits(value) else _Kept(node, message=f"{name} must be {kind}")


def _computed(name: str, node: ast.expr) -> _Kept:
    return _Kept(node, message=f"{name} is computed; its value cannot be known without running it")


def _is_setting(name: str) -> bool:
    return name.isupper() and name.lower() in _KINDS


def _assigned(statement: ast.stmt) -> tuple[list[str], ast.expr | None]:
    """The plain names that a statement assigns one value to, and that value."""
    if isinstance(statement, ast.Assign):
        return [target.id for target in statement.targets if isinstance(target, ast.Name)], statement.value
    if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
        return [statement.target.id], statement.value
    return [], None


def _literal(node: ast.expr) -> Any:
    """Return the value of a literal, or _UNKNOWN."""
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError):
        return _UNKNOWN


class _Binding(NamedTuple):
    """A name (`*` for an import of everything), the node that binds it, how, and whether only inside a function."""

    name: str
    node: ast.AST
    how: str
    local: bool = False


def _bindings(statement: ast.stmt) -> Iterator[_Binding]:
    """Every name that the statement may bind, delete or change, in the order of the file."""
    how = "set inside a block" if isinstance(statement, _BLOCKS) else "computed"
    waiting: list[tuple[ast.AST, bool]] = [(statement, False)]
    while waiting:
        node, local = waiting.pop()
        for name, changed in _bound(node):
            told = "set inside a function or a class" if local else "changed after it was set" if changed else how
            yield _Binding(name, node, told, local and not isinstance(node, ast.Global))
        inner = local or isinstance(node, _SCOPES)
        waiting += [(child, inner) for child in reversed(list(ast.iter_child_nodes(node)))]


def _bound(node: ast.AST) -> Iterator[tuple[str, bool]]:
    """The names that this node alone binds, and whether it changes what was bound before."""
    if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
        yield node.id, isinstance(node.ctx, ast.Del)
    elif isinstance(node, ast.Subscript | ast.Call):
        yield from ((name, True) for name in _changed(node))
    elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.ExceptHandler):
        yield node.name or "", False
    elif isinstance(node, ast.Global):
        yield from ((name, False) for name in node.names)
    elif isinstance(node, ast.alias):
        yield node.asname or node.name.partition(".")[0], False
    elif isinstance(node, ast.MatchAs | ast.MatchStar):
        yield node.name or "", False
    elif isinstance(node, ast.MatchMapping):
        yield node.rest or "", False


def _changed(node: ast.Subscript | ast.Call) -> Iterator[str]:
    """A name whose value an item assignment or the call of a method may change."""
    held: ast.expr | None = None
    if isinstance(node, ast.Subscript) and not isinstance(node.ctx, ast.Load):
        held = node.value
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _CHANGING:
        held = node.func.value
    if isinstance(held, ast.Name):
        yield held.id
