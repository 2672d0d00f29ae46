"""Index of suppression comments by rule and location."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rollout_lint.linter.suppression.directives import IgnoreComment
    from rollout_lint.rules.finding import Finding
    from rollout_lint.syntax.comments import Position

_Span = tuple["Position", "Position", "IgnoreComment"]


class CommentIndex:
    """Valid comments by rule and by what they cover."""

    def __init__(self, comments: Iterable[IgnoreComment]) -> None:
        """Index each comment under each of its rules."""
        self._whole: dict[tuple[str, str], list[IgnoreComment]] = defaultdict(list)
        self._services: dict[tuple[str, str, str], list[IgnoreComment]] = defaultdict(list)
        spans: dict[tuple[str, str, str | None], list[_Span]] = defaultdict(list)
        for comment in comments:
            file, scope = comment.location.file, comment.scope
            for rule in comment.rules:
                if scope.whole_file:
                    self._whole[file, rule].append(comment)
                if scope.service is not None:
                    self._services[file, rule, scope.service].append(comment)
                spans[file, rule, None] += ((*span, comment) for span in scope.spans)
                spans[file, rule, scope.user] += ((*span, comment) for span in scope.aliased)
        self._spans = {key: _Spans(each) for key, each in spans.items()}

    def covering(self, finding: Finding, files: Iterable[str]) -> list[IgnoreComment]:
        """Return the comments that cover a finding of a variant with these files, innermost first.

        A comment on a key covers facts that are set there and findings located there; one on the file, all in it.
        """
        rule = finding.rule.id
        found = {comment.location: comment for comment in self._whole.get((finding.location.file, rule), ())}
        for file in files:
            if finding.service is not None:
                found |= {each.location: each for each in self._services.get((file, rule, finding.service), ())}
        locations = [finding.location, *(fact.location for fact in finding.facts.values() if fact.location is not None)]
        for location in dict.fromkeys(locations):
            for user in dict.fromkeys((None, finding.service)):
                spans = self._spans.get((location.file, rule, user))
                for comment in spans.containing((location.line - 1, location.column - 1)) if spans is not None else ():
                    found[comment.location] = comment
        return sorted(found.values(), key=lambda comment: (-comment.scope.depth, comment.location))


class _Spans:
    """Spans that are nested or disjoint, like the blocks of a file."""

    def __init__(self, spans: list[_Span]) -> None:
        self._spans = sorted(spans, key=lambda span: (span[0], (-span[1][0], -span[1][1])))
        self._starts = [start for start, _, _ in self._spans]
        self._parents: list[int] = []
        """For each span the number of the innermost one around it, -1 if it is outermost."""
        open_spans: list[int] = []
        for number, (start, _, _) in enumerate(self._spans):
            while open_spans and self._spans[open_spans[-1]][1] <= start:
                open_spans.pop()
            self._parents.append(open_spans[-1] if open_spans else -1)
            open_spans.append(number)

    def containing(self, position: Position) -> Iterator[IgnoreComment]:
        """Yield the comments whose span contains the position, innermost first."""
        number = bisect_right(self._starts, position) - 1
        while number >= 0:
            _, end, comment = self._spans[number]
            if position < end:
                yield comment
            number = self._parents[number]
