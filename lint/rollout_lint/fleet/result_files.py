"""Result files that a manifest names."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeVar

from rollout_lint.discovery.export import format_path, join_path
from rollout_lint.discovery.filesystem import is_file, read_bytes
from rollout_lint.errors import FleetError
from rollout_lint.fleet.results.reader import Record, read_results
from rollout_lint.syntax.parser import MAX_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from rollout_lint.fleet.manifest.schema import Mention
    from rollout_lint.fleet.model import UpgradeResult
    from rollout_lint.location import Problem

T = TypeVar("T")


@dataclass(slots=True)
class ResultFiles:
    """Result files of a fleet in `folder`; each file is read once.

    `mentions` are the files for several recipes. `problems` are the errors in the files.
    """

    folder: Path
    problems: list[Problem]
    mentions: list[Mention] = field(default_factory=list)
    _records: dict[Path, list[Record]] = field(default_factory=dict)
    _used: set[Mention] = field(default_factory=set)

    def of_fleet(self, recipe: str) -> Iterator[UpgradeResult]:
        """Those of files for several recipes; one that names none is of the recipe whose name its path has."""
        for mention in self.mentions:
            name = mention.name.replace("*", recipe)
            path = join_path(self.folder, name)
            if "*" not in mention.name or is_file(path):
                for record in self._read(path, mention, name):
                    if record.recipe == recipe or (record.recipe is None and "*" in mention.name):
                        self._used.add(mention)
                        yield record.result

    def report_unused(self) -> None:
        """Tell of files for several recipes that have results of nobody here."""
        for mention in self.mentions:
            records = [] if "*" in mention.name else self._records.get(join_path(self.folder, mention.name), [])
            named = {each.recipe for each in records if each.recipe is not None}
            if named and mention not in self._used:
                told = ", ".join(sorted(named))
                self.problems.append(mention.problem(f"{mention.name} tells of {told}, and of no recipe here"))
            if any(each.recipe is None and each.result.upgrade for each in records):
                message = f"{mention.name} has results that name no recipe; a * in its path stands for the name"
                self.problems.append(mention.problem(message))

    def of_recipe(self, recipe: str, path: Path, mention: Mention) -> list[UpgradeResult]:
        """Those of a file that a recipe's entry names; one that names another recipe is not about this one."""
        records = self._read(path, mention, mention.name)
        own = [record.result for record in records if record.recipe in (None, recipe)]
        if records and not own:
            others = ", ".join(sorted({str(record.recipe) for record in records}))
            self.problems.append(mention.problem(f"{format_path(path)} tells of {others}, and not of {recipe}"))
        return own

    def _read(self, path: Path, mention: Mention, name: str) -> list[Record]:
        """The records of a file; `name` is the path in the manifest."""
        if path not in self._records:
            records = read_mentioned(path, mention, read_results, self.problems)
            self._records[path] = [replace(each, result=replace(each.result, source=name)) for each in records]
        return self._records[path]


def read_mentioned(
    path: Path, mention: Mention, reader: Callable[[bytes, str], list[T]], problems: list[Problem]
) -> list[T]:
    """Return what `reader` makes of a file; add to `problems` and return nothing if the file is unreadable."""
    try:
        return reader(read(path), format_path(path))
    except OSError as error:
        problems.append(mention.problem(f"{format_path(path)} cannot be read: {error.strerror}"))
    except FleetError as error:
        problems += error.problems
    return []


def read(path: Path) -> bytes:
    """A file, with one byte more than any reader takes, so that it can say that there is too much. Raises OSError."""
    return read_bytes(path, MAX_BYTES + 1)
