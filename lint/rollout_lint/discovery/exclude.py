"""Folders to pass over, by patterns in gitignore's grammar."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


class Exclude(NamedTuple):
    """Folders that are named by patterns in gitignore's grammar.

    The patterns are held against paths below the folder that is walked, or below one above it, from where that is
    `walked`. A walked folder that the patterns name themselves has been asked for, and they hold below it alone.
    """

    patterns: tuple[str, ...] = ()
    walked: str = "."

    @staticmethod
    def of(exclude: Iterable[str] | Exclude) -> Exclude:
        """Patterns that are held against paths below the walked folder, where nothing else is said."""
        return exclude if isinstance(exclude, Exclude) else Exclude(tuple(exclude))

    def __bool__(self) -> bool:
        """Whether there is any pattern."""
        return bool(self.patterns)

    def names(self, folder: str) -> bool:
        """Whether the patterns name this folder below the walked one, or one that it lies in."""
        return self.matcher()(folder)

    def matcher(self) -> Callable[[str], bool]:
        """The same for many folders."""
        if not self.patterns:
            return lambda _: False
        matches = _compiled(self.patterns)
        above = "" if self.walked == "." or matches(f"{self.walked}/") else f"{self.walked}/"
        return lambda folder: matches(f"{above}{folder}/")


def is_exclusion(pattern: str) -> bool:
    """Whether gitignore's grammar has such a pattern; a comment and an empty line are none."""
    from pathspec import GitIgnoreSpec

    try:
        return any(each.include is not None for each in GitIgnoreSpec.from_lines([pattern]).patterns)
    except ValueError:
        return False


@lru_cache(maxsize=128)
def _compiled(patterns: tuple[str, ...]) -> Callable[[str], bool]:
    from pathspec import GitIgnoreSpec

    return GitIgnoreSpec.from_lines(patterns).match_file
