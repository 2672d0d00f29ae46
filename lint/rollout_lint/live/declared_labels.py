"""What the files of a variant say of the labels of a service.

The facts have no values of labels, which may be secrets; they are looked up only to be compared.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeGuard

from rollout_lint.stack.interpolate import substitute
from rollout_lint.syntax.node import Mapping, Scalar, Sequence

if TYPE_CHECKING:
    import collections.abc
    from collections.abc import Iterable, Iterator

    from rollout_lint.discovery.recipe import Variant
    from rollout_lint.syntax.node import Node
    from rollout_lint.syntax.parser import Source

_PATH = ("deploy", "labels")


@dataclass(slots=True)
class FiledLabels:
    """`values` by key, None where a value depends on a variable that is not surely the deploy's, or is no text.

    `has_open_keys` is whether a key itself depends on such a variable, so that the labels' names are not all known.
    """

    values: dict[str, str | None] = field(default_factory=dict)
    has_open_keys: bool = False


def labels_of(service: str, variant: Variant, sources: collections.abc.Mapping[str, Source]) -> FiledLabels:
    """The `deploy.labels` of a service, those of a later layer over those of an earlier one."""
    labels = FiledLabels()
    for layer in variant.files:
        root = sources[layer.name].root
        services = root.get("services") if isinstance(root, Mapping) else None
        node = services.get(service) if isinstance(services, Mapping) else None
        for key, value in _pairs(_below(node, _PATH), variant):
            if key is None:
                labels.has_open_keys = True
            else:
                labels.values[key] = value
    return labels


def _below(node: Node | None, path: Iterable[str]) -> Node | None:
    for key in path:
        node = node.get(key) if isinstance(node, Mapping) else None
    return node


def _pairs(node: Node | None, variant: Variant) -> Iterator[tuple[str | None, str | None]]:
    """Of a mapping, whose keys Docker leaves as they are, or of a list of `KEY=VALUE`, where it replaces variables."""
    if isinstance(node, Mapping):
        for name, (_, given) in node.entries.items():
            yield name, _replaced(given.text, variant) if _is_text(given) else None
    elif isinstance(node, Sequence):
        for item in node.items:
            if _is_text(item):
                key, _, value = item.text.partition("=")
                yield _replaced(key, variant), _replaced(value, variant)


def _is_text(node: Node) -> TypeGuard[Scalar]:
    return isinstance(node, Scalar) and isinstance(node.value, str)


def _replaced(text: str, variant: Variant) -> str | None:
    if "$" in text and not variant.is_exact:
        return None
    result = substitute(text, variant.environment)
    return None if result.error or result.unset or result.required else result.text
