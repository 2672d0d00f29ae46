"""`check`: findings of recipes."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Generic, Protocol, TypeAlias, TypeVar

from rollout_lint.api.baseline import BaselineRequest, load_baseline
from rollout_lint.api.loaders import create_loader
from rollout_lint.api.selection import load_targets
from rollout_lint.errors import ExitCode, OptionError
from rollout_lint.fleet.parallel import CRASHED, choose_process_count, map_in_processes
from rollout_lint.linter.evaluate import evaluate
from rollout_lint.linter.evaluation import Evaluation, EvaluationStatus, FindingFilter
from rollout_lint.linter.resolve import describe_unknown_rule, rules_matching
from rollout_lint.location import Problem
from rollout_lint.record import Record
from rollout_lint.rules.model import DEFAULT_FAIL_ON, Severity, severities_at_or_above

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rollout_lint.api.selection import Selection, Target
    from rollout_lint.api.since import ChangedRecipe, ChangeFilter
    from rollout_lint.api.thresholds import SeverityThreshold
    from rollout_lint.discovery.skipped import SkippedFile
    from rollout_lint.linter.baseline import Baseline, BaselineFilter, KnownFindings
    from rollout_lint.linter.context import ContextLoader, LintContext

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class CheckOptions(Record):
    """Options of `check`. Without `fail_on`, the config of each recipe sets the threshold.

    `severity` is the least severity to report, `printed_rules` are ids, names or prefixes of the rules to report.
    `since` is the name of a commit. Then only findings in files that changed since, and about changes, are reported.
    """

    selection: Selection
    fail_on: SeverityThreshold | None = None
    severity: Severity | None = None
    printed_rules: tuple[str, ...] = ()
    rule_folders: tuple[Path, ...] = ()
    config_file: Path | None = None
    applies_ignores: bool = True
    baseline: BaselineRequest = BaselineRequest()
    since: str | None = None


class Outcome(Record, Generic[T]):
    """Outcome of one recipe: its exit code, its entries of the baseline, and what `detail` made of it."""

    exit_code: ExitCode
    known: KnownFindings | None
    detail: T


class Detail(Protocol[T_co]):
    """Function that makes something of an evaluation, perhaps in another process."""

    def __call__(self, evaluation: Evaluation, context: LintContext) -> T_co:
        """Return what is needed of the evaluation, which is dropped then."""


Plan: TypeAlias = "Callable[[Evaluation, LintContext], None]"
"""Function that adds to an evaluation before the findings of the baseline are suppressed."""


class CheckRun:
    """Check of the selected recipes, one after the other. `exit_code` is that of the outcomes so far."""

    def __init__(
        self,
        options: CheckOptions,
        loader: ContextLoader,
        targets: list[Target],
        skipped: tuple[SkippedFile, ...],
        baseline: Baseline | None = None,
    ) -> None:
        """Begin without outcomes."""
        self.options = options
        self.loader = loader
        self.targets = targets
        self.skipped = skipped
        self.baseline = baseline
        self.exit_code = ExitCode.OK
        self._since: ChangeFilter | None = None
        self._known: BaselineFilter | None = None
        self._printed_rules: frozenset[str] | None = None

    @classmethod
    def create(cls, options: CheckOptions) -> CheckRun:
        """Find the recipes and load their contexts. Raises RolloutLintError."""
        baseline = load_baseline(options.baseline)
        loader = create_loader(options.rule_folders, options.config_file)
        targets, skipped = load_targets(options.selection, loader)
        run = cls(options, loader, targets, skipped, baseline)
        if options.since is not None:
            from rollout_lint.api.since import ChangeFilter

            run._since = ChangeFilter(options.since)
            run.skipped = run._since.select_skipped(skipped)
        if baseline is not None and not options.baseline.write:
            from rollout_lint.linter.baseline import BaselineFilter

            run._known = BaselineFilter(baseline)
        run._printed_rules = run._find_printed_rules()
        return run

    def outcomes(
        self,
        detail: Detail[T],
        plan: Plan = lambda *_: None,
        is_incomplete: Callable[[T], bool] = lambda _: False,
        jobs: int | None = None,
    ) -> Iterator[tuple[Target, Outcome[T]]]:
        """Yield the outcome of each recipe in order, except for recipes without a change since the commit.

        `detail` is called while the evaluation is in memory, perhaps in another process. A recipe whose detail
        `is_incomplete` is checked again in this process. `jobs` is the number of processes; None chooses it by the
        number of recipes. Raises OptionError.
        """
        processes = choose_process_count(len(self.targets)) if jobs is None else jobs
        check = partial(self._check, detail, plan)
        crashed = partial(self._crashed, detail)
        for target, found in zip(self.targets, map_in_processes(check, self.targets, processes, crashed), strict=True):
            outcome = found
            if isinstance(outcome, Outcome) and is_incomplete(outcome.detail):
                outcome = check(target)
            if isinstance(outcome, OptionError):
                raise outcome
            if outcome is not None:
                self.exit_code = max(self.exit_code, outcome.exit_code)
                if self._known is not None and outcome.known is not None:
                    self._known.add(outcome.known)
                yield target, outcome

    @property
    def obsolete_entries(self) -> int:
        """Number of entries of the baseline that no outcome has."""
        return 0 if self._known is None else self._known.count_obsolete()

    def failing_severities(self, context: LintContext) -> tuple[Severity, ...]:
        """Return the severities that fail a recipe with this context."""
        return severities_at_or_above(self.options.fail_on or context.fail_on or DEFAULT_FAIL_ON)

    def finding_filter(self, context: LintContext, least_severity: Severity = Severity.INFO) -> FindingFilter:
        """Return the findings to report of a recipe. `least_severity` applies if neither options nor config set one."""
        severity = self.options.severity or context.print_severity or least_severity
        return FindingFilter(severity, context.printed_rules if self._printed_rules is None else self._printed_rules)

    def _check(self, detail: Detail[T], plan: Plan, target: Target) -> Outcome[T] | OptionError | None:
        """Check a recipe. An exception of a revision is returned, because it ends the check in another process."""
        try:
            return self._evaluate(detail, plan, target)
        except OptionError as error:
            return error
        except Exception as error:
            message = f"internal error: {type(error).__name__}; please report this bug"
            return self._not_evaluated(detail, target, message)

    def _evaluate(self, detail: Detail[T], plan: Plan, target: Target) -> Outcome[T] | None:
        changed: ChangedRecipe | None = None
        if self._since is None:
            evaluation = evaluate(target.recipe, target.context.with_suppressions(self.options.applies_ignores))
        else:
            changed = self._since.evaluate(target, applies_ignores=self.options.applies_ignores)
            if changed is None:
                return None
            evaluation = changed.evaluation
        plan(evaluation, target.context)
        known = None if self._known is None else self._known.apply(evaluation, target.context.rules)
        if changed is not None:
            changed.remove_other_findings()
        return Outcome(self.exit_code_of(evaluation, target.context), known, detail(evaluation, target.context))

    def _crashed(self, detail: Detail[T], target: Target) -> Outcome[T]:
        return self._not_evaluated(detail, target, CRASHED)

    def _not_evaluated(self, detail: Detail[T], target: Target, message: str) -> Outcome[T]:
        problems = [Problem("", 0, 0, message)]
        evaluation = Evaluation(target.recipe, EvaluationStatus.NOT_EVALUATED, problems=problems)
        return Outcome(ExitCode.ERROR, None, detail(evaluation, target.context))

    def exit_code_of(self, evaluation: Evaluation, context: LintContext) -> ExitCode:
        """Return the exit code of a check of one recipe alone."""
        if evaluation.status in (EvaluationStatus.NOT_EVALUATED, EvaluationStatus.TEMPLATE):
            return ExitCode.ERROR
        severities = self.failing_severities(context)
        is_failing = any(finding.is_active and finding.severity in severities for finding in evaluation.findings)
        return ExitCode.FINDINGS if is_failing else ExitCode.OK

    def _find_printed_rules(self) -> frozenset[str] | None:
        """Return the ids of the rules to report, None for all. Raises OptionError if a rule does not exist."""
        patterns = [each.strip() for text in self.options.printed_rules for each in text.split(",")]
        if not patterns:
            return None
        rules = {rule.id: rule for target in self.targets for rule in target.context.rules}
        rules |= {rule.id: rule for rule in self.loader.rules(Path())}
        matches = {each: rules_matching(each, rules.values()) if each else () for each in patterns}
        for pattern, matching in matches.items():
            if not matching:
                raise OptionError(describe_unknown_rule(pattern, rules.values()))
        return frozenset(rule.id for matching in matches.values() for rule in matching)
