"""Application of suppressions, and findings about suppressions that have no effect."""

from __future__ import annotations

import os
from datetime import date
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from rollout_lint.facts.model import Fact
from rollout_lint.facts.packaged import rules_directory
from rollout_lint.linter.suppression.directives import ignore_comments
from rollout_lint.linter.suppression.index import CommentIndex
from rollout_lint.location import Problem
from rollout_lint.record import Record
from rollout_lint.rules.checker import check_rules, supersede_unsuppressed
from rollout_lint.rules.finding import Suppression, SuppressionSource
from rollout_lint.syntax.wording import quote, suggest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from rollout_lint.linter.suppression.directives import IgnoreComment, IgnoreEntry
    from rollout_lint.location import Location
    from rollout_lint.rules.finding import Finding, FindingKey
    from rollout_lint.rules.model import Rule
    from rollout_lint.syntax.source import Source


BASELINE = ".rollout-lint-baseline.json"
"""File name of a baseline."""


class SuppressionSettings(Record):
    """Suppressions of the config, and how they apply.

    `rule_ids` are the ids of all rules, also of disabled ones. With the default of `today`, every suppression that ends
    has expired. Unless `enabled`, nothing is suppressed.
    """

    ignores: tuple[IgnoreEntry, ...] = ()
    today: date = date.max
    rule_ids: frozenset[str] = frozenset()
    enabled: bool = True


class SuppressionScope(Record):
    """Checked parts of a recipe: path of its stack file, files of each variant, and rules.

    `is_whole` is True if everything could be read, so that a suppression without a finding is unused.
    """

    path: str
    variants: Mapping[str, tuple[str, ...]]
    sources: Mapping[str, Source]
    rules: tuple[Rule, ...]
    is_whole: bool


def apply_suppressions(
    findings: list[Finding], scope: SuppressionScope, settings: SuppressionSettings
) -> list[Finding]:
    """Return the findings with their suppressions, then the findings about the suppressions.

    A finding whose superseder is suppressed is active again, unless a suppression names its rule too.
    """
    comments = [comment for source in scope.sources.values() for comment in ignore_comments(source)]
    if not comments and not settings.ignores:
        return findings
    suppressor = _Suppressor(comments, scope, settings)
    suppressed = suppressor.suppress(findings)
    return [*(suppressed if settings.enabled else findings), *suppressor.findings_about_suppressions()]


def invalid_rule_ids(rules: Iterable[Rule], settings: SuppressionSettings) -> Iterator[Problem]:
    """Yield the config entries that name an unknown rule, or one that cannot be suppressed."""
    rules = tuple(rules)
    for entry in settings.ignores:
        for rule in entry.rules:
            if error := rule_id_error(rule, rules, all_rule_ids(rules, settings)):
                yield Problem(entry.location.file, entry.location.line, entry.location.column, f"ignore: {error}")


def rule_id_error(rule: str, rules: Iterable[Rule], ids: Iterable[str]) -> str | None:
    """Return why a rule id cannot be suppressed, with the id that was probably meant; None if it can."""
    by_name = {each.name.upper(): each.id for each in rules}
    if rule in {each.id for each in rules if each.is_about_suppressions}:
        return f"{rule} cannot be suppressed"
    if rule in {each.id for each in rules if each.is_locked}:
        return f"{rule} is locked in the config and cannot be suppressed"
    if rule in ids:
        return None
    near = by_name.get(rule) or suggest(rule, sorted(ids))
    return f"unknown rule {quote(rule)}" + (f" (did you mean {near}?)" if near else "")


def all_rule_ids(rules: Iterable[Rule], settings: SuppressionSettings) -> frozenset[str]:
    """Return the ids of all rules, also of disabled ones."""
    return settings.rule_ids | {rule.id for rule in rules} | _packaged_ids()


@cache
def _packaged_ids() -> frozenset[str]:
    return frozenset(path.name.partition("-")[0] for path in rules_directory().glob("*-*.yaml"))


class _Suppressor:
    def __init__(self, comments: list[IgnoreComment], scope: SuppressionScope, settings: SuppressionSettings) -> None:
        """Validate and index the comments."""
        self.scope = scope
        self.settings = settings
        self.used: set[tuple[Location, str]] = set()
        """Comments that suppress a finding, each with the rule."""
        self.named: dict[FindingKey, IgnoreComment] = {}
        """Comments that suppress a finding and name a rule that it supersedes, by the key of a finding of that rule."""
        self.expired: list[tuple[IgnoreEntry, Finding]] = []
        """Findings whose entry of the config has expired."""
        ids = all_rule_ids(scope.rules, settings)
        self.comments = [self._validated(comment, ids) for comment in comments]
        self.index = CommentIndex(comment for comment in self.comments if self._is_valid(comment))

    def _validated(self, comment: IgnoreComment, ids: frozenset[str]) -> IgnoreComment:
        """Return the comment, with an error if it names an unknown rule."""
        if comment.error is not None:
            return comment
        errors = (rule_id_error(rule, self.scope.rules, ids) for rule in comment.rules)
        return comment._replace(error=next(filter(None, errors), None))

    def suppress(self, findings: list[Finding]) -> list[Finding]:
        """Return the findings with their suppressions."""
        covered = [each._replace(suppressed=self._suppression(each)) for each in findings]
        return supersede_unsuppressed([self._suppress_named(each) for each in covered])

    def _suppression(self, finding: Finding) -> Suppression | None:
        """Return the suppression that covers a finding. A comment takes precedence over the config."""
        found = self.index.covering(finding, self.scope.variants[finding.variant])
        self.used |= {(comment.location, finding.rule.id) for comment in found}
        for comment in found:
            for rule in finding.rule.supersedes.intersection(comment.rules):
                self.named.setdefault((rule, *finding.key[1:]), comment)
        if found:
            return _comment_suppression(found[0])
        entries = [each for each in self.settings.ignores if self._entry_covers(each, finding)]
        valid = next((each for each in entries if not self._has_expired(each.until)), None)
        if valid is not None:
            return Suppression(SuppressionSource.CONFIG, valid.reason, valid.location, _iso(valid.until))
        if entries:
            self.expired.append((entries[0], finding))
        return None

    def _suppress_named(self, finding: Finding) -> Finding:
        """Return a superseded finding with the suppression of its superseder, if that comment also names its rule.

        The comment need not cover the location of the superseded finding.
        """
        comment = self.named.get(finding.key)
        if comment is None or finding.suppressed is not None or finding.superseded_by is None:
            return finding
        self.used.add((comment.location, finding.rule.id))
        return finding._replace(suppressed=_comment_suppression(comment))

    def _is_valid(self, comment: IgnoreComment) -> bool:
        return comment.error is None and not self._has_expired(comment.until)

    def _has_expired(self, until: date | None) -> bool:
        return until is not None and until < self.settings.today

    def _entry_covers(self, entry: IgnoreEntry, finding: Finding) -> bool:
        return (
            finding.rule.id in entry.rules
            and entry.service in (None, finding.service)
            and (entry.path is None or _matcher(entry.path)(_path_below(self.scope.path, str(entry.folder))))
        )

    def findings_about_suppressions(self) -> Iterator[Finding]:
        """Yield findings about comments, for each variant that has their file, and about expired entries."""
        rules = [rule for rule in self.scope.rules if rule.is_about_suppressions]
        for comment in self.comments:
            facts = self._facts(comment)
            for variant, files in self.scope.variants.items():
                if comment.location.file in files:
                    yield from check_rules(rules, variant, None, comment.location, facts)
        for entry, finding in self.expired:
            name = f"the config entry for {finding.rule.id} ({entry.location.file}:{entry.location.line})"
            facts = _suppression_facts(finding.location, expired=f"{name} expired on {_iso(entry.until)}")
            yield from check_rules(rules, finding.variant, finding.service, finding.location, facts)

    def _facts(self, comment: IgnoreComment) -> dict[str, Fact]:
        if comment.error is not None:
            return _suppression_facts(comment.location, error=comment.error)
        if self._has_expired(comment.until):
            return _suppression_facts(comment.location, expired=f"this comment expired on {_iso(comment.until)}")
        checked = {rule.id for rule in self.scope.rules} if self.scope.is_whole else set()
        unused = [rule for rule in comment.rules if rule in checked and (comment.location, rule) not in self.used]
        return _suppression_facts(comment.location, unused=unused)


def _suppression_facts(
    location: Location, error: str | None = None, expired: str | None = None, unused: Iterable[str] = ()
) -> dict[str, Fact]:
    values = {"ignore.refused": error, "ignore.ended": expired, "ignore.idle": list(unused)}
    return {path: Fact(value, default=False, location=location) for path, value in values.items()}


def _comment_suppression(comment: IgnoreComment) -> Suppression:
    return Suppression(SuppressionSource.COMMENT, comment.reason, comment.location, _iso(comment.until))


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _path_below(path: str, folder: str) -> str:
    return os.path.relpath(os.path.abspath(path), folder).replace(os.sep, "/")  # noqa: PTH100


@lru_cache(maxsize=1000)
def _matcher(pattern: str) -> Callable[[str], bool]:
    from pathspec import GitIgnoreSpec

    return GitIgnoreSpec.from_lines([pattern]).match_file
