"""Validation of one file of a variant: what Docker rejects in it, whatever the other files say."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rollout_lint.stack.layer import LATEST
from rollout_lint.stack.shorthand import parse_ports, parse_volume
from rollout_lint.stack.units import seconds, size
from rollout_lint.syntax.schema import Schema, compile_schema, validate

if TYPE_CHECKING:
    from rollout_lint.stack.layer import Layer

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
"""Keys that docker/cli rejects by name (`cli/compose/types/types.go ForbiddenProperties`), with the fix."""

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


def validate_layer(layer: Layer) -> None:
    """Report everything that docker/cli rejects in this file alone."""
    if layer.version != LATEST and not _is_known(layer.version):
        layer.report(layer.version_node, f"Docker knows the versions 3.0 to {LATEST}")
        return
    validate(layer.root, _schema(), _LayerReader(layer), FORMATS)


class _LayerReader:
    """Reader of a layer for the schema."""

    def __init__(self, layer: Layer) -> None:
        self.value = layer.value
        self.report = layer.report
        self._version = _number(layer.version)

    def has(self, since: str) -> bool:
        """Return True if the file's version has what came with `since`."""
        return self._version >= _number(since)

    def explain_unknown(self, key: str, path: str) -> str | None:
        """Return why docker/cli rejects the key, or the only place under a service that allows it."""
        if path.startswith("services.") and path.count(".") == 1 and key in FORBIDDEN:
            return f"Docker refuses it in a stack; {FORBIDDEN[key]}"
        if key == "devices" and path.endswith(".reservations"):
            return (
                "Docker refuses it in a stack; Swarm hands out devices as generic_resources, which each node must offer"
            )
        home = _homes().get(key)
        return f"it belongs under {home}" if home else None


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
    """Return the only place under a service that allows a key, by key."""
    definitions = _document()["$defs"]
    deploy = definitions["deploy"]["properties"]
    homes = dict.fromkeys(deploy, "deploy")
    homes |= dict.fromkeys(deploy["update_config"]["properties"], "deploy.update_config")
    for block in ("placement", "restart_policy", "resources"):
        homes |= dict.fromkeys(deploy[block]["properties"], f"deploy.{block}")
    homes |= dict.fromkeys(definitions["healthcheck"]["properties"], "healthcheck")
    homes |= dict.fromkeys(definitions["service"]["properties"], "the service")
    return homes
