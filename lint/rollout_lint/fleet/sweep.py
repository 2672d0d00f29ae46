"""Sweep over a fleet: the risk of each recipe, computed in one or several processes."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from rollout_lint.discovery.export import RevisionError
from rollout_lint.discovery.revision_files import RevisionFiles
from rollout_lint.discovery.revision_paths import get_ref, to_working_tree
from rollout_lint.errors import ConfigError, RuleError
from rollout_lint.fleet.parallel import CRASHED, choose_process_count, map_in_processes
from rollout_lint.fleet.policy_history import find_change_since
from rollout_lint.fleet.published_ports import list_published_ports
from rollout_lint.fleet.risk import RecipeAssessment, assess_recipe
from rollout_lint.linter.context import LintContext, config_path
from rollout_lint.linter.evaluate import evaluate
from rollout_lint.linter.evaluation import Evaluation, EvaluationStatus
from rollout_lint.linter.history import HistoryFinder, RecipeHistory
from rollout_lint.location import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rollout_lint.discovery.recipe import Recipe
    from rollout_lint.fleet.model import Fleet, Member
    from rollout_lint.fleet.published_ports import PublishedPort
    from rollout_lint.fleet.result_age import AgePolicy
    from rollout_lint.rules.model import Rule


@dataclass(frozen=True, slots=True)
class SweepRow:
    """Assessment of one recipe, the result of `Sweep.detail`, and the ports that its services publish."""

    assessment: RecipeAssessment
    detail: Any = None
    ports: tuple[PublishedPort, ...] = ()


@dataclass(frozen=True, slots=True)
class _Task:
    """Member with its context, or the problems if its context cannot be loaded."""

    member: Member
    context: LintContext
    problems: tuple[Problem, ...] = ()


@dataclass(slots=True)
class Sweep:
    """Sweep over a fleet.

    `load_context` returns the context of the recipe at a path; the manifest takes precedence over it. `detail` is
    called for each assessment while its evaluation is in memory. `rules` are all rules that a recipe was checked with.
    Recipes are compared with the commit `since`, or without it with the revision of their newest upgrade test.
    """

    fleet: Fleet
    load_context: Callable[[str], LintContext]
    age_policy: AgePolicy
    detail: Callable[[Member, Evaluation, RecipeAssessment], Any] = lambda *_: None
    rules: dict[str, Rule] = field(default_factory=dict)
    since: str | None = None
    _finder: HistoryFinder | None = None

    def __post_init__(self) -> None:
        """Prepare the comparison."""
        self._finder = None if self.since is None else HistoryFinder(self.since)

    def rows(self, jobs: int | None = None) -> Iterator[SweepRow]:
        """Yield a row for each recipe in order, except for found folders that hold no stack.

        `jobs` is the number of processes; None chooses it by the number of recipes.
        """
        tasks = self._tasks()
        processes = choose_process_count(len(tasks)) if jobs is None else jobs
        for row in map_in_processes(self._sweep, tasks, processes, self._crashed):
            if row is not None:
                yield row

    def _tasks(self) -> list[_Task]:
        tasks = []
        loaded, context = None, LintContext()
        for member in self.fleet.members:
            recipe = member.recipe
            try:
                new = self.load_context(_path_on_disk(recipe))
            except (ConfigError, RuleError) as error:
                tasks.append(_Task(member, LintContext(), tuple(error.problems)))
                continue
            except OSError as error:
                unreadable = Problem(recipe.path, 0, 0, f"cannot be read: {error.strerror}")
                tasks.append(_Task(member, LintContext(), (*recipe.problems, unreadable)))
                continue
            # A new context indexes all rules, so consecutive recipes with the same config share one.
            if new is not loaded:
                loaded, context = new, self._apply_manifest(new)
            cluster = member.cluster.with_fallback(new.cluster)
            tasks.append(_Task(member, context if cluster == context.cluster else context._replace(cluster=cluster)))
        return tasks

    def _apply_manifest(self, context: LintContext) -> LintContext:
        self.rules |= {rule.id: rule for rule in context.rules}
        images = context.images.with_claims(self.fleet.images)
        suppressions = context.suppressions._replace(today=self.age_policy.today)
        return context._replace(images=images, suppressions=suppressions)

    def _sweep(self, task: _Task) -> SweepRow | None:
        """Return the row of a recipe. No input may stop a sweep, so an unexpected exception becomes a row too."""
        if task.problems:
            return self._not_evaluated(task, list(task.problems))
        try:
            evaluation = self._evaluate(task)
            if evaluation.status == EvaluationStatus.NOT_A_STACK and not task.member.is_listed:
                return None
            return self._row(task, evaluation)
        except Exception as error:
            message = f"internal error: {type(error).__name__}; please report this bug"
            return self._not_evaluated(task, [Problem(task.member.recipe.path, 0, 0, message)])

    def _evaluate(self, task: _Task) -> Evaluation:
        """Evaluate a recipe, compared with an earlier revision if git can read one."""
        history = self._find_history(task.member)
        if history is not None:
            with suppress(RevisionError):
                return evaluate(task.member.recipe, task.context, earlier=history.find_earlier)
        return evaluate(task.member.recipe, task.context)

    def _find_history(self, member: Member) -> RecipeHistory | None:
        """Return the revision to compare a recipe with; None if the repository of the recipe does not have it."""
        if not member.recipe.variants:
            return None
        try:
            if self._finder is not None:
                return self._finder.find(to_working_tree(member.recipe.variants[0].files[0].path))
            newest = self.age_policy.find_newest(member.evidence.results)
            revision = None if newest is None else member.find_revision(newest)
        except RevisionError:
            return None
        if newest is None or revision is None:
            return None
        return RecipeHistory(RevisionFiles(revision), f"at {revision.short} (upgrade test of {newest.date[:10]})")

    def _crashed(self, task: _Task) -> SweepRow:
        return self._not_evaluated(task, [Problem(task.member.recipe.path, 0, 0, CRASHED)])

    def _not_evaluated(self, task: _Task, problems: list[Problem]) -> SweepRow:
        return self._row(task, Evaluation(task.member.recipe, EvaluationStatus.NOT_EVALUATED, problems=problems))

    def _row(self, task: _Task, evaluation: Evaluation) -> SweepRow:
        member = task.member
        find_change = partial(find_change_since, member, evaluation, task.context)
        results = self.age_policy.apply(member.evidence.results, find_change)
        assessment = assess_recipe(evaluation, member.evidence, task.context, results)
        ports = tuple(list_published_ports(evaluation, _path_on_disk(member.recipe)))
        return SweepRow(assessment, self.detail(member, evaluation, assessment), ports)


def _path_on_disk(recipe: Recipe) -> str:
    """Return the path of the config without the revision: the config of today applies at every revision."""
    refs = (get_ref(layer.path) for variant in recipe.variants for layer in variant.files)
    return next((recipe.path.removesuffix(f"@{ref}") for ref in refs if ref is not None), str(config_path(recipe)))
