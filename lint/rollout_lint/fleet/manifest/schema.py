"""Manifest file to valid values, and the errors in it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rollout_lint.errors import FleetError
from rollout_lint.location import Problem, sort_problems
from rollout_lint.syntax.node import Mapping, Node, Scalar, Sequence
from rollout_lint.syntax.parser import parse
from rollout_lint.syntax.schema import JsonSchema, to_problem, yaml_locator

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rollout_lint.syntax.schema import KeyPath

SCHEMA = Path(__file__).with_name("fleet.schema.json")
_SCHEMA = JsonSchema(SCHEMA)

_TEXT_KEYS = frozenset(
    {
        *("date", "ref", "file", "name", "path", "pattern", "overlay", "results", "stack"),
        *("role", "runtime", "note", "memory", "used"),
    }
)
"""Keys whose value is always text: YAML reads a revision such as `1234567` or `12e4567` as a number."""


@dataclass(frozen=True, slots=True)
class FileReference:
    """File that a document names, the location of the name, and the date of what the file does not date itself."""

    name: str
    file: str
    line: int
    column: int
    date: str | None = None

    def make_problem(self, message: str) -> Problem:
        """Return a problem with this location."""
        return Problem(self.file, self.line, self.column, message)


def collect_file_references(document: str, node: Node | None) -> list[FileReference]:
    """Return the file names in a scalar or a list, each alone or as `file` of a mapping that can have a `date`."""
    nodes = node.items if isinstance(node, Sequence) else [node]
    return [each for node in nodes for each in _file_reference(document, node)]


def _file_reference(document: str, node: Node | None) -> Iterator[FileReference]:
    name, date = (node.get("file"), node.get("date")) if isinstance(node, Mapping) else (node, None)
    if isinstance(name, Scalar):
        text = date.text if isinstance(date, Scalar) else None
        yield FileReference(name.text, document, name.line, name.column, text)


def load_document(data: bytes, name: str) -> tuple[Mapping, list[Problem]]:
    """Return the root of a manifest without its invalid values, and the problem of each invalid value.

    Raises FleetError if nothing is usable: no YAML, no mapping, another version.
    """
    source = parse(data, name)
    root = source.root
    if root is None:
        raise FleetError(source.problems or [Problem(name, 1, 1, "the file is empty")])
    problems = list(source.problems)
    locate = yaml_locator(source)
    while violations := _SCHEMA.violations(to_plain_values(root)):
        problems += [to_problem(violation, locate) for violation in violations]
        if any(not violation.path for violation in violations):
            raise FleetError(sort_problems(problems))
        for parent, step, node in [_parent(root, violation.path) for violation in violations]:
            # An aliased parent can have lost the value already.
            if isinstance(parent, Mapping):
                parent.entries.pop(str(step), None)
            elif isinstance(parent, Sequence):
                parent.items = [item for item in parent.items if item is not node]
    assert isinstance(root, Mapping)
    return root, sort_problems(problems)


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


def to_plain_values(node: Node, as_text: bool = False) -> Any:
    """Return the node as plain Python values, with text for the keys that hold text."""
    if isinstance(node, Mapping):
        return {key: to_plain_values(value, key in _TEXT_KEYS) for key, (_, value) in node.entries.items()}
    if isinstance(node, Sequence):
        return [to_plain_values(item, as_text) for item in node.items]
    return node.text if as_text and node.value is not None else node.value
