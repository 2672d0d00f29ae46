"""A fleet to its verdicts, recipe by recipe; in several processes where that pays."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from rollout_lint.evaluate import NOT_A_STACK, Known, evaluate
from rollout_lint.verdict import Verdict, judge

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from rollout_lint.evaluate import Evaluation
    from rollout_lint.evidence import Calendar
    from rollout_lint.fleet.model import Fleet, Member
    from rollout_lint.images import Claims


@dataclass(frozen=True, slots=True)
class Swept:
    """A row, and what `detail` made of it while its recipe was at hand."""

    verdict: Verdict
    detail: Any = None


@dataclass(frozen=True, slots=True)
class Sweep:
    """How each member of a fleet is judged.

    `known` tells what a recipe at a path is judged by; what the manifest says counts more. `detail` is asked of each
    verdict with all that it came from.
    """

    known: Callable[[str], Known]
    calendar: Calendar
    images: Claims
    detail: Callable[[Member, Evaluation, Verdict], Any] | None = None

    def rows(self, members: Sequence[Member]) -> Iterator[Swept]:
        """A row for each, in their order; none for a folder that was only found and holds something else."""
        for member in members:
            swept = self._sweep(member)
            if swept is not None:
                yield swept

    def _sweep(self, member: Member) -> Swept | None:
        by_config = self.known(member.recipe.path)
        known = replace(
            by_config,
            cluster=member.cluster.over(by_config.cluster),
            images=by_config.images.with_claims(self.images),
        )
        evaluation = evaluate(member.recipe, known)
        if evaluation.status == NOT_A_STACK and not member.named:
            return None
        seen = self.calendar.look(member.evidence.results, lambda _: None)
        verdict = judge(evaluation, member.evidence, known, seen)
        return Swept(verdict, self.detail and self.detail(member, evaluation, verdict))


def sweep_of(fleet: Fleet, known: Callable[[str], Known], calendar: Calendar) -> Sweep:
    """How the members of this fleet are judged."""
    return Sweep(known, calendar, fleet.images)
