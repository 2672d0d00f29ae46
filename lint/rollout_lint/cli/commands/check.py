"""`check`: lint recipes."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from rollout_lint.api.baseline import BaselineRequest
from rollout_lint.api.check import CheckOptions, CheckRun
from rollout_lint.api.selection import Selection
from rollout_lint.cli.check_format import CheckFormat
from rollout_lint.cli.commands.outputs import Output, Reports
from rollout_lint.discovery.filesystem import is_folder
from rollout_lint.record import Record
from rollout_lint.rules.model import Severity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rollout_lint.api.given_files import GivenFiles
    from rollout_lint.api.selection import StdinFile
    from rollout_lint.api.thresholds import SeverityThreshold
    from rollout_lint.cli.commands.fix_hints import FixHints
    from rollout_lint.cli.commands.outputs import RecipeParts
    from rollout_lint.discovery.recipe import Recipe
    from rollout_lint.errors import ExitCode
    from rollout_lint.linter.context import LintContext
    from rollout_lint.linter.evaluation import Evaluation, FindingFilter


class Request(Record):
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

    @property
    def options(self) -> CheckOptions:
        """Options of the check itself."""
        return CheckOptions(
            self.selection,
            self.fail_on,
            self.severity,
            self.printed_rules,
            self.rule_folders,
            self.config_file,
            self.applies_ignores,
            self.baseline,
            self.since,
        )


def run_plain(paths: Sequence[str], changed: bool = False, format_: CheckFormat = CheckFormat.TEXT) -> ExitCode:
    """Check the paths, or the current folder, with default options, and print this format."""
    return run(Request(paths=tuple(paths or ["."]), outputs=(Output(format_),), changed=changed))


class _Part(Record):
    """Parts of a recipe for the reports. It is incomplete if a fix command could not be looked up."""

    recipe: RecipeParts
    is_incomplete: bool


def run(request: Request) -> ExitCode:
    """Check the recipes, write the reports and return the exit code."""
    check = CheckRun.create(request.options)
    if check.baseline is not None and request.baseline.write:
        from rollout_lint.cli.commands.baseline import collect_recipe, record_baseline

        collect = partial(collect_recipe, check.baseline)
        return record_baseline(check.baseline, [each.detail for _, each in check.outcomes(collect)])
    reports = Reports(request.outputs, list_skipped=request.list_skipped, is_quiet=request.is_quiet)
    hints = _fix_hints(request, check)

    def plan(evaluation: Evaluation, context: LintContext) -> None:
        if hints is not None:
            hints.add_commands(evaluation, context)

    def format_recipe(evaluation: Evaluation, context: LintContext) -> _Part:
        def printed(format_: CheckFormat) -> FindingFilter:
            return check.finding_filter(context, Severity.LOW if format_ is CheckFormat.TEXT else Severity.INFO)

        recipe = reports.format_recipe(evaluation, printed, check.failing_severities(context))
        return _Part(recipe, hints is not None and hints.is_incomplete)

    def is_incomplete(part: _Part) -> bool:
        return part.is_incomplete and hints is not None and hints.can_find_by_file

    for target, outcome in check.outcomes(format_recipe, plan, is_incomplete):
        reports.add(outcome.detail.recipe, target.context.rules)
    if check.baseline is not None:
        from rollout_lint.cli.commands.baseline import report_obsolete_entries

        report_obsolete_entries(check.obsolete_entries, check.baseline.path)
    return reports.write(check.skipped, check.exit_code, request.since)


def _fix_hints(request: Request, check: CheckRun) -> FixHints | None:
    """Return a finder of the commands that fix findings, which only the text report prints; None for other reports."""
    if all(output.format is not CheckFormat.TEXT for output in request.outputs):
        return None
    from rollout_lint.cli.commands.fix_hints import FixHints, HintOptions

    options = HintOptions(
        request.given, request.exclude, request.rule_folders, request.config_file, request.applies_ignores
    )
    return FixHints(options, check.loader, _found_in_folder(request, check))


def _found_in_folder(request: Request, check: CheckRun) -> dict[str, list[Recipe]]:
    """Return the recipes by the only path, if it is a folder in which `fix` finds the same."""
    if request.selection != Selection(request.paths[:1], exclude=request.exclude):
        return {}
    return {path: [each.recipe for each in check.targets] for path in request.paths if is_folder(Path(path))}
