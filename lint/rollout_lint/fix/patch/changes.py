"""What a file says otherwise than before: the paths of the values that differ."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from rollout_lint.syntax.node import Mapping, Node, Scalar

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

Path: TypeAlias = "tuple[str, ...]"


def changed_paths(before: Node | None, after: Node) -> set[Path]:
    """Down to the single value, or to where one side has nothing; a list is one value, and keys have no order.

    None is a file that says nothing.
    """
    comparison = _Comparison()
    return set(comparison.leaves(after, ()) if before is None else comparison.paths(before, after, ()))


class _Comparison:
    """Each node is looked at once, however many aliases stand for it."""

    def __init__(self) -> None:
        self._known: dict[int, Hashable] = {}
        self._numbers: dict[Hashable, int] = {}

    def paths(self, before: Node, after: Node, path: Path) -> Iterator[Path]:
        if self._content(before) == self._content(after):
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
        """The single values that only one side has."""
        if isinstance(node, Mapping) and node.entries:
            for key, (_, value) in node.entries.items():
                yield from self.leaves(value, (*path, key))
        else:
            yield path

    def _content(self, node: Node) -> Hashable:
        """A number that two nodes share only where they say the same."""
        if id(node) not in self._known:
            if isinstance(node, Scalar):
                content: Hashable = (type(node.value), node.value, node.tag)
            elif isinstance(node, Mapping):
                content = frozenset((key, self._content(value)) for key, (_, value) in node.entries.items())
            else:
                content = tuple(self._content(item) for item in node.items)
            self._known[id(node)] = self._numbers.setdefault((type(node), content), len(self._numbers))
        return self._known[id(node)]
