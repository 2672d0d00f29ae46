"""A manifest's file to values that hold, and the places of those that do not."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rollout_lint.errors import FleetError
from rollout_lint.node import Mapping, Node, Scalar, Sequence
from rollout_lint.place import Problem
from rollout_lint.source import parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jsonschema import ValidationError

SCHEMA = Path(__file__).with_name("fleet.schema.json")

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
    while errors := list(_validator().iter_errors(plain(root))):
        wrong = [_Wrong(name, root, error) for error in errors]
        problems += [problem for each in wrong for problem in each.problems()]
        if any(each.is_all for each in wrong):
            raise FleetError(sorted(set(problems)))
        for each in wrong:
            each.remove()
    assert isinstance(root, Mapping)
    return root, sorted(set(problems))


@cache
def _validator() -> Any:
    from jsonschema import Draft202012Validator

    return Draft202012Validator(json.loads(SCHEMA.read_text("utf-8")))


class _Wrong:
    """One thing that the schema does not allow, at its node."""

    def __init__(self, name: str, root: Node, error: ValidationError) -> None:
        self._name = name
        self._error = error
        self._schema: dict[str, Any] = dict(error.schema)  # type: ignore[arg-type]
        self._parent: Node | None = None
        self._node: Node = root
        for step in error.absolute_path:
            self._parent, self._node = self._node, _child(self._node, step)

    @property
    def is_all(self) -> bool:
        """Whether the document as a whole is not what it should be."""
        return self._parent is None and not self.unknown

    @property
    def unknown(self) -> list[str]:
        """The keys that the schema does not know, where that is what is wrong."""
        if self._error.validator != "additionalProperties" or not isinstance(self._node, Mapping):
            return []
        return [key for key in self._node.entries if key not in self._schema.get("properties", {})]

    def problems(self) -> Iterator[Problem]:
        """At the value that it is about; for an unknown key, at the key, with the one that was meant."""
        if self.unknown:
            assert isinstance(self._node, Mapping)
            for key in self.unknown:
                yield _unknown_key(self._name, self._node.entries[key][0], self._schema["properties"])
            return
        path = ".".join(str(step) for step in self._error.absolute_path)
        yield Problem(self._name, self._node.line, self._node.column, f"{path}: {self._message()}".removeprefix(": "))

    def _message(self) -> str:
        if self._error.validator == "pattern":
            return str(self._schema.get("description", self._error.message))
        if self._error.validator == "anyOf":
            return "a recipe has a name, a path, or both"
        return self._error.message

    def remove(self) -> None:
        """Take it out of the document."""
        if self.unknown:
            assert isinstance(self._node, Mapping)
            for key in self.unknown:
                del self._node.entries[key]
        elif isinstance(self._parent, Mapping):
            self._parent.entries = {
                key: entry for key, entry in self._parent.entries.items() if entry[1] is not self._node
            }
        elif isinstance(self._parent, Sequence):
            self._parent.items = [item for item in self._parent.items if item is not self._node]


def _child(node: Node, step: str | int) -> Node:
    if isinstance(node, Mapping):
        child = node.get(str(step))
        assert child is not None
        return child
    assert isinstance(node, Sequence)
    return node.items[int(step)]


def _unknown_key(name: str, key: Scalar, known: Iterable[str]) -> Problem:
    from difflib import get_close_matches

    near = get_close_matches(key.text, list(known), n=1)
    meant = f"; did you mean {near[0]}?" if near else f"; there are {', '.join(known)}"
    return Problem(name, key.line, key.column, f"{key.text} is not a key here{meant}")


def plain(node: Node, as_written: bool = False) -> Any:
    """The node as plain values; text for the keys that hold text, however YAML would read it."""
    if isinstance(node, Mapping):
        return {key: plain(value, key in _AS_WRITTEN) for key, (_, value) in node.entries.items()}
    if isinstance(node, Sequence):
        return [plain(item, as_written) for item in node.items]
    return node.text if as_written and node.value is not None else node.value
