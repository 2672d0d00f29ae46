"""Comparison of two YAML trees."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from rollout_lint.syntax.node import Mapping, Node, Scalar

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

Path: TypeAlias = "tuple[str, ...]"


def changed_paths(before: Node | None, after: Node) -> set[Path]:
    """Return the paths of all values that differ. `before` can be None for an empty file.

    A list is one value. The order of keys does not matter.
    """
    comparison = _Comparison()
    return set(comparison.leaves(after, ()) if before is None else comparison.paths(before, after, ()))


class _Comparison:
    """Comparison that visits each node once, however many aliases refer to it."""

    def __init__(self) -> None:
        self._content_ids: dict[int, int] = {}
        self._ids: dict[Hashable, int] = {}

    def paths(self, before: Node, after: Node, path: Path) -> Iterator[Path]:
        if self._content_id(before) == self._content_id(after):
            return
        if not isinstance(before, Mapping) or not isinstance(after, Mapping):
            yield path
            return
        for key in before.entries.keys() | after.entries.keys():
            old, new = before.get(key), after.get(key)
            if old is None or new is None:
                yield from self.leaves(new if old is None else old, (*path, key))
            else:
                yield from self.paths(old, new, (*path, key))

    def leaves(self, node: Node | None, path: Path) -> Iterator[Path]:
        if isinstance(node, Mapping) and node.entries:
            for key, (_, value) in node.entries.items():
                yield from self.leaves(value, (*path, key))
        else:
            yield path

    def _content_id(self, node: Node) -> int:
        """Return a number that two nodes share only if their contents are equal."""
        if id(node) not in self._content_ids:
            if isinstance(node, Scalar):
                content: Hashable = (type(node.value), node.value, node.tag)
            elif isinstance(node, Mapping):
                content = frozenset((key, self._content_id(value)) for key, (_, value) in node.entries.items())
            else:
                content = tuple(self._content_id(item) for item in node.items)
            self._content_ids[id(node)] = self._ids.setdefault((type(node), content), len(self._ids))
        return self._content_ids[id(node)]
