"""Suppression of findings, and findings about suppressions that have no effect."""

from __future__ import annotations

import os
from functools import lru_cache
from typing import TYPE_CHECKING

from rollout_lint.facts.model import Fact
from rollout_lint.linter.suppression.index import CommentIndex
from rollout_lint.linter.suppression.rule_ids import all_rule_ids, rule_id_error
from rollout_lint.rules.checker import check_rules, supersede_unsuppressed
from rollout_lint.rules.finding import Suppression, SuppressionSource

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import date

    from rollout_lint.linter.suppression.apply import SuppressionScope, SuppressionSettings
    from rollout_lint.linter.suppression.directives import IgnoreComment, IgnoreEntry
    from rollout_lint.location import Location
    from rollout_lint.rules.finding import Finding, FindingKey


class Suppressor:
    """Comments and config entries of one recipe, and which of them suppress a finding."""

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
