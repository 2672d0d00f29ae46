"""Values of a layer that Docker reads in an unexpected way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rollout_lint.stack.model import Quirks, Setting
from rollout_lint.syntax.node import Mapping, Node, Scalar, Sequence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rollout_lint.stack.layer import Layer


def find_quirks(layer: Layer) -> dict[str | None, Quirks]:
    """Return the quirks of each service by name, and those outside of services under None.

    A value in an `x-` block belongs to the services that use the block. Values are paths, because text may be a secret.
    """
    quirks: dict[str | None, Quirks] = {}
    modifiers = set(layer.modifiers)
    if not modifiers and not layer.unbraced_defaults:
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
    return quirks


def _walk(node: Node, keys: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Node]]:
    """Yield each node with the keys to it; an item of a list has the keys of the list."""
    yield keys, node
    if isinstance(node, Mapping):
        for key, (_, value) in node.entries.items():
            if keys or not key.startswith("x-"):
                yield from _walk(value, (*keys, key))
    elif isinstance(node, Sequence):
        for item in node.items:
            yield from _walk(item, keys)
