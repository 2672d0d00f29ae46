"""Nodes of a YAML tree with their spans; lines and columns count from 1, and the end is exclusive."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeAlias

from rollout_lint.syntax.scalar import YAML, ScalarValue, resolve_scalar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MERGE = "<<"
BLOCK_STYLES = ("|", ">")
NON_TEXT_STARTS = frozenset(("", *"0123456789+-.~nNtTfF"))
"""First characters of plain scalars that may not be text."""
_DECODING_TAGS = frozenset(YAML + name for name in ("null", "bool", "int", "float", "timestamp"))


class Scalar:
    """Scalar with its `text`, its `value` and its `style`, which is the quote, `|`, `>` or empty.

    The value is the one of go-yaml v3 (`resolve.go resolve`): `yes` stays text, `0440` is octal.
    """

    __slots__ = ("anchor", "column", "end_column", "end_line", "line", "style", "tag", "text", "value")

    def __init__(self, event: Any) -> None:
        """Read the ScalarEvent of the parser."""
        start, end = event.start_mark, event.end_mark
        text: str = event.value
        tag: str | None = event.tag
        style: str = event.style or ""
        self.text = text
        self.tag = tag
        self.style = style
        self.anchor: str | None = None
        self.line: int = start.line + 1
        self.column: int = start.column + 1
        self.end_line: int = end.line + 1
        self.end_column: int = end.column + 1
        self.value: ScalarValue = text
        if tag is not None or (not style and text[:1] in NON_TEXT_STARTS):
            self.decode()

    @property
    def is_plain(self) -> bool:
        """True if no quotes and no block style mark the scalar as text."""
        return not self.style

    def decode(self) -> None:
        """Set the value from the text, the tag and the style."""
        decodes = not self.style if self.tag is None else self.tag in _DECODING_TAGS
        self.value = resolve_scalar(self.text) if decodes else self.text


class _Collection:
    """Base of mappings and lists; `flow` is True for a collection in brackets.

    `size` is the number of values, `depth` the number of levels. Both include the targets of aliases.
    """

    __slots__ = ("anchor", "column", "depth", "end_column", "end_line", "flow", "line", "size", "tag")

    def __init__(self, event: Any) -> None:
        """Read the start event of the parser."""
        self.anchor: str | None = None
        self.tag: str | None = None
        self.flow = False
        self.size = 1
        self.depth = 1
        mark = event.start_mark
        self.line = self.end_line = mark.line + 1
        self.column = self.end_column = mark.column + 1


class Mapping(_Collection):
    """Mapping with resolved `entries` and the `pairs` of the file.

    `entries` maps the text of each key to its key node and its value node, with aliases resolved and `<<` applied.
    """

    __slots__ = ("_own", "entries", "pairs")

    def __init__(self, event: Any) -> None:
        """Read the MappingStartEvent of the parser."""
        # super() would make parsing about 3 % slower.
        _Collection.__init__(self, event)
        self.entries: dict[str, tuple[Scalar, Node]] = {}
        self.pairs: list[tuple[Scalar, Written]] = []

    def get(self, key: str) -> Node | None:
        """Return the value of a key, including merged keys, or None."""
        entry = self.entries.get(key)
        return None if entry is None else entry[1]

    def get_own(self, key: str) -> Written | None:
        """Return the value of a key in this mapping, without merged keys, or None."""
        # Not in __init__, because most mappings are never asked.
        if not hasattr(self, "_own"):
            self._own: dict[str, Written] = {name.text: value for name, value in reversed(self.pairs)}
        return self._own.get(key)


class Sequence(_Collection):
    """List with `items`, in which aliases are resolved, and `written`, in which they are not."""

    __slots__ = ("items", "written")

    def __init__(self, event: Any) -> None:
        """Read the SequenceStartEvent of the parser."""
        # super() would make parsing about 3 % slower.
        _Collection.__init__(self, event)
        self.items: list[Node] = []
        self.written: list[Written] = []


class Alias:
    """Use of an anchor, such as `*name`; `target` is the node with the anchor."""

    __slots__ = ("column", "end_column", "end_line", "line", "name", "target")

    def __init__(self, event: Any, target: Node) -> None:
        """Read the AliasEvent of the parser."""
        self.name: str = event.anchor
        self.target = target
        self.line: int = event.start_mark.line + 1
        self.column: int = event.start_mark.column + 1
        self.end_line: int = event.end_mark.line + 1
        self.end_column: int = event.end_mark.column + 1


Node: TypeAlias = Scalar | Mapping | Sequence
Written: TypeAlias = Node | Alias


def to_value(node: Node, value_of: Callable[[Scalar], Any] = attrgetter("value")) -> Any:
    """Return the node as dicts and lists; `value_of` converts scalars."""
    if isinstance(node, Scalar):
        return value_of(node)
    if isinstance(node, Mapping):
        return {key: to_value(value, value_of) for key, (_, value) in node.entries.items()}
    return [to_value(item, value_of) for item in node.items]


def iter_scalars(root: Node) -> Iterator[tuple[Scalar, bool]]:
    """Yield every scalar below the root once, with True if it is a key."""
    waiting: list[Written] = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Scalar):
            yield node, False
        elif isinstance(node, Sequence):
            waiting.extend(node.written)
        elif isinstance(node, Mapping):
            for key, value in node.pairs:
                yield key, True
                waiting.append(value)
