"""What a layer says and Docker reads otherwise, found by the service that it stands in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rollout_lint.stack.model import Marks, Setting
from rollout_lint.syntax.node import Mapping, Node, Scalar, Sequence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rollout_lint.stack.layer import Layer

_EXTENSION = "x-"


def find_marks(layer: Layer) -> dict[str | None, Marks]:
    """The marks of each service by its name, and under None those outside any service.

    What stands in an `x-` block counts where a service uses it. The values are paths, for a text may be a secret.
    """
    found: dict[str | None, Marks] = {}
    modifiers = set(layer.modifiers)
    if not modifiers and not layer.swallowed:
        return found
    for keys, node in _below(layer.root, ()):
        service, path = (keys[1], keys[2:]) if keys[:1] == ("services",) and len(keys) > 1 else (None, keys)
        where = ".".join(path)
        if isinstance(node, Scalar) and (names := layer.swallowed.get(node)):
            told = f"{where}: {', '.join(f'${name}' for name in names)}"
            found.setdefault(service, Marks()).swallowed[where] = Setting(told, layer.location(node), node.text)
        if node in modifiers:
            told = f"{where}: {node.tag}".removeprefix(": ")
            found.setdefault(service, Marks()).modifiers[where] = Setting(told, layer.location(node), "")
    return found


def _below(node: Node, keys: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Node]]:
    """Every node with the keys that lead to it; an item of a list has its list's."""
    yield keys, node
    if isinstance(node, Mapping):
        for key, (_, value) in node.entries.items():
            if keys or not key.startswith(_EXTENSION):
                yield from _below(value, (*keys, key))
    elif isinstance(node, Sequence):
        for item in node.items:
            yield from _below(item, keys)
