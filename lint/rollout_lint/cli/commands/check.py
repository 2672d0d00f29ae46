"""`check`: lint recipes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rollout_lint.cli.choices import CheckFormat, SeverityThreshold
from rollout_lint.cli.commands.baseline import (
    BaselineRequest,
    load_baseline,
    record_baseline,
    suppress_baseline_findings,
)
from rollout_lint.cli.commands.fix_hints import CheckOptions, FixHints
from rollout_lint.cli.commands.loaders import create_loader, load_available_rules
from rollout_lint.cli.commands.outputs import Output, Report, write_reports
from rollout_lint.cli.commands.since import ChangeFilter
from rollout_lint.cli.commands.targets import Selection, load_targets
from rollout_lint.cli.console import exit_with_error
from rollout_lint.errors import ExitCode
from rollout_lint.linter.evaluate import evaluate
from rollout_lint.linter.evaluation import CheckResult, EvaluationStatus, FindingFilter
from rollout_lint.linter.resolve import describe_unknown_rule, rules_matching
from rollout_lint.rules.model import DEFAULT_FAIL_ON, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from rollout_lint.cli.commands.given_files import GivenFiles
    from rollout_lint.cli.commands.path_lists import StdinFile
    from rollout_lint.cli.commands.targets import Target
    from rollout_lint.linter.context import ContextLoader, LintContext
    from rollout_lint.linter.evaluation import Evaluation
    from rollout_lint.report.check.junit import FailingSeverities


class Request(NamedTuple):
    """Options of `check`. Without `fail_on`, the config of each recipe sets the threshold.

    `severity` is the least severity to print, `printed_rules` are ids, names or prefixes of the rules to print.
    With `given`, these files are checked and not the paths. `changed` and `stdin_file` are those of Selection.
    `since` is the name of a commit. Then only findings in files that changed since, and about changes, are reported.
    """

    paths: tuple[str, ...]
    outputs: tuple[Output, ...] = (Output(),)
    fail_on: SeverityThreshold | None = None
    severity: Severity | None = None
    printed_rules: tuple[str, ...] = ()
    overlays: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    rule_folders: tuple[Path, ...] = ()
    config_file: Path | None = None
    applies_ignores: bool = True
    baseline: BaselineRequest = BaselineRequest()
    list_skipped: bool = False
    is_quiet: bool = False
    given: GivenFiles | None = None
    changed: bool = False
    since: str | None = None
    stdin_file: StdinFile | None = None

    @property
    def selection(self) -> Selection:
        """Selection of the recipes to check."""
        return Selection(self.paths, self.overlays, self.exclude, self.given, self.changed, self.stdin_file)


def run_plain(paths: Sequence[str], changed: bool = False) -> ExitCode:
    """Check the paths, or the current folder, with default options."""
    return run(Request(paths=tuple(paths or ["."]), changed=changed))


def run(request: Request) -> ExitCode:
    """Check the recipes, write the reports and return the exit code."""
    baseline = load_baseline(request.baseline)
    loader = create_loader(request.rule_folders, request.config_file)
    targets, skipped = load_targets(request.selection, loader)
    contexts = {recipe.path: context for recipe, context in targets}
    hints = _fix_hints(request, loader)
    evaluations: list[Evaluation] = []
    since = ChangeFilter(request.since) if request.since is not None else None
    if since is not None:
        skipped = since.select_skipped(skipped)
    for target in targets:
        evaluation = _evaluate(target, since, request)
        if evaluation is None:
            continue
        evaluations.append(evaluation)
        if hints is not None:
            evaluation.fix_commands = hints.commands(evaluation, target.context)
            evaluation.error_fix_commands = hints.error_commands(evaluation, target.context)
    if baseline is not None and request.baseline.write:
        return record_baseline(baseline, evaluations)
    if baseline is not None:
        suppress_baseline_findings(baseline, evaluations, {path: context.rules for path, context in contexts.items()})

    if since is not None:
        since.remove_other_findings()

    def failing_severities(evaluation: Evaluation) -> tuple[Severity, ...]:
        return severities_at_or_above(request.fail_on or contexts[evaluation.recipe.path].fail_on or DEFAULT_FAIL_ON)

    printed_rules = _printed_rules(request, contexts.values(), loader)

    def filter_findings(evaluation: Evaluation, format_: CheckFormat) -> FindingFilter:
        context = contexts[evaluation.recipe.path]
        default = Severity.LOW if format_ is CheckFormat.TEXT else Severity.INFO
        severity = request.severity or context.print_severity or default
        return FindingFilter(severity, context.printed_rules if printed_rules is None else printed_rules)

    result = CheckResult(evaluations, skipped, request.since)
    code = _exit_code(evaluations, failing_severities)
    report = Report(result, code, failing_severities, filter_findings, request.list_skipped, request.is_quiet)
    return write_reports(report, request.outputs)


def _evaluate(target: Target, since: ChangeFilter | None, request: Request) -> Evaluation | None:
    """Evaluate a recipe. Return None if it did not change since the revision, if there is one."""
    if since is not None:
        return since.evaluate(target, applies_ignores=request.applies_ignores)
    return evaluate(target.recipe, target.context.with_suppressions(request.applies_ignores))


def _printed_rules(request: Request, contexts: Iterable[LintContext], loader: ContextLoader) -> frozenset[str] | None:
    """Return the ids of the rules that `--rule` names, None without it. Exit if a rule does not exist."""
    patterns = [each.strip() for text in request.printed_rules for each in text.split(",")]
    if not patterns:
        return None
    rules = {rule.id: rule for context in contexts for rule in context.rules}
    rules |= {rule.id: rule for rule in load_available_rules(loader)}
    matches = {each: rules_matching(each, rules.values()) if each else () for each in patterns}
    for pattern, matching in matches.items():
        if not matching:
            exit_with_error(describe_unknown_rule(pattern, rules.values()))
    return frozenset(rule.id for matching in matches.values() for rule in matching)


def _fix_hints(request: Request, loader: ContextLoader) -> FixHints | None:
    """Return a finder of the commands that fix findings, which only the text report prints; None for other reports."""
    if request.baseline.write or all(output.format is not CheckFormat.TEXT for output in request.outputs):
        return None
    options = CheckOptions(
        request.given, request.exclude, request.rule_folders, request.config_file, request.applies_ignores
    )
    return FixHints(options, loader)


def severities_at_or_above(threshold: str) -> tuple[Severity, ...]:
    """Return the severities that fail a run with this threshold."""
    if threshold == SeverityThreshold.NEVER:
        return ()
    return tuple(severity for severity in Severity if severity.at_least(Severity(threshold)))


def _exit_code(evaluations: list[Evaluation], failing_severities: FailingSeverities) -> ExitCode:
    if any(each.status in (EvaluationStatus.NOT_EVALUATED, EvaluationStatus.TEMPLATE) for each in evaluations):
        return ExitCode.ERROR
    for evaluation in evaluations:
        severities = failing_severities(evaluation)
        if any(finding.is_active and finding.severity in severities for finding in evaluation.findings):
            return ExitCode.FINDINGS
    return ExitCode.OK
