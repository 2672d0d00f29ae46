"""Top-level networks, volumes, secrets and configs: keys that docker/cli refuses beside each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rollout_lint.schema import UNKNOWN
from rollout_lint.source import Mapping, Node, Scalar, Sequence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rollout_lint.stack.layer import Layer

_NOT_BESIDE_EXTERNAL = {"networks": (), "volumes": ("driver", "driver_opts", "labels"), "secrets": (), "configs": ()}


def report_conflicts(layer: Layer) -> None:
    """Report them (`loader.go LoadNetworks, LoadVolumes, loadFileObjectConfig`)."""
    for section, others in _NOT_BESIDE_EXTERNAL.items():
        resources = layer.root.get(section)
        for name, (_, node) in resources.entries.items() if isinstance(resources, Mapping) else ():
            if isinstance(node, Mapping):
                with layer.below(name):
                    for key, beside in _conflicts(node, section, others, layer):
                        message = f"{section}.{name}.{key} cannot stand beside {beside}: Docker refuses that"
                        layer.report(node.entries[key][1], message)


def _conflicts(node: Mapping, section: str, others: tuple[str, ...], layer: Layer) -> Iterator[tuple[str, str]]:
    external = node.get("external")
    given = [key for key in (*others, "name", "driver", "file") if _is_given(node.get(key), layer)]
    if _is_external(external, layer):
        yield from ((key, "external") for key in given if key in others)
        if "name" in given and isinstance(external, Mapping) and _is_given(external.get("name"), layer):
            yield "name", "external.name"
    elif section in ("secrets", "configs") and "driver" in given and "file" in given:
        yield "file", "driver"


def _is_external(node: Node | None, layer: Layer) -> bool:
    """A mapping says so by being there (`loader.go transformExternal`)."""
    return isinstance(node, Mapping) or (isinstance(node, Scalar) and layer.value(node, "bool") is True)


def _is_given(node: Node | None, layer: Layer) -> bool:
    if isinstance(node, Mapping):
        return bool(node.entries)
    if isinstance(node, Sequence):
        return bool(node.items)
    return node is not None and layer.value(node, None) not in ("", None, UNKNOWN)
