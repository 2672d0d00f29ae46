"""CI settings of a recipe in `recipe_meta.py`, read as syntax: the file is never imported or run.

A setting is a literal that is assigned at the top level to a name such as UPGRADE_TESTS, or that is in the dict
RECIPE_META or META. A computed or conditional value is a problem.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from rollout_lint.errors import FleetError
from rollout_lint.location import Problem, sort_problems
from rollout_lint.record import Record
from rollout_lint.stack.units import parse_size

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MAX_BYTES = 1024 * 1024
_RESULTS = ("pass", "fail", "rolled-back")
_TABLES = frozenset(("RECIPE_META", "META"))
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
_BLOCKS = (ast.If, ast.Try, ast.TryStar, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Match)
_CHANGING = frozenset(("update", "setdefault", "pop", "popitem", "clear", "__setitem__", "__delitem__"))
_NO_LITERAL = object()


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
    """Value with its location; line and column count from 1."""

    value: Any
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class _Assignment:
    """Last assignment to a name: a value, or an error message."""

    node: ast.AST
    value: Any = None
    message: str | None = None


_Assignments: TypeAlias = dict[str, _Assignment]


def read_meta(data: bytes, name: str) -> tuple[dict[str, Setting], list[Problem]]:
    """Return the settings by lower-case key, and the errors in single settings sorted by location.

    Other names are ignored. Raises FleetError for a file that cannot be read as a whole.

    `upgrade_tests` is a bool, `memory` a size in the syntax of docker/go-units, `expect` pass, fail or rolled-back.
    `runtime`, `note`, `role`, `overlay` and `results` are text.
    """
    if len(data) > MAX_BYTES:
        raise FleetError([Problem(name, 1, 1, f"larger than {MAX_BYTES // 1024} KiB, not read")])
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        text = data.decode(encoding)
        if "\0" in text:
            raise FleetError([Problem(name, text[: text.index("\0")].count("\n") + 1, 1, "invalid Python: null byte")])
        module = _parse(text)
        reader = _Reader(name, text)
        for statement in module.body:
            reader.read(statement)
    except SyntaxError as error:
        raise FleetError(
            [Problem(name, max(error.lineno or 1, 1), max(error.offset or 1, 1), f"invalid Python: {error.msg}")]
        ) from None
    except (RecursionError, MemoryError):
        raise FleetError([Problem(name, 1, 1, "not read: nested too deeply")]) from None
    except (LookupError, ValueError):
        raise FleetError(
            [Problem(name, 1, 1, "invalid Python: the text does not match the declared encoding")]
        ) from None
    return reader.settings(), sort_problems(reader.problems())


def _parse(text: str) -> ast.Module:
    """Return the syntax tree without warnings, for example about unknown escapes."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(text)


class _Reader:
    """Reader of the statements in order: the last one that sets a name takes precedence."""

    def __init__(self, name: str, text: str) -> None:
        self._name = name
        self._lines = re.split(r"\r\n|\r|\n", text)
        self._names: _Assignments = {}
        self._tables: dict[str, _Assignments | _Assignment] = {}
        self._in_functions: _Assignments = {}
        self._import: _Assignment | None = None

    def settings(self) -> dict[str, Setting]:
        assignments = self._all().items()
        return {
            key: Setting(each.value, *self._location(each.node)) for key, each in assignments if each.message is None
        }

    def problems(self) -> Iterator[Problem]:
        for each in self._all_with_conflicts():
            if each.message is not None:
                yield Problem(self._name, *self._location(each.node), each.message)

    def _all_with_conflicts(self) -> Iterator[_Assignment]:
        if self._import:
            yield self._import
        yield from (table for table in self._tables.values() if isinstance(table, _Assignment))
        yield from self._all().values()
        top_level = self._all().keys() | self._tables.keys()
        yield from (each for name, each in self._in_functions.items() if not {name, name.lower()} & top_level)

    def _all(self) -> _Assignments:
        """Return the settings of the tables, overridden by those with a name of their own."""
        merged: _Assignments = {}
        for table in self._tables.values():
            merged |= table if isinstance(table, dict) else {}
        return merged | self._names

    def read(self, statement: ast.stmt) -> None:
        targets, value = _assigned(statement)
        for name in targets:
            if value is not None and name in _TABLES:
                self._tables[name] = self._table(name, value)
            elif value is not None and _is_setting(name):
                self._names[name.lower()] = _validate(name, value)
        for binding in _bindings(statement):
            if binding.name not in targets:
                self._read_binding(binding)

    def _table(self, name: str, value: ast.expr) -> _Assignments | _Assignment:
        if not isinstance(value, ast.Dict):
            return _computed(name, value)
        table: _Assignments = {}
        for key_node, inner in zip(value.keys, value.values, strict=True):
            key = _NO_LITERAL if key_node is None else _literal(key_node)
            if key is _NO_LITERAL:
                return _computed(name, key_node or inner)
            if isinstance(key, str) and (_is_setting(key) or key in _KINDS):
                table[key.lower()] = _validate(key, inner)
        return table

    def _read_binding(self, binding: _Binding) -> None:
        name = binding.name
        if name == "*":
            message = "the names in an import of * are unknown without running the file"
            self._import = _Assignment(binding.node, message=message)
            self._names.clear()
            self._tables.clear()
        elif name in _TABLES or _is_setting(name):
            message = f"{name} is {binding.how}; its value is unknown without running the file"
            assignment = _Assignment(binding.node, message=message)
            if binding.local:
                self._in_functions[name] = assignment
            elif name in _TABLES:
                self._tables[name] = assignment
            else:
                self._names[name.lower()] = assignment

    def _location(self, node: ast.AST) -> tuple[int, int]:
        """Return line and column in characters; the syntax tree counts bytes of UTF-8."""
        line: int = getattr(node, "lineno", 1)
        before = self._lines[line - 1].encode()[: getattr(node, "col_offset", 0)] if line <= len(self._lines) else b""
        return line, len(before.decode(errors="replace")) + 1


def _validate(name: str, node: ast.expr) -> _Assignment:
    value = _literal(node)
    if value is _NO_LITERAL:
        return _computed(name, node)
    fits, kind = _KINDS[name.lower()]
    return _Assignment(node, value) if fits(value) else _Assignment(node, message=f"{name} must be {kind}")


def _computed(name: str, node: ast.expr) -> _Assignment:
    return _Assignment(node, message=f"{name} is computed; its value is unknown without running the file")


def _is_setting(name: str) -> bool:
    return name.isupper() and name.lower() in _KINDS


def _assigned(statement: ast.stmt) -> tuple[list[str], ast.expr | None]:
    """Return the names that a statement assigns one value to, and the value."""
    if isinstance(statement, ast.Assign):
        return [target.id for target in statement.targets if isinstance(target, ast.Name)], statement.value
    if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
        return [statement.target.id], statement.value
    return [], None


def _literal(node: ast.expr) -> Any:
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError):
        return _NO_LITERAL


class _Binding(Record):
    """Name (`*` for an import of everything), the node that binds it, and how; `local` is True inside a function."""

    name: str
    node: ast.AST
    how: str
    local: bool = False


def _bindings(statement: ast.stmt) -> Iterator[_Binding]:
    """Yield every name that the statement can bind, delete or change, in the order of the file."""
    how = "set inside a block" if isinstance(statement, _BLOCKS) else "computed"
    stack: list[tuple[ast.AST, bool]] = [(statement, False)]
    while stack:
        node, local = stack.pop()
        for name, changed in _bound_names(node):
            text = "set inside a function or a class" if local else "changed after it was set" if changed else how
            yield _Binding(name, node, text, local and not isinstance(node, ast.Global))
        inner = local or isinstance(node, _SCOPES)
        stack += [(child, inner) for child in reversed(list(ast.iter_child_nodes(node)))]


def _bound_names(node: ast.AST) -> Iterator[tuple[str, bool]]:
    """Yield the names that this node itself binds, and True if it changes an earlier value."""
    if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
        yield node.id, isinstance(node.ctx, ast.Del)
    elif isinstance(node, ast.Subscript | ast.Call):
        yield from ((name, True) for name in _changed_names(node))
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


def _changed_names(node: ast.Subscript | ast.Call) -> Iterator[str]:
    """Yield the name whose value an item assignment or a method call can change."""
    target: ast.expr | None = None
    if isinstance(node, ast.Subscript) and not isinstance(node.ctx, ast.Load):
        target = node.value
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _CHANGING:
        target = node.func.value
    if isinstance(target, ast.Name):
        yield target.id
