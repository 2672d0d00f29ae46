"""Suppressions as written: comments such as `# rollout-lint: ignore[RL001] reason`, and config entries."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

from rollout_lint.location import Location
from rollout_lint.pattern import compile_lazily
from rollout_lint.record import Record

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from rollout_lint.syntax.comments import Comment, Entry, Outline, Position
    from rollout_lint.syntax.source import Source

_SYNTAX_HINT = "write `ignore[RL001]` and the reason"

_DIRECTIVE = compile_lazily(r"#+\s*rollout-lint(?:\s*(?P<colon>:)\s*|\s+(?=ignore\s*\[))(?P<rest>.*)", re.IGNORECASE)
_IGNORE = compile_lazily(r"ignore\s*\[(?P<rules>[^\]\[]*)\](?P<rest>.*)", re.IGNORECASE)
_UNTIL = compile_lazily(r"(?<!\S)\(?until\s*=\s*(?P<day>[^\s,;)]*)[,;)]*", re.IGNORECASE)
_DAY = compile_lazily(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_BEFORE_REASON = " \t:;,.-\u2013\u2014"


class CommentScope(Record):
    """Part of a file that a comment covers.

    `service` is set if the comment is on the key of that service; it covers its findings at any location then. `spans`
    cover the facts that are set in them, of any service. `aliased` are spans of anchors that the service `user`
    uses, or any service without a `user`. `depth` is the number of keys above; the deepest of several comments applies.
    """

    whole_file: bool = False
    service: str | None = None
    spans: tuple[tuple[Position, Position], ...] = ()
    user: str | None = None
    aliased: tuple[tuple[Position, Position], ...] = ()
    depth: int = 0


class IgnoreEntry(Record):
    """Suppression in a config. `path` is a pattern (gitignore syntax) relative to `folder`, that of the config.

    Without a `path` it covers every recipe, without a `service` every service and the stack itself. `until` is the last
    day on which it applies.
    """

    rules: tuple[str, ...]
    reason: str
    location: Location
    folder: Path
    path: str | None = None
    service: str | None = None
    until: date | None = None


class IgnoreComment(Record):
    """Suppression in a comment. `error` is why it is invalid, `until` the last day on which it applies."""

    rules: tuple[str, ...]
    reason: str
    location: Location
    scope: CommentScope
    until: date | None = None
    error: str | None = None


def ignore_comments(source: Source) -> list[IgnoreComment]:
    """Return the comments of a file that begin with `rollout-lint:`, in their order; none if the file is invalid."""
    if source.root is None:
        return []
    from rollout_lint.syntax.comments import Outline

    return list(_ignores(source.name, Outline(source)))


def parse_day(text: str) -> date | None:
    """Return the day of a text such as `2027-01-31`, None if the text is no valid day in this form."""
    try:
        return date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        return None


def _ignores(file: str, outline: Outline) -> Iterator[IgnoreComment]:
    for comment in outline.comments():
        match = _DIRECTIVE.match(comment.text)
        if match is not None:
            line, column = comment.start
            location = Location(file, line + 1, column + 1, line + 1, column + 1 + len(comment.text.rstrip()))
            yield _ignore(match["rest"] if match["colon"] else "", location, _scope(comment, outline))


def _ignore(text: str, location: Location, scope: CommentScope) -> IgnoreComment:
    match = _IGNORE.match(text)
    if match is None:
        return IgnoreComment((), "", location, scope, error=f"no `ignore[...]`: {_SYNTAX_HINT} after `rollout-lint:`")
    rules = tuple(dict.fromkeys(filter(None, (each.strip().upper() for each in match["rules"].split(",")))))
    days = [each["day"] for each in _UNTIL.finditer(match["rest"])]
    until = parse_day(days[0]) if days else None
    reason = " ".join(_UNTIL.sub(" ", match["rest"]).split()).lstrip(_BEFORE_REASON)
    return IgnoreComment(rules, reason, location, scope, until, _comment_error(rules, days, until, reason))


def _comment_error(rules: tuple[str, ...], days: list[str], until: date | None, reason: str) -> str | None:
    if not rules:
        return f"no rule: {_SYNTAX_HINT}"
    if len(days) > 1:
        return "more than one until=: keep one"
    if days and until is None:
        return f"invalid day in until={days[0]}: write it as until=2027-01-31"
    return None if re.search(r"\w", reason) else "no reason: write it after the brackets"


def _scope(comment: Comment, outline: Outline) -> CommentScope:
    """Return the whole file for a comment before the first key, else the entry on its line or on the next one."""
    first = outline.first_key
    if first is not None and comment.start < first.start:
        return CommentScope(whole_file=True)
    entry = _next_entry(comment, outline) if comment.is_alone else outline.first_on(comment.start[0])
    return CommentScope() if entry is None else _scope_of(entry, outline)


def _next_entry(comment: Comment, outline: Outline) -> Entry | None:
    """Return the next entry if only comments are in between, None if it is less indented: a block ends there."""
    entry = outline.next_from(comment.start)
    if entry is None or entry.start[1] < comment.start[1]:
        return None
    return entry if outline.only_comments(comment.start[0] + 1, entry.start[0]) else None


def _scope_of(entry: Entry, outline: Outline) -> CommentScope:
    in_services = entry.document == 1 and len(entry.path) > 1 and entry.path[0] == "services"
    name = entry.path[1] if in_services and entry.path[1] != "<<" else None
    return CommentScope(
        service=name if len(entry.path) == 2 and entry.is_key else None,
        spans=((entry.start, entry.end),),
        user=name,
        aliased=tuple(outline.aliased_in(entry)),
        depth=len(entry.path),
    )
