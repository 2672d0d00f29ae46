"""Parsed file with its nodes and problems."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rollout_lint.location import Location, Problem
from rollout_lint.record import Record
from rollout_lint.syntax.encoding import detect_encoding
from rollout_lint.syntax.events import LINE_END, has_usual_lines
from rollout_lint.syntax.node import Mapping

if TYPE_CHECKING:
    from rollout_lint.syntax.node import Alias, Node, Scalar


class LateMerge(Record):
    """A `<<` after other keys of its mapping: its key, its value, and the keys before it."""

    key: Scalar
    value: Node
    earlier: tuple[str, ...]


class Source:
    """Parsed file: the root of its first document (None if it cannot be read), and the problems."""

    __slots__ = ("aliases", "data", "dollars", "end", "late_merges", "later", "modifiers", "name", "problems", "root")

    def __init__(self, name: str, data: bytes) -> None:
        """Take the display name and the bytes of a file."""
        self.name = name
        self.data = data
        self.reset()

    def reset(self) -> None:
        """Remove the results of an earlier parser run."""
        self.root: Node | None = None
        self.problems: list[Problem] = []
        self.aliases: list[Alias] = []
        """Uses of anchors in all documents, in the order of the file."""
        self.dollars: list[Scalar] = []
        """Scalars with a `$`, without keys."""
        self.modifiers: list[Node] = []
        """Nodes tagged `!reset` or `!override`, which docker/cli does not support."""
        self.late_merges: dict[Mapping, LateMerge] = {}
        """Mappings of all documents in which `<<` is not the first key."""
        self.later: list[Node] = []
        """Roots of the documents after the first, which Docker never reads."""
        self.end: tuple[int, int] | None = None
        """Line and column, from 0, of an error in a later document; None if the whole file was read."""

    @property
    def dropped_services(self) -> list[Scalar]:
        """Names of the services in later documents, which Docker never reads."""
        roots = [root for root in self.later if isinstance(root, Mapping)]
        sections = [value for root in roots for key, value in root.pairs if key.text == "services"]
        return [key for section in sections if isinstance(section, Mapping) for key, _ in section.pairs]

    def location(self, node: Node) -> Location:
        """Return the span of the node in this file."""
        return Location(self.name, node.line, node.column, node.end_line, node.end_column)

    def report(self, node: Node, message: str) -> None:
        """Add a problem at the node."""
        self.problems.append(Problem(self.name, node.line, node.column, message))

    def lines(self) -> list[str]:
        """Return the lines of the text as the parser counts them, without line ends."""
        text = self.data.decode(detect_encoding(self.data), errors="replace")
        return text.split("\n") if has_usual_lines(text) else LINE_END.split(text)
