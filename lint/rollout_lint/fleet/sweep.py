"""A fleet to its verdicts, recipe by recipe; in several processes where that pays."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from rollout_lint.discovery.export import get_ref
from rollout_lint.errors import ConfigError, RuleError
from rollout_lint.fleet.parallel import for_each, processes_for
from rollout_lint.fleet.policy_history import policy_since
from rollout_lint.fleet.risk import Verdict, judge
from rollout_lint.linter.context import LintContext
from rollout_lint.linter.evaluate import evaluate
from rollout_lint.linter.evaluation import Evaluation, EvaluationStatus
from rollout_lint.location import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rollout_lint.discovery.recipe import Recipe
    from rollout_lint.fleet.model import Fleet, Member
    from rollout_lint.fleet.result_age import Calendar
    from rollout_lint.rules.model import Rule


@dataclass(frozen=True, slots=True)
class Swept:
    """A row, and what `detail` made of it while its recipe was at hand."""

    verdict: Verdict
    detail: Any = None


@dataclass(frozen=True, slots=True)
class _Task:
    """A member, and what it is judged by, or why nobody can tell that."""

    member: Member
    known: LintContext
    problems: tuple[Problem, ...] = ()


@dataclass(slots=True)
class Sweep:
    """How the members of a fleet are judged.

    `knowledge` tells what a recipe at a path is judged by; what the manifest says counts more. `detail` is asked of
    each verdict with all that it came from. `rules` are those that some recipe was held against.
    """

    fleet: Fleet
    knowledge: Callable[[str], LintContext]
    calendar: Calendar
    detail: Callable[[Member, Evaluation, Verdict], Any] = lambda *_: None
    rules: dict[str, Rule] = field(default_factory=dict)
    _known: dict[int, tuple[LintContext, LintContext]] = field(default_factory=dict)

    def rows(self, jobs: int | None = None) -> Iterator[Swept]:
        """A row for each, in their order; none for a folder that was only found and holds something else.

        `jobs` is in how many processes; where None, as many as pay.
        """
        tasks = [self._task(member) for member in self.fleet.members]
        processes = processes_for(len(tasks)) if jobs is None else jobs
        for swept in for_each(self._sweep, tasks, processes, self._lost):
            if swept is not None:
                yield swept

    def _task(self, member: Member) -> _Task:
        """A config that does not hold is a problem of the recipes that it is for, and stops no other."""
        try:
            by_config = self.knowledge(_on_disk(member.recipe))
        except (ConfigError, RuleError) as error:
            return _Task(member, LintContext(), tuple(error.problems))
        except OSError as error:
            unread = Problem(member.recipe.path, 0, 0, f"cannot be read: {error.strerror}")
            return _Task(member, LintContext(), (*member.recipe.problems, unread))
        known = self._under_manifest(by_config)
        cluster = member.cluster.with_fallback(by_config.cluster)
        return _Task(member, known if cluster == known.cluster else replace(known, cluster=cluster))

    def _under_manifest(self, by_config: LintContext) -> LintContext:
        """What the manifest says, over what a config does; made once for all recipes with that config."""
        if id(by_config) not in self._known:
            self.rules |= {rule.id: rule for rule in by_config.rules}
            images = by_config.images.with_claims(self.fleet.images)
            suppressions = by_config.suppressions._replace(today=self.calendar.today)
            self._known[id(by_config)] = (by_config, replace(by_config, images=images, suppressions=suppressions))
        return self._known[id(by_config)][1]

    def _sweep(self, task: _Task) -> Swept | None:
        """No input may stop a sweep; what nobody has foreseen is a row that says so."""
        if task.problems:
            return self._not_evaluated(task, list(task.problems))
        try:
            return self._evaluated(task)
        except Exception as error:
            told = f"rollout-lint itself failed here, which is a mistake of its own: {type(error).__name__}"
            return self._not_evaluated(task, [Problem(task.member.recipe.path, 0, 0, told)])

    def _evaluated(self, task: _Task) -> Swept | None:
        evaluation = evaluate(task.member.recipe, task.known)
        if evaluation.status == EvaluationStatus.NOT_A_STACK and not task.member.named:
            return None
        return self._swept(task, evaluation)

    def _lost(self, task: _Task) -> Swept:
        told = "the process that read it was ended from outside, perhaps for want of memory"
        return self._not_evaluated(task, [Problem(task.member.recipe.path, 0, 0, told)])

    def _not_evaluated(self, task: _Task, problems: list[Problem]) -> Swept:
        return self._swept(task, Evaluation(task.member.recipe, EvaluationStatus.NOT_EVALUATED, problems=problems))

    def _swept(self, task: _Task, evaluation: Evaluation) -> Swept:
        member = task.member
        since = policy_since(member, evaluation, task.known)
        seen = self.calendar.look(member.evidence.results, since)
        verdict = judge(evaluation, member.evidence, task.known, seen)
        return Swept(verdict, self.detail(member, evaluation, verdict))


def _on_disk(recipe: Recipe) -> str:
    """Where the recipe is, also where it is read at a revision: what it is judged by is today's."""
    refs = (get_ref(layer.path) for variant in recipe.variants for layer in variant.files)
    return next((recipe.path.removesuffix(f"@{ref}") for ref in refs if ref is not None), recipe.path)
