"""`check`: findings of recipes."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeAlias, TypeVar

from rollout_lint.api.baseline import BaselineRequest, load_baseline
from rollout_lint.api.loaders import create_loader
from rollout_lint.api.selection import load_targets
from rollout_lint.api.thresholds import severities_at_or_above
from rollout_lint.errors import ExitCode, OptionError
from rollout_lint.linter.evaluate import evaluate
from rollout_lint.linter.evaluation import EvaluationStatus, FindingFilter
from rollout_lint.linter.resolve import describe_unknown_rule, rules_matching
from rollout_lint.rules.model import DEFAULT_FAIL_ON, Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rollout_lint.api.selection import Selection, Target
    from rollout_lint.api.since import ChangedRecipe, ChangeFilter
    from rollout_lint.api.thresholds import SeverityThreshold
    from rollout_lint.discovery.skipped import SkippedFile
    from rollout_lint.linter.baseline import Baseline, BaselineFilter, KnownFindings
    from rollout_lint.linter.context import ContextLoader, LintContext
    from rollout_lint.linter.evaluation import Evaluation

T = TypeVar("T")


class CheckOptions(NamedTuple):
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


class Outcome(NamedTuple, Generic[T]):
    """Outcome of one recipe: its exit code, its entries of the baseline, and what `detail` made of it."""

    exit_code: ExitCode
    known: KnownFindings | None
    detail: T


Plan: TypeAlias = "Callable[[Evaluation, LintContext], None]"
"""Function that adds to an evaluation before the findings of the baseline are suppressed."""


@dataclass(slots=True)
class CheckRun:
    """Check of the selected recipes, one after the other. `exit_code` is that of the outcomes so far."""

    options: CheckOptions
    loader: ContextLoader
    targets: list[Target]
    skipped: tuple[SkippedFile, ...]
    baseline: Baseline | None = None
    exit_code: ExitCode = ExitCode.OK
    _since: ChangeFilter | None = None
    _known: BaselineFilter | None = None
    _known_findings: list[KnownFindings] = field(default_factory=list)
    _printed_rules: frozenset[str] | None = None

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
        self, detail: Callable[[Evaluation, LintContext], T], plan: Plan = lambda *_: None
    ) -> Iterator[Outcome[T]]:
        """Yield the outcome of each recipe in order, except for recipes without a change since the commit.

        `detail` is called while the evaluation of the recipe is in memory. Raises OptionError.
        """
        for target in self.targets:
            outcome = self._check(target, detail, plan)
            if outcome is None:
                continue
            self.exit_code = max(self.exit_code, outcome.exit_code)
            if outcome.known is not None:
                self._known_findings.append(outcome.known)
            yield outcome

    @property
    def obsolete_entries(self) -> int:
        """Number of entries of the baseline that no outcome has."""
        return 0 if self._known is None else self._known.count_obsolete(self._known_findings)

    def failing_severities(self, context: LintContext) -> tuple[Severity, ...]:
        """Return the severities that fail a recipe with this context."""
        return severities_at_or_above(self.options.fail_on or context.fail_on or DEFAULT_FAIL_ON)

    def finding_filter(self, context: LintContext, least_severity: Severity = Severity.INFO) -> FindingFilter:
        """Return the findings to report of a recipe. `least_severity` applies if neither options nor config set one."""
        severity = self.options.severity or context.print_severity or least_severity
        return FindingFilter(severity, context.printed_rules if self._printed_rules is None else self._printed_rules)

    def _check(self, target: Target, detail: Callable[[Evaluation, LintContext], T], plan: Plan) -> Outcome[T] | None:
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
