"""Labels that the files of a variant declare for a service.

Facts hold no label values because these may be secrets. They are read here only for a comparison.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeGuard

from rollout_lint.stack.interpolate import substitute
from rollout_lint.syntax.node import Mapping, Scalar, Sequence

if TYPE_CHECKING:
    import collections.abc
    from collections.abc import Iterator

    from rollout_lint.discovery.recipe import Variant
    from rollout_lint.syntax.node import Node
    from rollout_lint.syntax.source import Source


@dataclass(slots=True)
class DeclaredLabels:
    """Label values by key; None if a value is not a string or depends on a variable with an unknown value.

    `has_open_keys` is True if a key depends on such a variable, so that some label names are unknown.
    """

    values: dict[str, str | None] = field(default_factory=dict)
    has_open_keys: bool = False


def declared_labels(service: str, variant: Variant, sources: collections.abc.Mapping[str, Source]) -> DeclaredLabels:
    """Return the `deploy.labels` of a service; later layers override earlier ones."""
    labels = DeclaredLabels()
    for layer in variant.files:
        node: Node | None = sources[layer.name].root
        for key in ("services", service, "deploy", "labels"):
            node = node.get(key) if isinstance(node, Mapping) else None
        for label, value in _pairs(node, variant):
            if label is None:
                labels.has_open_keys = True
            else:
                labels.values[label] = value
    return labels


def _pairs(node: Node | None, variant: Variant) -> Iterator[tuple[str | None, str | None]]:
    """Yield keys and values. Docker substitutes variables in the keys of a list, but not in those of a mapping."""
    if isinstance(node, Mapping):
        for name, (_, value) in node.entries.items():
            yield name, _substitute(value.text, variant) if _is_text(value) else None
    elif isinstance(node, Sequence):
        for item in node.items:
            if _is_text(item):
                key, _, text = item.text.partition("=")
                yield _substitute(key, variant), _substitute(text, variant)


def _is_text(node: Node) -> TypeGuard[Scalar]:
    return isinstance(node, Scalar) and isinstance(node.value, str)


def _substitute(text: str, variant: Variant) -> str | None:
    if "$" in text and not variant.is_exact:
        return None
    result = substitute(text, variant.environment)
    return None if result.error or result.unset or result.required else result.text
