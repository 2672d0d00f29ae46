"""Folders and files to skip (gitignore syntax)."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from rollout_lint.record import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


class Exclude(Record):
    """Patterns of folders and files to skip (gitignore syntax).

    The patterns match paths relative to their root. `walked` is the path from the root to the walked folder. If the
    patterns match the walked folder itself, the user named it on purpose, and its path becomes the root.
    """

    patterns: tuple[str, ...] = ()
    walked: str = "."

    @staticmethod
    def create(exclude: Iterable[str] | Exclude) -> Exclude:
        """Return an Exclude; plain patterns match paths relative to the walked folder."""
        return exclude if isinstance(exclude, Exclude) else Exclude(tuple(exclude))

    def __bool__(self) -> bool:
        """Return True if there are patterns."""
        return bool(self.patterns)

    def matches(self, folder: str) -> bool:
        """Return True if the patterns match a folder below the walked one, or one of its parents."""
        return self.matcher()(folder)

    def matcher(self) -> Callable[[str], bool]:
        """Return the test of `matches`, for many folders."""
        matches = self.file_matcher()
        return lambda folder: matches(f"{folder}/")

    def file_matcher(self) -> Callable[[str], bool]:
        """Return a test if the patterns match a file below the walked folder, or one of its parents."""
        if not self.patterns:
            return lambda _: False
        matches = _compiled(self.patterns)
        prefix = "" if self.walked == "." or matches(f"{self.walked}/") else f"{self.walked}/"
        return lambda file: matches(f"{prefix}{file}")


def is_exclusion(pattern: str) -> bool:
    """Return True for a valid pattern (gitignore syntax); a comment or an empty line is not a pattern."""
    from pathspec import GitIgnoreSpec

    try:
        return any(each.include is not None for each in GitIgnoreSpec.from_lines([pattern]).patterns)
    except ValueError:
        return False


@lru_cache(maxsize=128)
def _compiled(patterns: tuple[str, ...]) -> Callable[[str], bool]:
    from pathspec import GitIgnoreSpec

    return GitIgnoreSpec.from_lines(patterns).match_file
