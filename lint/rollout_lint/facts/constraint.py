"""Placement constraints, and the nodes that meet them.

See swarmkit `manager/constraint/constraint.go Parse, NodeMatches`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rollout_lint.pattern import compile_lazily
from rollout_lint.record import Record

if TYPE_CHECKING:
    from rollout_lint.facts.cluster import Node

_OPERATORS = ("==", "!=")
_KEY = compile_lazily(r"[a-z_][a-z0-9\-_.]+", re.IGNORECASE | re.ASCII)
_VALUE = compile_lazily(r"[a-z0-9:\-_\s.*()?+\[\]\\^$|/]+", re.IGNORECASE | re.ASCII)

_ROLE, _NAME, _LABEL = "node.role", "node.hostname", "node.labels."
_UNIQUE = (_NAME, "node.id")
_NOT_DESCRIBED = frozenset(("node.id", "node.ip", "node.platform.os", "node.platform.arch"))
"""Keys of which `nodes` in the config has no value."""

_ENGINE_LABEL = "engine.labels."


class InvalidConstraintError(Exception):
    """Error of the daemon for a constraint, in its words."""


class Constraint(Record):
    """Key and value of a constraint. `is_equal` is False for the operator `!=`."""

    key: str
    is_equal: bool
    value: str

    @property
    def names_one_node(self) -> bool:
        """True if the constraint names the only node on which tasks may run."""
        return self.is_equal and self.key.lower() in _UNIQUE

    def is_met_by(self, node: Node) -> bool | None:
        """Return True if tasks may run on the node, None if the node is not described well enough.

        Keys and values are compared in any letter case, the name of a label is not. A node without the label has an
        empty value. No node meets a constraint on a key that Swarm does not know.
        """
        key = self.key.lower()
        if key == _NAME:
            return self._accepts(node.name)
        if key == _ROLE:
            return None if node.role is None else self._accepts(node.role)
        if key.startswith(_LABEL) and key != _LABEL:
            name = self.key[len(_LABEL) :]
            return None if node.labels is None else self._accepts(node.labels.get(name, ""))
        if key in _NOT_DESCRIBED or (key.startswith(_ENGINE_LABEL) and key != _ENGINE_LABEL):
            return None
        return False

    def _accepts(self, value: str) -> bool:
        return (value.lower() == self.value.lower()) is self.is_equal


def parse_constraint(text: str) -> Constraint:
    """Return the constraint of a text. Raises InvalidConstraintError."""
    operator = next((each for each in _OPERATORS if each in text), None)
    if operator is None:
        raise InvalidConstraintError("constraint expected one operator from ==, !=")
    key, _, value = (part.strip() for part in text.partition(operator))
    if not _KEY.fullmatch(key):
        raise InvalidConstraintError(f"key '{key}' is invalid")
    if not _VALUE.fullmatch(value):
        raise InvalidConstraintError(f"value '{value}' is invalid")
    return Constraint(key, operator == "==", value)
