"""The faults: a module's syntax tree with one thing in it changed."""

from __future__ import annotations

import ast
import copy
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Change: TypeAlias = "tuple[ast.AST, str, Callable[[], None]]"
"""The node, what is done to it, and what does it."""

_OTHER: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}


@dataclass(frozen=True)
class Fault:
    """A changed tree; `key` names the fault by the text of its line, so that it outlives a move of that line."""

    line: int
    key: str
    tree: ast.Module


def faults(text: str) -> Iterator[Fault]:
    """All faults of a module, one at a time."""
    lines = text.splitlines()
    count = len(list(_changes(ast.parse(text))))
    seen: dict[str, int] = {}
    for index in range(count):
        tree = ast.parse(text)
        node, what, change = list(_changes(tree))[index]
        change()
        line: int = getattr(node, "lineno", 1)
        key = f"{lines[line - 1].strip()} => {what}"
        seen[key] = seen.get(key, 0) + 1
        if seen[key] > 1:
            key += f" ({seen[key]})"
        yield Fault(line, key, ast.fix_missing_locations(copy.deepcopy(tree)))


def _changes(tree: ast.Module) -> Iterator[Change]:
    for node in _running(tree):
        yield from _operators(node)
        yield from _conditions(node)
        if isinstance(node, ast.Constant):
            yield from _constant(node)
        if isinstance(node, ast.Return) and not _is_none(node.value):
            yield node, "nothing is returned", partial(setattr, node, "value", ast.Constant(None))
        if isinstance(node, ast.FunctionDef | ast.For | ast.If | ast.With):
            yield from _statements(node)


def _operators(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.Compare):
        for index, operator in enumerate(node.ops):
            yield node, _swap(operator), partial(_put, node.ops, index, _other(operator))
    elif isinstance(node, ast.BoolOp | ast.BinOp) and type(node.op) in _OTHER:
        yield node, _swap(node.op), partial(setattr, node, "op", _other(node.op))


def _conditions(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.If | ast.IfExp | ast.While):
        yield node, "the condition is turned around", partial(setattr, node, "test", _not(node.test))
    elif isinstance(node, ast.comprehension):
        for index, test in enumerate(node.ifs):
            yield test, "the condition is left out", partial(_put, node.ifs, index, _true())


def _running(tree: ast.AST) -> Iterator[ast.AST]:
    """What runs: no annotations, no docstrings, nothing for a type checker, and not how a dataclass is kept."""
    for name, value in ast.iter_fields(tree):
        if name in ("annotation", "returns", "type_params", "decorator_list"):
            continue
        for node in value if isinstance(value, list) else [value]:
            if not isinstance(node, ast.AST) or _is_for_readers(node):
                continue
            yield node
            yield from _running(node)


def _is_for_readers(node: ast.AST) -> bool:
    is_text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return is_text or (isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING")


def _constant(node: ast.Constant) -> Iterator[Change]:
    value = node.value
    if isinstance(value, bool):
        yield node, f"{not value}", partial(setattr, node, "value", not value)
    elif isinstance(value, int | float):
        yield node, f"{value + 1}", partial(setattr, node, "value", value + 1)
    elif isinstance(value, str) and value:
        yield node, f"{value!r} is another text", partial(setattr, node, "value", f"{value}~")


def _statements(node: ast.AST) -> Iterator[Change]:
    body: list[ast.stmt] = node.body  # type: ignore[attr-defined]
    for index, each in enumerate(body):
        if isinstance(each, ast.Expr | ast.AugAssign) and not _is_for_readers(each):
            yield each, "the statement is left out", partial(_put, body, index, ast.Pass())
        elif isinstance(each, ast.Continue):
            yield each, "break", partial(_put, body, index, ast.Break())


def _put(items: list[Any], index: int, item: ast.AST) -> None:
    items[index] = item


def _swap(operator: ast.AST) -> str:
    return f"{type(operator).__name__} is {_OTHER[type(operator)].__name__}"


def _other(operator: ast.AST) -> ast.AST:
    return _OTHER[type(operator)]()


def _not(test: ast.expr) -> ast.expr:
    return ast.UnaryOp(ast.Not(), test)


def _true() -> ast.expr:
    return ast.Constant(True)


def _is_none(node: ast.expr | None) -> bool:
    return node is None or (isinstance(node, ast.Constant) and node.value is None)
