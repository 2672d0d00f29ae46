"""Stack files that are not checked, as text reports list them."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from rollout_lint.discovery.skipped import SkipReason
from rollout_lint.printable import printable
from rollout_lint.report.common.style import plural

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rollout_lint.discovery.skipped import SkippedFile
    from rollout_lint.report.common.style import Style

_LIST_ALL = "--list-skipped names them"
_MAX_FILES = 10
"""Maximum number of listed files with the same reason, unless all are listed."""

_MAX_SEEN = 5
"""Maximum number of named files in the message that no stack file was found."""


def list_unexpected(skipped: Iterable[SkippedFile]) -> list[SkippedFile]:
    """Return the files whose reason a user may want to remove: all except those for docker compose only."""
    return [each for each in skipped if each.reason is not SkipReason.COMPOSE_ONLY]


def sort_skipped(skipped: Iterable[SkippedFile]) -> list[SkippedFile]:
    """Return the files sorted by reason, those for docker compose only last."""
    return sorted(skipped, key=lambda each: (each.reason is SkipReason.COMPOSE_ONLY, each.reason))


def describe_skipped(file: SkippedFile) -> str:
    """Return the reason and the hint of a file on one line."""
    return f"{file.reason}; {file.hint}" if file.hint else str(file.reason)


def describe_unchecked(skipped: Iterable[SkippedFile]) -> str:
    """Return the summary of a report without any recipe."""
    if list_unexpected(skipped):
        return "No stack file was checked."
    return "Nothing here is for a Swarm: no file was checked."


def count_skipped(skipped: Iterable[SkippedFile]) -> str:
    """Return the number of files and the name of one of them, in one line."""
    first, *others = sort_skipped(skipped)
    if not others:
        return f"1 file not checked: {first.file}"
    return f"{len(others) + 1} files not checked, such as {first.file}; {_LIST_ALL}"


def format_skipped(skipped: Iterable[SkippedFile], style: Style, list_all: bool = False) -> list[str]:
    """Return the lines of the section "Not checked", or no lines if every file is checked.

    Files for docker compose only are one line, and a long list with the same reason is cut, unless `list_all` is set.
    """
    listed = sort_skipped(skipped if list_all else list_unexpected(skipped))
    lines = ["Not checked:"] if listed else []
    for _, group in groupby(listed, lambda each: each.reason):
        files = list(group)
        shown = files if list_all else files[:_MAX_FILES]
        lines += _format_files(shown, style)
        if len(shown) < len(files):
            lines.append(f"  and {len(files) - len(shown)} more; {_LIST_ALL}")
    return [*lines, *([] if list_all else _format_compose_only(skipped))]


def _format_files(files: list[SkippedFile], style: Style) -> Iterator[str]:
    """Yield a line per file, and the hint after the last of consecutive files with the same hint."""
    for hint, group in groupby(files, lambda each: each.hint):
        yield from (f"  {style(printable(each.file), 'bold')}: {each.reason}" for each in group)
        if hint:
            yield f"    hint: {printable(hint)}"


def _format_compose_only(skipped: Iterable[SkippedFile]) -> Iterator[str]:
    files = [each.file for each in skipped if each.reason is SkipReason.COMPOSE_ONLY]
    if files:
        names = f": {printable(files[0])}" if len(files) == 1 else f"; {_LIST_ALL}"
        yield f"{plural(len(files), 'file')} {SkipReason.COMPOSE_ONLY}, not checked{names}"


def format_no_stack_file(path: str, seen: Sequence[str], is_excluding: bool = False) -> str:
    """Return the error that a folder has no stack file. `seen` are YAML files in it with `services:`."""
    where = " that are not excluded" if is_excluding else ""
    message = (
        f'no stack file found in "{path}": looked for YAML files{where} with a top-level "services:" mapping of '
        "services as docker stack deploy reads them"
    )
    if not seen:
        return message
    more = f" and {len(seen) - _MAX_SEEN} more" if len(seen) > _MAX_SEEN else ""
    return f"{message}; other files with services: {', '.join(seen[:_MAX_SEEN])}{more} (name a file to check it anyway)"
