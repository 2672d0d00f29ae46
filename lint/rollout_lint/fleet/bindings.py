"""Which names a Python statement may bind, beside a plain assignment at the top level."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
_BLOCKS = (ast.If, ast.Try, ast.TryStar, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Match)
_CHANGING = frozenset(("update", "setdefault", "pop", "popitem", "clear", "__setitem__", "__delitem__"))
_COMPUTED = "computed"
_CHANGED = "changed after it was set"
_IN_BLOCK = "set inside a block"
_IN_FUNCTION = "set inside a function or a class"


@dataclass(frozen=True, slots=True)
class Binding:
    """A name (`*` for an import of everything), the node that binds it, how, and whether only inside a function."""

    name: str
    node: ast.AST
    how: str
    local: bool = False


def bindings(statement: ast.stmt) -> Iterator[Binding]:
    """Every name that the statement may bind, delete or change, in the order of the file."""
    how = _IN_BLOCK if isinstance(statement, _BLOCKS) else _COMPUTED
    waiting: list[tuple[ast.AST, bool]] = [(statement, False)]
    while waiting:
        node, local = waiting.pop()
        for name, changed in _bound(node):
            declared = isinstance(node, ast.Global)
            inside = local and not declared
            yield Binding(name, node, _IN_FUNCTION if local else _CHANGED if changed else how, inside)
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
