"""One file of a variant: its values after interpolation, and what Docker would refuse in it."""

from __future__ import annotations

import json
import re
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rollout_lint.node import Mapping, Node, Scalar
from rollout_lint.place import Place, Problem
from rollout_lint.schema import UNKNOWN, Schema, compile_schema, validate
from rollout_lint.stack.interpolate import Substitution, substitute
from rollout_lint.stack.shorthand import parse_ports, parse_volume
from rollout_lint.stack.units import seconds, size

if TYPE_CHECKING:
    import collections.abc
    from collections.abc import Callable, Iterator

    from rollout_lint.source import Source

LATEST = "3.13"
"""What docker/cli takes a missing version and "3" for (`cli/compose/schema/schema.go defaultVersion`)."""

MAX_PORTS = 200_000
"""How many ports a file may have once its ranges are written out."""

FORBIDDEN = {
    "extends": "write the service out, or use a YAML anchor",
    "volume_driver": "set the driver on the volume, under the top-level `volumes`",
    "volumes_from": "name the shared volume in both services",
    "cpu_quota": "use deploy.resources",
    "cpu_shares": "use deploy.resources",
    "cpuset": "use deploy.resources",
    "mem_limit": "use deploy.resources.limits.memory",
    "memswap_limit": "use deploy.resources",
}
"""What docker/cli refuses by name (`cli/compose/types/types.go ForbiddenProperties`), and what to write instead."""

FORMATS = {
    "duration": (lambda text: seconds(text) is not None, "a duration such as 30s or 1m30s"),
    "size": (lambda text: size(text) is not None, "a size such as 512M or 2G"),
    "port": (lambda text: parse_ports(text) is not None, "a port such as 8080:80 or 53:53/udp"),
    "written_whole": (lambda text: "." not in text, "a whole number, written without a point or an exponent"),
    "volume": (
        lambda text: parse_volume(text) is not None,
        "a volume such as data:/var/lib/data or ./conf:/etc/app:ro",
    ),
}

_CASTS: dict[str, tuple[re.Pattern[str], Callable[[str], Any], str]] = {
    "bool": (
        re.compile("y|yes|true|on|n|no|false|off", re.IGNORECASE | re.ASCII),
        lambda text: text.lower() in ("y", "yes", "true", "on"),
        "true or false",
    ),
    "int": (re.compile(r"[+-]?\d{1,18}", re.ASCII), int, "a whole number"),
    "float": (re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII), float, "a number"),
}
"""docker/cli's casts (`cli/compose/loader/interpolate.go toInt, toFloat, toBoolean`): grammar, conversion, words."""


class Layer:
    """A file whose root is a mapping, read with an environment; `problems` grows as values are asked for."""

    def __init__(
        self, source: Source, root: Mapping, environment: collections.abc.Mapping[str, str], exact: bool = False
    ) -> None:
        """Interpolate every text of the file, as docker/cli does before it looks at any.

        With `exact`, the environment is all that there is: a required variable without a value is refused.
        """
        self.file = source.name
        self.root = root
        self.problems: list[Problem] = []
        self.exact = exact
        self.version = self._read_version()
        self.modifiers = source.modifiers
        self.swallowed: dict[int, tuple[str, ...]] = {}
        """The variables of a scalar, by its id, that took the text behind them for a default."""
        self._substitutions: dict[int, Substitution] = {}
        self._failed_casts: set[int] = set()
        self._casting = True
        self._room_for_ports = MAX_PORTS
        for scalar in source.dollars:
            if isinstance(scalar.value, str):
                result = substitute(scalar.text, environment)
                self._substitutions[id(scalar)] = result
                if result.swallowed:
                    self.swallowed[id(scalar)] = result.swallowed
                if result.error is not None:
                    self.report(scalar, result.error)
                elif exact and result.required:
                    self.report(scalar, f"Docker refuses it without a value for {' and '.join(result.required)}")

    @property
    def version_node(self) -> Node:
        """Where the version stands, or the file where it states none."""
        return self.root.get("version") or self.root

    def place(self, node: Node) -> Place:
        """The node's span in this file."""
        return Place(self.file, node.line, node.column, node.end_line, node.end_column)

    def report(self, node: Node, message: str) -> None:
        """Note a problem at the node."""
        self.problems.append(self.problem(node, message))

    def problem(self, node: Node, message: str) -> Problem:
        """A problem at the node, with the variables without a value that may be its cause."""
        unset = [name for name in (self.unset(node) if isinstance(node, Scalar) else ()) if name not in message]
        if unset:
            message += f" ({', '.join(unset)} has no value here)"
        return Problem(self.file, node.line, node.column, message)

    def unset(self, scalar: Scalar) -> tuple[str, ...]:
        """The variables in the scalar that have neither a value nor a default."""
        result = self._substitutions.get(id(scalar))
        return () if result is None else result.unset

    def required(self, scalar: Scalar) -> tuple[str, ...]:
        """The variables in the scalar that Docker refuses to do without and that have no value here."""
        result = self._substitutions.get(id(scalar))
        return () if result is None else result.required

    def value(self, scalar: Scalar, cast: str | None) -> Any:
        """The scalar as docker/cli has it: cast only where a variable changed the text (`interpolation.go`).

        UNKNOWN where a required variable has no value, where Docker refuses the variables, or where the cast failed.
        """
        result = self._substitutions.get(id(scalar))
        if result is None:
            return scalar.value
        if result.error is not None or result.required:
            return UNKNOWN
        if result.text == scalar.text or cast is None or not self._casting:
            return result.text
        return self._cast(scalar, result, cast)

    @contextmanager
    def below(self, name: str) -> Iterator[None]:
        """Read what stands below a name: docker/cli finds casts by a dotted path, and none below a name with a dot."""
        self._casting = "." not in name
        yield
        self._casting = True

    def _cast(self, scalar: Scalar, result: Substitution, cast: str) -> Any:
        grammar, convert, kind = _CASTS[cast]
        if grammar.fullmatch(result.text):
            return convert(result.text)
        if id(scalar) not in self._failed_casts:
            self._failed_casts.add(id(scalar))
            because = f", because {' and '.join(result.unset)} has no value here" if result.unset else ""
            self.report(scalar, f"what the variable gives must be {kind}, and is not{because}")
        return UNKNOWN

    def has(self, since: str) -> bool:
        """Whether the file's version has what came with `since`."""
        return _number(self.version) >= _number(since)

    def has_room_for(self, ports: int, node: Node) -> bool:
        """Whether the file may have so many ports more; reports the first ones that are too many."""
        room = self._room_for_ports
        self._room_for_ports -= ports
        if room >= 0 > self._room_for_ports:
            self.report(node, f"with these the file has more than {MAX_PORTS:,} ports; they are not read")
        return self._room_for_ports >= 0

    def explain_unknown(self, key: str, path: str) -> str | None:
        """Why docker/cli forbids the key, or the one place under a service that knows it."""
        if path.startswith("services.") and path.count(".") == 1 and key in FORBIDDEN:
            return f"Docker refuses it in a stack; {FORBIDDEN[key]}"
        if key == "devices" and path.endswith(".reservations"):
            return (
                "Docker refuses it in a stack; Swarm hands out devices as generic_resources, which each node must offer"
            )
        home = _homes().get(key)
        return f"it belongs under {home}" if home else None

    def validate(self) -> None:
        """Report everything that docker/cli refuses about this file alone."""
        if self.version != LATEST and not _is_known(self.version):
            self._report_at("version", f"Docker knows the versions 3.0 to {LATEST}")
            return
        validate(self.root, _schema(), self, FORMATS)

    def _read_version(self) -> str:
        node = self.root.get("version")
        if not isinstance(node, Scalar) or node.text in ("", "3"):
            return LATEST
        return node.text

    def _report_at(self, key: str, message: str) -> None:
        self.report(self.root.entries[key][1], message)


def _number(version: str) -> tuple[int, int]:
    major, _, minor = version.partition(".")
    return int(major), int(minor)


def _is_known(version: str) -> bool:
    major, dot, minor = version.partition(".")
    return major == "3" and bool(dot) and minor.isdecimal() and str(int(minor)) == minor and int(minor) <= 13


@cache
def _document() -> Any:
    return json.loads(Path(__file__).with_name("compose.schema.json").read_text("utf-8"))


@cache
def _schema() -> Schema:
    return compile_schema(_document())


@cache
def _homes() -> dict[str, str]:
    """Keys that only one place under a service knows, to that place."""
    definitions = _document()["$defs"]
    deploy = definitions["deploy"]["properties"]
    homes = dict.fromkeys(deploy, "deploy")
    homes |= dict.fromkeys(deploy["update_config"]["properties"], "deploy.update_config")
    for block in ("placement", "restart_policy", "resources"):
        homes |= dict.fromkeys(deploy[block]["properties"], f"deploy.{block}")
    homes |= dict.fromkeys(definitions["healthcheck"]["properties"], "healthcheck")
    homes |= dict.fromkeys(definitions["service"]["properties"], "the service")
    return homes
