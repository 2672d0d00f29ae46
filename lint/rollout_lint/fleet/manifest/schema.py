"""A manifest's file to values that hold, and the places of those that do not."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rollout_lint.errors import FleetError
from rollout_lint.location import Problem
from rollout_lint.syntax.node import Mapping, Node, Scalar, Sequence
from rollout_lint.syntax.parser import parse
from rollout_lint.syntax.schema import JsonSchema, to_problem, yaml_locator

if TYPE_CHECKING:
    from rollout_lint.syntax.schema import KeyPath

SCHEMA = Path(__file__).with_name("fleet.schema.json")
_SCHEMA = JsonSchema(SCHEMA)

_AS_WRITTEN = frozenset(
    (
        "date",
        "ref",
        "name",
        "path",
        "overlay",
        "role",
        "runtime",
        "note",
        "stack",
        "memory",
        "used",
        "results",
        "pattern",
    )
)
"""Keys whose value is taken as it is written: a revision `1234567` or `12e4567` is no number."""


@dataclass(frozen=True, slots=True)
class Mention:
    """What some document names, and where it does."""

    name: str
    file: str
    line: int
    column: int

    def problem(self, message: str) -> Problem:
        """What is wrong with it."""
        return Problem(self.file, self.line, self.column, message)


def mentions(document: str, node: Node | None) -> list[Mention]:
    """The texts of a scalar or of a list, with their places."""
    nodes = node.items if isinstance(node, Sequence) else [node]
    return [Mention(each.text, document, each.line, each.column) for each in nodes if isinstance(each, Scalar)]


def load_document(data: bytes, name: str) -> tuple[Mapping, list[Problem]]:
    """The root of a manifest without what does not hold in it, and the problem of each such place.

    Raises FleetError where nothing is left to go by: no YAML, no mapping, another version.
    """
    source = parse(data, name)
    root = source.root
    if root is None:
        raise FleetError(source.problems or [Problem(name, 1, 1, "the file is empty")])
    problems = list(source.problems)
    locate = yaml_locator(source)
    while violations := _SCHEMA.violations(plain(root)):
        problems += [to_problem(violation, locate) for violation in violations]
        if any(not violation.path for violation in violations):
            raise FleetError(sorted(set(problems)))
        for parent, step, node in [_parent(root, violation.path) for violation in violations]:
            # An aliased parent can have lost the value already.
            if isinstance(parent, Mapping):
                parent.entries.pop(str(step), None)
            elif isinstance(parent, Sequence):
                parent.items = [item for item in parent.items if item is not node]
    assert isinstance(root, Mapping)
    return root, sorted(set(problems))


def _parent(node: Node, path: KeyPath) -> tuple[Node, str | int, Node]:
    """Return the node that holds the value at `path`, the last step to the value, and the value."""
    parent = node
    for step in path:
        parent = node
        if isinstance(node, Mapping):
            node = node.entries[str(step)][1]
        elif isinstance(node, Sequence):
            node = node.items[int(step)]
    return parent, path[-1], node


def plain(node: Node, as_written: bool = False) -> Any:
    """The node as plain values; text for the keys that hold text, however YAML would read it."""
    if isinstance(node, Mapping):
        return {key: plain(value, key in _AS_WRITTEN) for key, (_, value) in node.entries.items()}
    if isinstance(node, Sequence):
        return [plain(item, as_written) for item in node.items]
    return node.text if as_written and node.value is not None else node.value
