"""Top-level networks, volumes, secrets and configs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rollout_lint.stack.model import Resource, Setting
from rollout_lint.stack.unknown import Unknown
from rollout_lint.syntax.node import Mapping, Node, Scalar, Sequence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rollout_lint.stack.layer import Layer

_NAME = re.compile(r"[a-zA-Z0-9._-]+")
"""Names in the schema. Docker allows other names for networks, and only its decoder checks those networks."""
_CREATION_OPTIONS = ("driver", "driver_opts", "ipam", "internal", "attachable")
_NOT_BESIDE_EXTERNAL = {"networks": (), "volumes": ("driver", "driver_opts", "labels"), "secrets": (), "configs": ()}


def decode_resources(layer: Layer) -> dict[str, dict[str, Resource]]:
    """Return the resources of the layer by section and key; validation reports wrong types."""
    decoded: dict[str, dict[str, Resource]] = {}
    for section in _NOT_BESIDE_EXTERNAL:
        resources = layer.root.get(section)
        if isinstance(resources, Mapping):
            decoded[section] = {}
            for name, (key, node) in resources.entries.items():
                with layer.scope(name):
                    decoded[section][name] = _decode_resource(name, key, node, layer)
    return decoded


def _decode_resource(name: str, key: Scalar, node: Node, layer: Layer) -> Resource:
    """Return a resource; an external one is named by `name`, `external.name` or its key (`loader.go LoadNetworks`)."""
    if not isinstance(node, Mapping):
        return Resource(layer.location(key))
    external = node.get("external")
    is_external = _is_external(external, layer)
    engine_name = layer.text(node.get("name"))
    if not engine_name and isinstance(external, Mapping):
        engine_name = layer.text(external.get("name"))
    if not engine_name and is_external is True:
        engine_name = name
    return Resource(
        layer.location(key),
        is_external,
        engine_name,
        driver=layer.text(node.get("driver")),
        name=_setting(node.get("name"), layer),
        file=_setting(node.get("file"), layer),
        options=dict(_options(node, layer)),
        set_paths=tuple(_set_paths(node)),
    )


def _setting(node: Node | None, layer: Layer) -> Setting | None:
    if not isinstance(node, Scalar) or layer.value(node, None) in (None, ""):
        return None
    return Setting(layer.text(node), layer.location(node), node.text, unset=layer.unset(node))


def _options(node: Mapping, layer: Layer) -> Iterator[tuple[str, Setting]]:
    """Yield the values that the engine takes only when it creates a network or volume, as text."""
    for key in _CREATION_OPTIONS:
        option = node.get(key)
        if option is not None:
            yield from _flatten(option, key, layer)


def _flatten(node: Node, path: str, layer: Layer) -> Iterator[tuple[str, Setting]]:
    if isinstance(node, Mapping):
        for key, (_, value) in node.entries.items():
            yield from _flatten(value, f"{path}.{key}", layer)
    elif isinstance(node, Sequence):
        for number, item in enumerate(node.items):
            yield from _flatten(item, f"{path}.{number}", layer)
    elif isinstance(node, Scalar):
        value = layer.value(node, None)
        text = value if isinstance(value, str | Unknown) else "" if value is None else node.text
        yield path, Setting(text, layer.location(node), node.text, unset=layer.unset(node))


def _set_paths(node: Mapping, prefix: str = "") -> Iterator[str]:
    for key, (_, value) in node.entries.items():
        if isinstance(value, Mapping) and value.entries:
            yield from _set_paths(value, f"{prefix}{key}.")
        else:
            yield prefix + key


def report_conflicts(layer: Layer) -> None:
    """Report keys that Docker does not allow together (`loader.go LoadNetworks, LoadVolumes, loadFileObjectConfig`)."""
    for section, others in _NOT_BESIDE_EXTERNAL.items():
        resources = layer.root.get(section)
        for name, (_, node) in resources.entries.items() if isinstance(resources, Mapping) else ():
            if section == "networks" and not _NAME.fullmatch(name) and not _is_mapping_or_null(node, layer):
                layer.report(node, f'invalid "networks.{name}": must be a mapping')
            if isinstance(node, Mapping):
                with layer.scope(name):
                    for key, other in _conflicts(node, section, others, layer):
                        message = f'Docker rejects "{key}" together with "{other}" in {section}.{name}: remove one'
                        layer.report(node.entries[key][1], message)


def _is_mapping_or_null(node: Node, layer: Layer) -> bool:
    return isinstance(node, Mapping) or (isinstance(node, Scalar) and layer.value(node, None) is None)


def _conflicts(node: Mapping, section: str, others: tuple[str, ...], layer: Layer) -> Iterator[tuple[str, str]]:
    external = node.get("external")
    set_keys = [key for key in dict.fromkeys((*others, "name", "driver", "file")) if _is_set(node.get(key), layer)]
    if _is_external(external, layer) is True:
        yield from ((key, "external") for key in set_keys if key in others)
        if "name" in set_keys and isinstance(external, Mapping) and _is_set(external.get("name"), layer):
            yield "name", "external.name"
    elif section in ("secrets", "configs") and "driver" in set_keys and "file" in set_keys:
        yield "file", "driver"


def _is_external(node: Node | None, layer: Layer) -> bool | Unknown:
    """Return True for `true` and for any mapping (`loader.go transformExternal`)."""
    value = layer.value(node, "bool") if isinstance(node, Scalar) else isinstance(node, Mapping)
    return value if isinstance(value, Unknown) else value is True


def _is_set(node: Node | None, layer: Layer) -> bool:
    if isinstance(node, Mapping):
        return bool(node.entries)
    if isinstance(node, Sequence):
        return bool(node.items)
    value = None if node is None else layer.value(node, None)
    return value not in ("", None) and not isinstance(value, Unknown)
