"""One file of a variant, with interpolated values and errors."""

from __future__ import annotations

from contextlib import contextmanager
from math import isfinite
from typing import TYPE_CHECKING, Any

from rollout_lint.location import Location, Problem
from rollout_lint.stack.go_numbers import parse_go_float, parse_go_int
from rollout_lint.stack.interpolate import Substitution, substitute
from rollout_lint.stack.unknown import Unknown
from rollout_lint.syntax.node import Mapping, Node, Scalar

if TYPE_CHECKING:
    import collections.abc
    from collections.abc import Callable, Iterator

    from rollout_lint.location import Correction
    from rollout_lint.stack.docker_version import DockerVersion
    from rollout_lint.syntax.source import Source

LATEST = "3.13"
"""Version that a missing version and "3" mean to docker/cli (`cli/compose/schema/schema.go defaultVersion`)."""

_LATEST_OF_CLIENTS = (((27,), LATEST), ((25,), "3.12"), ((24,), "3.11"), ((23,), "3.10"), ((20, 10), "3.9"))
_LATEST_OF_OLDEST = "3.8"

HOLE = "\ue000"
"""Character for private use in place of a variable without a value."""

MAX_PORTS = 200_000
"""Limit for the ports of a file after its ranges are expanded."""

_BOOLEANS = {
    **dict.fromkeys(("y", "yes", "true", "on"), True),
    **dict.fromkeys(("n", "no", "false", "off"), False),
}


def _finite_number(text: str) -> float | None:
    """Return a number; docker/cli cannot encode infinity for its JSON Schema."""
    value = parse_go_float(text)
    return value if value is not None and isfinite(value) else None


_CASTS: dict[str, tuple[Callable[[str], Any], str]] = {
    "bool": (lambda text: _BOOLEANS.get(text.lower()), "true or false"),
    "int": (parse_go_int, "a whole number"),
    "float": (_finite_number, "a number"),
}
"""Casts of docker/cli (`cli/compose/loader/interpolate.go toInt, toFloat, toBoolean`): conversion and words.

A conversion returns None for a text that Docker rejects.
"""


def _latest_version(client: DockerVersion | None) -> str:
    """Return the latest version of a file that a client reads (docker/cli `cli/compose/schema/data`)."""
    if client is None:
        return LATEST
    known = (version for release, version in _LATEST_OF_CLIENTS if not client.is_before(*release))
    return next(known, _LATEST_OF_OLDEST)


class Layer:
    """A file with a mapping as its root, read with an environment. Reading values can add to `problems`.

    With `is_exact`, the environment is complete: a variable without a value is empty, and an error if it is required.
    Otherwise its value is unknown. `client` is the version of the docker CLI that deploys the file, None if unknown,
    and `latest` the latest version of a file that it reads.
    """

    def __init__(
        self,
        source: Source,
        root: Mapping,
        environment: collections.abc.Mapping[str, str],
        is_exact: bool = False,
        client: DockerVersion | None = None,
    ) -> None:
        """Interpolate every text of the file, which docker/cli does before it validates anything."""
        self.file = source.name
        self.root = root
        self.problems: list[Problem] = []
        self.is_exact = is_exact
        self.client = client
        self.latest = _latest_version(client)
        self.version = self._read_version()
        self.modifiers = source.modifiers
        self.late_merges = source.late_merges
        # Nodes are compared and hashed by identity.
        self.unbraced_defaults: dict[Scalar, tuple[str, ...]] = {}
        """Variables of a scalar that took the text after them as their default."""
        self._substitutions: dict[Scalar, Substitution] = {}
        self._failed_casts: set[Scalar] = set()
        self._casting = True
        self._room_for_ports = MAX_PORTS
        for scalar in source.dollars:
            if isinstance(scalar.value, str):
                self._substitute(scalar, environment)

    def _read_version(self) -> str:
        """Return the version; clients before 23 have no default (docker/cli `cli/compose/schema/schema.go Version`)."""
        node = self.root.get("version")
        text = node.text if isinstance(node, Scalar) else ""
        if self.client is not None and self.client.is_before(23):
            return "3.0" if text == "3" else text
        return self.latest if text in ("", "3") else text

    def _substitute(self, scalar: Scalar, environment: collections.abc.Mapping[str, str]) -> None:
        result = substitute(scalar.text, environment, "" if self.is_exact else HOLE)
        self._substitutions[scalar] = result
        if result.unbraced_defaults:
            self.unbraced_defaults[scalar] = result.unbraced_defaults
        if result.error is not None:
            self.report(scalar, result.error)
        elif self.is_exact and result.required:
            self.report(scalar, f"Docker requires a value: set {' and '.join(result.required)}")

    @property
    def version_node(self) -> Node:
        """Node of the version, or the root if the version is missing."""
        return self.root.get("version") or self.root

    def location(self, node: Node) -> Location:
        """Return the span of the node in this file."""
        return Location(self.file, node.line, node.column, node.end_line, node.end_column)

    def report(self, node: Node, message: str, correction: Correction | None = None) -> None:
        """Add a problem at the node."""
        self.problems.append(self.problem(node, message, correction))

    def problem(self, node: Node, message: str, correction: Correction | None = None) -> Problem:
        """Return a problem at the node, with the variables without a value that may cause it."""
        names = self.unset(node) if self.is_exact and isinstance(node, Scalar) else ()
        unset = [name for name in names if name not in message]
        if unset:
            message += f" ({', '.join(unset)} is not set)"
        return Problem(self.file, node.line, node.column, message, correction)

    def unset(self, scalar: Scalar) -> tuple[str, ...]:
        """Return the variables in the scalar that have neither a value nor a default."""
        result = self._substitutions.get(scalar)
        return () if result is None else result.unset

    def variables(self, scalar: Scalar) -> tuple[str, ...]:
        """Return the names of all variables in the scalar."""
        result = self._substitutions.get(scalar)
        return () if result is None else result.variables

    def value(self, scalar: Scalar, cast: str | None) -> Any:
        """Return the value that docker/cli reads; it casts only if a variable changed the text (`interpolation.go`).

        It is Unknown if a variable without a value is required or the environment is not complete, if Docker rejects
        the variables, or if the cast fails.
        """
        result = self._substitutions.get(scalar)
        if result is None:
            return scalar.value
        if result.error is not None or result.required or (result.unset and not self.is_exact):
            return Unknown(() if result.error else result.unset, result.text.partition(HOLE)[0])
        if result.text == scalar.text or cast is None or not self._casting:
            return result.text
        return self._cast(scalar, result, cast)

    def text(self, node: Node | None) -> str | Unknown:
        """Return the text of a scalar, Unknown, or "" for any other node or value."""
        value = self.value(node, None) if isinstance(node, Scalar) else ""
        return value if isinstance(value, str | Unknown) else ""

    def text_with_holes(self, scalar: Scalar) -> str:
        """Return the text of a scalar with HOLE in place of each variable without a value."""
        result = self._substitutions.get(scalar)
        return scalar.text if result is None else result.text

    @contextmanager
    def scope(self, name: str) -> Iterator[None]:
        """Read values below a name; docker/cli finds casts by dotted path, and none below a name with a dot."""
        self._casting = "." not in name
        yield
        self._casting = True

    def _cast(self, scalar: Scalar, result: Substitution, cast: str) -> Any:
        convert, kind = _CASTS[cast]
        value = convert(result.text)
        if value is not None:
            return value
        if scalar not in self._failed_casts:
            self._failed_casts.add(scalar)
            because = f" ({', '.join(result.unset)} is not set)" if result.unset else ""
            self.report(scalar, f"the value of the variable must be {kind}{because}")
        return Unknown(result.unset)

    def has_room_for(self, ports: int, node: Node) -> bool:
        """Return True if the file may have so many more ports, and report the first ones that are too many."""
        room = self._room_for_ports
        self._room_for_ports -= ports
        if room >= 0 > self._room_for_ports:
            self.report(node, f"more than {MAX_PORTS:,} ports in this file: these and later ports are not read")
        return self._room_for_ports >= 0
