"""What silences findings: comments such as `# rollout-lint: ignore[RL001] reason`, and the entries of a config."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from rollout_lint.facts import Kind
from rollout_lint.place import Place

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from rollout_lint.outline import Comment, Entry, Outline, Position
    from rollout_lint.source import Source

HOW = "write `ignore[RL001]` and the reason"

_NAMED = re.compile(rb"rollout-lint", re.IGNORECASE)
_DIRECTIVE = re.compile(r"#+\s*rollout-lint(?:\s*(?P<colon>:)\s*|\s+(?=ignore\s*\[))(?P<rest>.*)", re.IGNORECASE)
_IGNORE = re.compile(r"ignore\s*\[(?P<rules>[^\]\[]*)\](?P<rest>.*)", re.IGNORECASE)
_UNTIL = re.compile(r"(?<!\S)\(?until\s*=\s*(?P<day>[^\s,;)]*)[,;)]*", re.IGNORECASE)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_BEFORE_REASON = " \t:;,.-\u2013\u2014"


class IgnoreFact(NamedTuple):
    """What a condition may ask of what silences findings; `kind` is what its value may be."""

    about: str
    kind: Kind


IGNORE_FACTS = {
    "ignore.refused": IgnoreFact(
        "Why a comment that would silence a finding silences none.", Kind(frozenset(("string", "null")))
    ),
    "ignore.ended": IgnoreFact(
        "What would silence a finding and has ended, and the last day on which it did.",
        Kind(frozenset(("string", "null"))),
    ),
    "ignore.idle": IgnoreFact(
        "The rules that a comment names and of which it silences nothing in any variant.",
        Kind(frozenset(("array",)), items=frozenset(("string",))),
    ),
}
"""Each fact of a comment, or of a config's entry, that silences findings, by its path."""


class Scope(NamedTuple):
    """What a comment is about, in its own file.

    `service` is the service whose key it stands on, whose findings it is about wherever they stand. `spans` are where a
    fact must have been decided, of whatever service; `aliased` the same for the service `user` alone, which takes that
    over from an anchor elsewhere, or for each where it is None. `depth` is how many keys lead there; of several
    comments the deepest tells.
    """

    whole_file: bool = False
    service: str | None = None
    spans: tuple[tuple[Position, Position], ...] = ()
    user: str | None = None
    aliased: tuple[tuple[Position, Position], ...] = ()
    depth: int = 0


class Ignore(NamedTuple):
    """An entry of a config; `path` is a pattern in gitignore's grammar, for paths below `folder`, the config's own.

    Without a `path` it is about each recipe, without a `service` about each service and the stack itself. `until` is
    the last day on which it silences anything.
    """

    rules: tuple[str, ...]
    reason: str
    place: Place
    folder: Path
    path: str | None = None
    service: str | None = None
    until: date | None = None


class IgnoreComment(NamedTuple):
    """A comment that names the rules which it silences, as it is written; `refused` is why it silences nothing.

    `until` is the last day on which it does.
    """

    rules: tuple[str, ...]
    reason: str
    place: Place
    scope: Scope
    until: date | None = None
    refused: str | None = None


def ignores_in(source: Source) -> list[IgnoreComment]:
    """Each comment of a file that begins with `rollout-lint:`, in their order; none of a file that cannot be read."""
    if source.root is None or not _NAMED.search(source.data.replace(b"\0", b"")):
        return []
    from rollout_lint.outline import Outline

    return list(_ignores(source.name, Outline(source)))


def day_of(text: str) -> date | None:
    """The day that is written as `2027-01-31`; None where there is no such day, or another form."""
    try:
        return date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        return None


def _ignores(file: str, outline: Outline) -> Iterator[IgnoreComment]:
    for comment in outline.comments():
        match = _DIRECTIVE.match(comment.text)
        if match is not None:
            line, column = comment.start
            place = Place(file, line + 1, column + 1, line + 1, column + 1 + len(comment.text.rstrip()))
            yield _ignore(match["rest"] if match["colon"] else "", place, _scope(comment, outline))


def _ignore(text: str, place: Place, scope: Scope) -> IgnoreComment:
    match = _IGNORE.match(text)
    if match is None:
        return IgnoreComment((), "", place, scope, refused=f"it cannot be read; {HOW} behind `rollout-lint:`")
    rules = tuple(dict.fromkeys(filter(None, (each.strip().upper() for each in match["rules"].split(",")))))
    days = [each["day"] for each in _UNTIL.finditer(match["rest"])]
    until = day_of(days[0]) if days else None
    reason = " ".join(_UNTIL.sub(" ", match["rest"]).split()).lstrip(_BEFORE_REASON)
    return IgnoreComment(rules, reason, place, scope, until, _refusal(rules, days, until, reason))


def _refusal(rules: tuple[str, ...], days: list[str], until: date | None, reason: str) -> str | None:
    if not rules:
        return f"it names no rule; {HOW}"
    if len(days) > 1:
        return "it says until more than once"
    if days and until is None:
        return f"until={days[0]} is no day such as until=2027-01-31"
    return None if re.search(r"\w", reason) else "it gives no reason"


def _scope(comment: Comment, outline: Outline) -> Scope:
    """The file where it stands before the first key; else what begins on its line, or on the next one."""
    first = outline.first_key
    if first is not None and comment.start < first.start:
        return Scope(whole_file=True)
    entry = _below(comment, outline) if comment.alone else outline.first_on(comment.start[0])
    return Scope() if entry is None else _scope_of(entry, outline)


def _below(comment: Comment, outline: Outline) -> Entry | None:
    """The next entry where only comments stand between; none where that is less indented, since another block ends."""
    entry = outline.next_from(comment.start)
    if entry is None or entry.start[1] < comment.start[1]:
        return None
    return entry if outline.only_comments(comment.start[0] + 1, entry.start[0]) else None


def _scope_of(entry: Entry, outline: Outline) -> Scope:
    in_services = entry.document == 1 and len(entry.path) > 1 and entry.path[0] == "services"
    name = entry.path[1] if in_services and entry.path[1] != "<<" else None
    return Scope(
        service=name if len(entry.path) == 2 and entry.is_key else None,
        spans=((entry.start, entry.end),),
        user=name,
        aliased=tuple(outline.aliased_in(entry)),
        depth=len(entry.path),
    )
