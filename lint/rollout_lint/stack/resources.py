"""Top-level networks, volumes, secrets and configs, and what docker/cli refuses in them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rollout_lint.stack.model import Resource
from rollout_lint.syntax.node import Mapping, Node, Scalar, Sequence
from rollout_lint.syntax.schema import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rollout_lint.stack.layer import Layer

_NAME = re.compile(r"[a-zA-Z0-9._-]+")
"""What the schema knows for a name. A network of another is allowed, and held against nothing but Docker's decoder."""
_NOT_BESIDE_EXTERNAL = {"networks": (), "volumes": ("driver", "driver_opts", "labels"), "secrets": (), "configs": ()}


def decode_resources(layer: Layer) -> dict[str, dict[str, Resource]]:
    """The layer's resources by section and key; what is no mapping and not empty has been reported."""
    found: dict[str, dict[str, Resource]] = {}
    for section in _NOT_BESIDE_EXTERNAL:
        resources = layer.root.get(section)
        if isinstance(resources, Mapping):
            found[section] = {}
            for name, (key, node) in resources.entries.items():
                with layer.below(name):
                    found[section][name] = _decode_resource(name, key, node, layer)
    return found


def _decode_resource(name: str, key: Scalar, node: Node, layer: Layer) -> Resource:
    """An external one goes by its own `name`, by `external.name`, or by its key (`loader.go LoadNetworks`)."""
    if not isinstance(node, Mapping):
        return Resource(layer.location(key))
    external = node.get("external")
    given = _text(node.get("name"), layer) or (
        _text(external.get("name"), layer) if isinstance(external, Mapping) else ""
    )
    is_external = _is_external(external, layer)
    known_as = given or (name if is_external else "")
    return Resource(layer.location(key), is_external, known_as, _text(node.get("driver"), layer), tuple(_stated(node)))


def _stated(node: Mapping, prefix: str = "") -> Iterator[str]:
    for key, (_, value) in node.entries.items():
        if isinstance(value, Mapping) and value.entries:
            yield from _stated(value, f"{prefix}{key}.")
        else:
            yield prefix + key


def report_conflicts(layer: Layer) -> None:
    """Report them (`loader.go LoadNetworks, LoadVolumes, loadFileObjectConfig`)."""
    for section, others in _NOT_BESIDE_EXTERNAL.items():
        resources = layer.root.get(section)
        for name, (_, node) in resources.entries.items() if isinstance(resources, Mapping) else ():
            if section == "networks" and not _NAME.fullmatch(name) and not _is_mapping_or_null(node, layer):
                layer.report(node, f"networks.{name} must be a mapping")
            if isinstance(node, Mapping):
                with layer.below(name):
                    for key, beside in _conflicts(node, section, others, layer):
                        message = f"{section}.{name}.{key} cannot stand beside {beside}: Docker refuses that"
                        layer.report(node.entries[key][1], message)


def _is_mapping_or_null(node: Node, layer: Layer) -> bool:
    return isinstance(node, Mapping) or (isinstance(node, Scalar) and layer.value(node, None) is None)


def _conflicts(node: Mapping, section: str, others: tuple[str, ...], layer: Layer) -> Iterator[tuple[str, str]]:
    external = node.get("external")
    given = [key for key in dict.fromkeys((*others, "name", "driver", "file")) if _is_given(node.get(key), layer)]
    if _is_external(external, layer):
        yield from ((key, "external") for key in given if key in others)
        if "name" in given and isinstance(external, Mapping) and _is_given(external.get("name"), layer):
            yield "name", "external.name"
    elif section in ("secrets", "configs") and "driver" in given and "file" in given:
        yield "file", "driver"


def _is_external(node: Node | None, layer: Layer) -> bool:
    """A mapping says so by being there (`loader.go transformExternal`)."""
    return isinstance(node, Mapping) or (isinstance(node, Scalar) and layer.value(node, "bool") is True)


def _text(node: Node | None, layer: Layer) -> str:
    value = layer.value(node, None) if isinstance(node, Scalar) else ""
    return value if isinstance(value, str) else ""


def _is_given(node: Node | None, layer: Layer) -> bool:
    if isinstance(node, Mapping):
        return bool(node.entries)
    if isinstance(node, Sequence):
        return bool(node.items)
    return node is not None and layer.value(node, None) not in ("", None, UNKNOWN)
