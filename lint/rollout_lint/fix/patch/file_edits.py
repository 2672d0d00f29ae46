"""Edits of one file for many services, found in one parse and made together."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from rollout_lint.fix.patch.edits import find_edits
from rollout_lint.fix.patch.text import Edit, SourceText
from rollout_lint.linter.reader import parse_source
from rollout_lint.syntax.node import Mapping

if TYPE_CHECKING:
    from collections.abc import Callable


class FileEdits:
    """Edits of one file. Two services that share a value can have the same edit."""

    def __init__(self, name: str, data: bytes) -> None:
        """Parse the file."""
        self._text = SourceText.decode(data)
        self._source = parse_source(self._text.encode(), name)
        self._edits: set[Edit] = set()
        self._is_allowed: dict[Edit, bool] = {}

    def find(self, path: tuple[str, ...], value: object, is_allowed: Callable[[bytes], bool] | None) -> Edit | None:
        """Return the first edit that sets a value of a service.

        With `is_allowed`, only an edit whose result is allowed, or one that cannot change another service.
        """
        for edit in find_edits(self._text, self._source, path, value):
            if is_allowed is None or self._is_local(edit, path[1]):
                return edit
            if edit not in self._is_allowed:
                self._is_allowed[edit] = is_allowed(self._text.apply([edit]).encode())
            if self._is_allowed[edit]:
                return edit
        return None

    def add(self, edit: Edit) -> bool:
        """Add an edit, and return True if it changes the file and is new."""
        is_new = edit not in self._edits and self._text.characters[edit.start : edit.end] != edit.text
        if is_new:
            self._edits.add(edit)
        return is_new

    def apply(self) -> bytes | None:
        """Return the contents after all edits, or None if they overlap."""
        edits = sorted(self._edits)
        if any(first.end > second.start or first.start == second.start for first, second in pairwise(edits)):
            return None
        return self._text.apply(edits).encode()

    def _is_local(self, edit: Edit, service: str) -> bool:
        """Return True for an edit within a service that defines no anchor."""
        services = self._source.root.get("services") if isinstance(self._source.root, Mapping) else None
        entry = services.entries.get(service) if isinstance(services, Mapping) else None
        own = services.get_own(service) if isinstance(services, Mapping) else None
        if entry is None or own is None:
            return False
        start, end = self._text.start(entry[0]), self._text.line_end(self._text.end(own))
        return start <= edit.start <= edit.end <= end and "&" not in self._text.characters[start:end]
