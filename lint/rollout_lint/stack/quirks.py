"""Values of a layer that Docker reads in an unexpected way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rollout_lint.stack.model import Quirks, Setting
from rollout_lint.syntax.node import Mapping, Node, Scalar, Sequence, to_value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rollout_lint.stack.layer import Layer
    from rollout_lint.syntax.source import LateMerge

_DEPTHS_OF_EXTENSIONS = (0, 2)
"""Number of keys above an `x-` block: that of a file, or of a service, network, volume, config or secret."""

_LARGER = 100
"""Number of values by which equal nodes can differ, because one of them repeats keys with `<<`."""


def find_quirks(layer: Layer) -> dict[str | None, Quirks]:
    """Return the quirks of each service by name, and those outside of services under None.

    A value in an `x-` block belongs to the services that use the block. Values are paths, because text may be a secret.
    """
    quirks: dict[str | None, Quirks] = {}
    modifiers = set(layer.modifiers)
    if not modifiers and not layer.unbraced_defaults and not layer.late_merges:
        return quirks
    for keys, node in _walk(layer.root, ()):
        service, path = (keys[1], keys[2:]) if keys[:1] == ("services",) and len(keys) > 1 else (None, keys)
        key = ".".join(path)
        if isinstance(node, Scalar) and (names := layer.unbraced_defaults.get(node)):
            text = f"{key}: {', '.join(f'${name}' for name in names)}"
            setting = Setting(text, layer.location(node), node.text)
            quirks.setdefault(service, Quirks()).unbraced_defaults[key] = setting
        if node in modifiers:
            text = f"{key}: {node.tag}".removeprefix(": ")
            quirks.setdefault(service, Quirks()).modifiers[key] = Setting(text, layer.location(node), "")
        if isinstance(node, Mapping) and (merge := layer.late_merges.get(node)):
            location = layer.location(merge.key)
            for name in _overridden_keys(node, merge):
                text = ".".join((*path, name))
                quirks.setdefault(service, Quirks()).late_merges[text] = Setting(text, location, "")
    return quirks


def _overridden_keys(mapping: Mapping, merge: LateMerge) -> Iterator[str]:
    """Yield the keys before a `<<` to which it gives another value."""
    merged = merge.value.items if isinstance(merge.value, Sequence) else [merge.value]
    for name in merge.earlier:
        values = (each.get(name) for each in merged if isinstance(each, Mapping))
        other = next((value for value in values if value is not None), None)
        if other is not None and not _is_equal(mapping.entries[name][1], other):
            yield name


def _is_equal(one: Node, other: Node) -> bool:
    """Return True if two nodes have the same value; False for a much larger one, because aliases can repeat it."""
    sizes = [1 if isinstance(each, Scalar) else each.size for each in (one, other)]
    return one is other or (max(sizes) <= min(sizes) + _LARGER and to_value(one) == to_value(other))


def _walk(node: Node, keys: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Node]]:
    """Yield each node with the keys to it; an item of a list has the keys of the list."""
    yield keys, node
    if isinstance(node, Mapping):
        for key, (_, value) in node.entries.items():
            if len(keys) not in _DEPTHS_OF_EXTENSIONS or not key.startswith("x-"):
                yield from _walk(value, (*keys, key))
    elif isinstance(node, Sequence):
        for item in node.items:
            yield from _walk(item, keys)
