"""Reports of `check`, made recipe by recipe."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from rollout_lint.report.check.spool import Spool
from rollout_lint.report.common.json_values import format_json

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from rollout_lint.linter.evaluation import Evaluation
    from rollout_lint.report.check.totals import CheckSummary
    from rollout_lint.rules.model import Rule, Severity

P = TypeVar("P")


class CheckReport(ABC, Generic[P]):
    """Report in one format. `P` is its part about one recipe, which can be sent between processes."""

    @abstractmethod
    def format_recipe(self, evaluation: Evaluation, failing: Collection[Severity]) -> P:
        """Return the part of a recipe, and change nothing. Findings of the severities `failing` fail the run."""

    @abstractmethod
    def add(self, part: P, rules: Sequence[Rule]) -> None:
        """Add the part of the next recipe, which was checked with these rules."""

    @abstractmethod
    def stream(self, summary: CheckSummary) -> Iterator[str]:
        """Yield the report in pieces."""


class SectionReport(CheckReport[dict[str, str]]):
    """Report whose parts are texts by section."""

    def __init__(self, separators: Mapping[str, str] | None = None) -> None:
        """Start with empty sections. The texts of a section have a separator between them, by default none."""
        self._separators = separators or {}
        self._sections: dict[str, Spool] = {}

    def add(self, part: dict[str, str], rules: Sequence[Rule]) -> None:
        """Add the texts to their sections."""
        del rules
        for section, text in part.items():
            self.add_text(section, text)

    def add_text(self, section: str, text: str) -> None:
        """Add a text to a section."""
        if section not in self._sections:
            self._sections[section] = Spool(self._separators.get(section, ""))
        self._sections[section].add(text)

    def has(self, section: str) -> bool:
        """Return True if a section has a text."""
        return section in self._sections

    def read(self, section: str) -> Iterator[str]:
        """Yield the texts of a section in pieces."""
        if section in self._sections:
            yield from self._sections[section].read()


def join_lines(lines: Iterable[str]) -> str:
    """Return the lines as one text, each with a line end."""
    return "".join(f"{line}\n" for line in lines)


def join_by_severity(lines: Iterable[tuple[Severity, str]]) -> dict[str, str]:
    """Return the lines as one text per severity."""
    texts: dict[str, str] = {}
    for severity, line in lines:
        texts[severity] = f"{texts.get(severity, '')}{line}\n"
    return texts


class StreamedList:
    """List in a JSON document whose items are texts."""

    def __init__(self, pieces: Iterator[str], *, is_empty: bool) -> None:
        """Take the items, separated by commas."""
        self.pieces = pieces
        self.is_empty = is_empty


def format_item(value: Any, depth: int) -> str:
    """Return an item of a list in a JSON document. `depth` is the number of mappings and lists that it is in."""
    return format_json(value, end="").replace("\n", f"\n{'  ' * depth}")


def item_separator(depth: int) -> str:
    """Return the separator of the items of a list."""
    return f",\n{'  ' * depth}"


def stream_json(document: Any) -> Iterator[str]:
    """Yield a document that has streamed lists, as `format_json` writes it."""
    lists: dict[str, StreamedList] = {}
    text = format_json(_replace_lists(document, lists))
    for marker, each in lists.items():
        head, _, text = text.partition(format_json(marker, end=""))
        yield head
        yield from each.pieces
    yield text


def _replace_lists(value: Any, lists: dict[str, StreamedList]) -> Any:
    """Return the document with a marker as the only item of each streamed list."""
    if isinstance(value, StreamedList):
        if value.is_empty:
            return []
        # A text of a file cannot have this number.
        marker = f"list {len(lists)} of {id(value)}"
        lists[marker] = value
        return [marker]
    if isinstance(value, dict):
        return {key: _replace_lists(each, lists) for key, each in value.items()}
    return [_replace_lists(each, lists) for each in value] if isinstance(value, list) else value
