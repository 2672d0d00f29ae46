"""Stack files that are not checked, with the reason and a way to check them."""

from __future__ import annotations

import shlex
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

from rollout_lint.record import Record

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from rollout_lint.discovery.stack_file import StackFile

Display: TypeAlias = "Callable[[Path], str]"
"""Function from a path to its text in reports."""


class SkipReason(StrEnum):
    """Reason why a stack file is not checked."""

    COMPOSE_ONLY = "for docker compose only"
    NO_BASE = "an overlay whose base is unknown"
    FRAGMENT = "a fragment that uses anchors of another file"
    TEMPLATE = "a template, not YAML"
    NOT_LISTED = "not listed in the manifest"
    OUTSIDE = "a link that leads out of the given folder"
    UNREADABLE = "not valid YAML"


class SkippedFile(Record):
    """File that is not checked. `file` is its path from the current folder, `hint` says how to check it."""

    file: str
    reason: SkipReason
    hint: str


def skip_compose_only(display: Display, file: StackFile, base: StackFile | None = None) -> SkippedFile:
    """Return the entry of a file that only `docker compose` can use, or only on such a base."""
    path = display(file.path)
    files = " ".join(f"-c {_quote(display, each)}" for each in (base, file) if each)
    cause = next((each.outline.compose_feature for each in (file, base) if each and each.outline), None)
    because = f"`{cause[0]}` on line {cause[1]} is not for a Swarm; " if cause and not base else ""
    return SkippedFile(path, SkipReason.COMPOSE_ONLY, f"{because}check it with `rollout-lint check {files}`")


def skip_overlay(display: Display, file: StackFile) -> SkippedFile:
    """Return the entry of an overlay without a base."""
    path = display(file.path)
    lacks = "the images of its services"
    if file.outline is not None and not file.outline.without_image:
        lacks = ", ".join(sorted(file.outline.undefined))
    command = f"rollout-lint check -c BASE -c {_quote(display, file)}"
    hint = f"no base in its folder has {lacks}; name the base: `{command}`, or `stacks` in the config"
    return SkippedFile(path, SkipReason.NO_BASE, hint)


def skip_fragment(display: Display, file: StackFile, other: StackFile) -> SkippedFile:
    """Return the entry of a file that needs the anchors of another file."""
    command = f"cat {_quote(display, other)} {_quote(display, file)} | rollout-lint check -"
    return SkippedFile(display(file.path), SkipReason.FRAGMENT, f"check what is deployed: `{command}`")


def skip_broken(display: Display, file: StackFile) -> SkippedFile:
    """Return the entry of a file that is not YAML, and that no line of it makes a file for a Swarm."""
    path = display(file.path)
    if file.template_line is not None:
        return SkippedFile(path, SkipReason.TEMPLATE, f"line {file.template_line}: render it and check the result")
    problem = file.problems[0]
    return SkippedFile(path, SkipReason.UNREADABLE, f"line {problem.line}: {problem.message}")


def skip_link(display: Display, file: StackFile) -> SkippedFile:
    """Return the entry of a link that is not followed."""
    return SkippedFile(display(file.path), SkipReason.OUTSIDE, "check the folder that it leads to")


def skip_unlisted(display: Display, path: Path) -> SkippedFile:
    """Return the entry of a stack file that no entry of a manifest names."""
    return SkippedFile(display(path), SkipReason.NOT_LISTED, "add it to `recipes` or `stacks` of the manifest")


def _quote(display: Display, file: StackFile) -> str:
    """Return the path of a file for a shell."""
    return shlex.quote(display(file.path))
