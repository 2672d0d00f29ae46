"""JSON documents with long lists, written in pieces."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rollout_lint.report.common.json_values import format_json

if TYPE_CHECKING:
    from collections.abc import Iterator


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
