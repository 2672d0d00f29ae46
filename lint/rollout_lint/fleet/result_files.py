"""Result files that a manifest names."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from rollout_lint.discovery.filesystem import is_file, read_bytes
from rollout_lint.discovery.revision import find_commit_date
from rollout_lint.discovery.revision_paths import format_path, join_path
from rollout_lint.errors import FleetError
from rollout_lint.fleet.results.reader import read_results
from rollout_lint.syntax.parser import MAX_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from rollout_lint.fleet.manifest.schema import FileReference
    from rollout_lint.fleet.model import UpgradeResult
    from rollout_lint.fleet.results.model import Record
    from rollout_lint.location import Problem

T = TypeVar("T")

OUTSIDE_REPOSITORY = "outside the repository, not read; name the manifest on the command line to allow it"


@dataclass(slots=True)
class ResultFiles:
    """Result files of a fleet in `folder`; each file is read once.

    def _read(self, path: Path, reference: FileReference, source: str, problems: list[Problem]) -> list[Record]:
        if path not in self._records and self.is_forbidden(path):
            self.problems.append(reference.make_problem(f"{source} is {OUTSIDE_REPOSITORY}"))
            self._records[path] = []
    """

    folder: Path
    problems: list[Problem]
    shared: list[FileReference] = field(default_factory=list)
    is_forbidden: Callable[[Path], bool] = field(default=lambda _: False)
    _records: dict[Path, list[Record]] = field(default_factory=dict)
    unreadable: list[Problem] = field(default_factory=list)
    """Errors in the files for several recipes, which may have results of any recipe."""
    _errors: dict[Path, list[Problem]] = field(default_factory=dict)
    _used: set[FileReference] = field(default_factory=set)

    def shared_results(self, recipe: str, problems: list[Problem]) -> Iterator[UpgradeResult]:
        """Yield the results of a recipe in the shared files; the path can name the recipe instead of the record.

        The errors of files whose path names the recipe are added to `problems`.
        """
        for reference in self.shared:
            name = reference.name.replace("*", recipe)
            path = join_path(self.folder, name)
            if "*" not in reference.name or is_file(path):
                for record in self._read(
                    path, reference, name, problems if name != reference.name else self.unreadable
                ):
                    if record.recipe == recipe or (record.recipe is None and "*" in reference.name):
                        self._used.add(reference)
                        yield record.result

    def report_unused(self) -> None:
        """Add a problem for each shared file whose results belong to no recipe of the fleet."""
        for reference in self.shared:
            records = [] if "*" in reference.name else self._records.get(join_path(self.folder, reference.name), [])
            names = {each.recipe for each in records if each.recipe is not None}
            if names and reference not in self._used:
                message = f"{reference.name} has results of {', '.join(sorted(names))}, but of no recipe of this fleet"
                self.problems.append(reference.make_problem(message))
            if any(each.recipe is None and each.result.upgrade for each in records):
                message = f"{reference.name} has results without a recipe name; put a * for the name in its path"
                self.problems.append(reference.make_problem(message))

    def recipe_results(
        self, recipe: str, path: Path, reference: FileReference, problems: list[Problem]
    ) -> list[UpgradeResult]:
        """Return the results of a recipe in a file that its entry names, and add the errors of the file to `problems`.

        A file with results of other recipes only is a problem of the manifest.
        """
        records = self._read(path, reference, reference.name, problems)
        own = [record.result for record in records if record.recipe in (None, recipe)]
        if records and not own:
            others = ", ".join(sorted({str(record.recipe) for record in records}))
            message = f"{format_path(path)} has results of {others}, and not of {recipe}"
            self.problems.append(reference.make_problem(message))
        return own

    def _read(self, path: Path, reference: FileReference, source: str, problems: list[Problem]) -> list[Record]:
        if path not in self._records and self.is_forbidden(path):
            self.problems.append(reference.make_problem(f"{source} is {OUTSIDE_REPOSITORY}"))
            self._records[path] = []
        if path not in self._records:
            self._errors[path] = []
            reader = partial(read_results, find_date=lambda: reference.date or find_commit_date(path))
            records = read_reference(path, reference, reader, self._errors[path])
            self._records[path] = [replace(each, result=replace(each.result, source=source)) for each in records]
        problems += [each for each in self._errors.get(path, ()) if each not in problems]
        return self._records[path]


def read_reference(
    path: Path, reference: FileReference, reader: Callable[[bytes, str], list[T]], problems: list[Problem]
) -> list[T]:
    """Return the items that `reader` finds in a file; on an error, add to `problems` and return an empty list."""
    try:
        return reader(read_limited(path), format_path(path))
    except OSError as error:
        problems.append(reference.make_problem(f"{format_path(path)} cannot be read: {error.strerror}"))
    except FleetError as error:
        problems += error.problems
    return []


def read_limited(path: Path) -> bytes:
    """Return the content of a file, cut to one byte more than readers accept. Raises OSError."""
    return read_bytes(path, MAX_BYTES + 1)
