"""The one place where a finding is silenced, and where it is told what silences nothing."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from rollout_lint.comment_index import CommentIndex
from rollout_lint.engine import Suppression, find
from rollout_lint.facts import Fact
from rollout_lint.ignores import ignores_in
from rollout_lint.images import rules_directory
from rollout_lint.place import Problem
from rollout_lint.suggest import closest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from rollout_lint.engine import Finding
    from rollout_lint.ignores import Ignore, IgnoreComment
    from rollout_lint.place import Place
    from rollout_lint.rule import Rule
    from rollout_lint.source import Source


BASELINE = ".rollout-lint-baseline.json"
"""What a folder's baseline is called."""

_LONGEST = 40
"""How much is told of an id that is none."""


class Silencing(NamedTuple):
    """What silences findings beside the comments of a recipe, and by which day.

    `ids` are those of all rules that there are, were they not asked. Where no day is given, whatever has an end has
    ended. `honoured` is whether anything is silenced at all.
    """

    ignores: tuple[Ignore, ...] = ()
    today: date = date.max
    ids: frozenset[str] = frozenset()
    honoured: bool = True


class Judged(NamedTuple):
    """What was looked at of a recipe: its stack file's path, its variants' files by name, and what was asked.

    `is_whole` is whether all of it could be read, so that what was not found is not there.
    """

    path: str
    variants: Mapping[str, tuple[str, ...]]
    sources: Mapping[str, Source]
    rules: tuple[Rule, ...]
    is_whole: bool


def silence(findings: list[Finding], judged: Judged, silencing: Silencing) -> list[Finding]:
    """The findings, each with what silences it, and behind them those about what silences nothing.

    Of a finding that another supersedes, the other's silence is its own too: the cause is the same.
    """
    comments = [ignore for source in judged.sources.values() for ignore in ignores_in(source)]
    if not comments and not silencing.ignores:
        return findings
    work = _Work(comments, judged, silencing)
    silenced = _with_superseded([replace(each, suppressed=work.suppression(each)) for each in findings])
    return [*(silenced if silencing.honoured else findings), *work.findings_of_its_own()]


def misnamed(rules: Iterable[Rule], silencing: Silencing) -> Iterator[Problem]:
    """What is wrong with the rules that entries of a config name."""
    rules = tuple(rules)
    for entry in silencing.ignores:
        for rule in entry.rules:
            if wrong := meant(rule, rules, all_ids(rules, silencing)):
                yield Problem(entry.place.file, entry.place.line, entry.place.column, f"ignore: {wrong}")


def meant(rule: str, rules: Iterable[Rule], ids: Iterable[str]) -> str | None:
    """What is wrong with an id that is to be silenced, with the one that was meant; None where it is a rule's."""
    by_name = {each.name.upper(): each.id for each in rules}
    silences = {each.id for each in rules if each.is_about_ignores}
    if rule in silences:
        return f"{rule} cannot be silenced"
    if rule in ids:
        return None
    near = by_name.get(rule) or closest(rule, sorted(ids))
    return f"there is no rule {rule if len(rule) <= _LONGEST else f'{rule[:_LONGEST]}…'}" + (
        f"; did you mean {near}?" if near else ""
    )


def all_ids(rules: Iterable[Rule], silencing: Silencing) -> frozenset[str]:
    """The ids of all rules, be they asked or not."""
    return silencing.ids | {rule.id for rule in rules} | _packaged_ids()


@lru_cache(maxsize=1)
def _packaged_ids() -> frozenset[str]:
    return frozenset(path.name.partition("-")[0] for path in rules_directory().glob("*-*.yaml"))


@dataclass(slots=True)
class _Work:
    comments: list[IgnoreComment]
    judged: Judged
    silencing: Silencing
    used: set[tuple[Place, str]] = field(default_factory=set)
    """The comments that silence something, each with the rule."""
    ended: list[tuple[Ignore, Finding]] = field(default_factory=list)
    """The findings that are back since an entry of the config has ended."""
    index: CommentIndex = field(init=False)

    def __post_init__(self) -> None:
        """See what each comment is about."""
        ids = all_ids(self.judged.rules, self.silencing)
        self.comments = [self._held(comment, ids) for comment in self.comments]
        self.index = CommentIndex(comment for comment in self.comments if self._counts(comment))

    def _held(self, comment: IgnoreComment, ids: frozenset[str]) -> IgnoreComment:
        """The comment, refused where it names a rule that is none."""
        if comment.refused is not None:
            return comment
        wrong = (meant(rule, self.judged.rules, ids) for rule in comment.rules)
        return comment._replace(refused=next(filter(None, wrong), None))

    def suppression(self, finding: Finding) -> Suppression | None:
        """What silences the finding: a comment before the config."""
        found = self.index.about(finding, self.judged.variants[finding.variant])
        self.used |= {(comment.place, finding.rule.id) for comment in found}
        if found:
            return Suppression("comment", found[0].reason, found[0].place, _iso(found[0].until))
        entries = [each for each in self.silencing.ignores if self._entry_is_about(each, finding)]
        lasting = next((each for each in entries if not self._has_ended(each.until)), None)
        if lasting is not None:
            return Suppression("config", lasting.reason, lasting.place, _iso(lasting.until))
        if entries:
            self.ended.append((entries[0], finding))
        return None

    def _counts(self, comment: IgnoreComment) -> bool:
        return comment.refused is None and not self._has_ended(comment.until)

    def _has_ended(self, until: date | None) -> bool:
        return until is not None and until < self.silencing.today

    def _entry_is_about(self, entry: Ignore, finding: Finding) -> bool:
        return (
            finding.rule.id in entry.rules
            and entry.service in (None, finding.service)
            and (entry.path is None or _matcher(entry.path)(_path_below(self.judged.path, str(entry.folder))))
        )

    def findings_of_its_own(self) -> Iterator[Finding]:
        """What is to be said of comments, in each variant that has their file, and of entries that have ended."""
        rules = [rule for rule in self.judged.rules if rule.is_about_ignores]
        for comment in self.comments:
            facts = self._facts(comment)
            for variant, files in self.judged.variants.items():
                if comment.place.file in files:
                    yield from find(rules, variant, None, comment.place, facts)
        for entry, finding in self.ended:
            told = f"the config's entry for {finding.rule.id} ({entry.place.file}:{entry.place.line})"
            facts = _as_facts(finding.place, ended=f"{told} ended on {_iso(entry.until)}")
            yield from find(rules, finding.variant, finding.service, finding.place, facts)

    def _facts(self, comment: IgnoreComment) -> dict[str, Fact]:
        if comment.refused is not None:
            return _as_facts(comment.place, refused=comment.refused)
        if self._has_ended(comment.until):
            return _as_facts(comment.place, ended=f"this comment ended on {_iso(comment.until)}")
        asked = {rule.id for rule in self.judged.rules} if self.judged.is_whole else set()
        idle = [rule for rule in comment.rules if rule in asked and (comment.place, rule) not in self.used]
        return _as_facts(comment.place, idle=idle)


def _as_facts(
    place: Place, refused: str | None = None, ended: str | None = None, idle: Iterable[str] = ()
) -> dict[str, Fact]:
    values = {"ignore.refused": refused, "ignore.ended": ended, "ignore.idle": list(idle)}
    return {path: Fact(value, default=False, place=place) for path, value in values.items()}


def _with_superseded(findings: list[Finding]) -> list[Finding]:
    by_rule = {(each.variant, each.service, each.rule.id): each for each in findings}
    return [_with_cause(each, by_rule) for each in findings]


def _with_cause(finding: Finding, by_rule: dict[tuple[str, str | None, str], Finding]) -> Finding:
    cause: Finding | None = finding
    seen: set[str] = set()
    while cause is not None and cause.suppressed is None and cause.superseded_by and cause.rule.id not in seen:
        seen.add(cause.rule.id)
        cause = by_rule.get((cause.variant, cause.service, cause.superseded_by))
    return finding if cause is None else replace(finding, suppressed=cause.suppressed)


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _path_below(path: str, folder: str) -> str:
    return os.path.relpath(os.path.abspath(path), folder).replace(os.sep, "/")  # noqa: PTH100


@lru_cache(maxsize=1000)
def _matcher(pattern: str) -> Callable[[str], bool]:
    from pathspec import GitIgnoreSpec

    return GitIgnoreSpec.from_lines([pattern]).match_file
