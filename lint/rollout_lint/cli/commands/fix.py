"""`fix`: show or write fixes of recipes."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from rollout_lint.api.baseline import BaselineRequest, load_baseline
from rollout_lint.api.loaders import create_loader
from rollout_lint.api.selection import Selection, load_targets
from rollout_lint.cli.choices import Format
from rollout_lint.cli.commands.fix_output import print_json, print_text, write_stdin
from rollout_lint.cli.commands.prompt import FixPrompt
from rollout_lint.cli.console import exit_with_error, print_error
from rollout_lint.discovery.filesystem import exists, is_file, is_folder
from rollout_lint.discovery.recipes import STDIN, find_folder_recipes
from rollout_lint.discovery.variants import is_pattern
from rollout_lint.fix.apply import WriteError, write_changes
from rollout_lint.fix.model import FixOptions, FixResult
from rollout_lint.fix.planner import FixPlanner
from rollout_lint.fix.target import FixTarget, OverlayTarget
from rollout_lint.linter.evaluation import EvaluationStatus
from rollout_lint.linter.resolve import describe_unknown_rule
from rollout_lint.report.common.paths import recipe_path
from rollout_lint.report.common.skipped import count_skipped, list_unexpected
from rollout_lint.report.fix.outcome import FixOutcome
from rollout_lint.rules.model import DEFAULT_FAIL_ON, severities_at_or_above

if TYPE_CHECKING:
    from rollout_lint.api.given_files import GivenFiles
    from rollout_lint.api.selection import StdinFile
    from rollout_lint.api.thresholds import SeverityThreshold
    from rollout_lint.discovery.recipe import Recipe
    from rollout_lint.errors import ExitCode
    from rollout_lint.linter.baseline import Baseline
    from rollout_lint.linter.context import ContextLoader, LintContext

_SUFFIXES = (".yml", ".yaml")


@dataclass(frozen=True, slots=True)
class Request:
    """Options of `fix`. Without `write_files`, the changes are only shown. `given` are fixed instead of the paths.

    Without `fail_on`, the config of each recipe sets the threshold. With `exits_zero`, only an error fails the run.
    """

    paths: tuple[str, ...]
    write_files: bool = False
    overlay: str | None = None
    only: tuple[str, ...] = ()
    unsafe: bool = False
    interactive: bool = False
    fail_on: SeverityThreshold | None = None
    exits_zero: bool = False
    format: Format = Format.TEXT
    baseline: BaselineRequest = field(default_factory=BaselineRequest)
    exclude: tuple[str, ...] = ()
    rule_folders: tuple[Path, ...] = ()
    config_file: Path | None = None
    given: GivenFiles | None = None
    changed: bool = False
    stdin_file: StdinFile | None = None


def run(request: Request) -> ExitCode:
    """Show or write the fixes and return the exit code."""
    _validate(request)
    baseline = load_baseline(request.baseline)
    loader = create_loader(request.rule_folders, request.config_file)
    options = FixOptions(_selected_rules(request, loader), request.unsafe)
    overlays = () if request.overlay is None else (request.overlay,)
    selection = Selection(request.paths, overlays, request.exclude, request.given, request.changed, request.stdin_file)
    targets, skipped = load_targets(selection, loader)
    prompt = FixPrompt() if request.interactive else None
    fixed = [(_fix(recipe, context, options, request, prompt), context) for recipe, context in targets]
    if unexpected := list_unexpected(skipped):
        print_error(count_skipped(unexpected))
    fixed = [each for each in fixed if each[0].evaluation.status != EvaluationStatus.NOT_A_STACK]
    results = [result for result, _ in fixed]
    thresholds = [request.fail_on or context.fail_on or DEFAULT_FAIL_ON for _, context in fixed]
    if baseline is not None:
        _remove_known_findings(baseline, fixed)
    failing = [severities_at_or_above(each) for each in thresholds]
    outcome = FixOutcome(results, failing, thresholds, request.write_files, request.exits_zero, skipped)
    if request.format is Format.JSON:
        print_json(outcome)
    else:
        if request.write_files and STDIN in request.paths:
            write_stdin(results, request.stdin_file)
        print_text(outcome)
    return outcome.exit_code


def _remove_known_findings(baseline: Baseline, fixed: list[tuple[FixResult, LintContext]]) -> None:
    """Remove the findings of the baseline from the unfixed ones, as `check` does not report them."""
    from rollout_lint.linter.baseline import BaselineFilter

    known = BaselineFilter(baseline)
    for each, context in fixed:
        known.apply(each.after, context.rules)
        active = {finding.key for finding in each.after.findings if finding.is_active}
        each.unfixed = [unfixed for unfixed in each.unfixed if unfixed.finding.key in active]


def _selected_rules(request: Request, loader: ContextLoader) -> frozenset[str]:
    """Return the ids of the rules that `--only` lists by id or name. Exit if a rule does not exist."""
    selected = [each.strip() for text in request.only for each in text.split(",")]
    if not selected:
        return frozenset()
    rules = loader.rules(Path())
    ids = {name: rule.id for rule in rules for name in (rule.id, rule.name)}
    for each in selected:
        if each not in ids:
            exit_with_error(describe_unknown_rule(each, rules))
    return frozenset(ids[each] for each in selected)


def _validate(request: Request) -> None:
    if request.given is not None and STDIN in request.given.files:
        exit_with_error("standard input and -c cannot be combined")
    if STDIN in request.paths and (request.overlay is not None or request.interactive or len(request.paths) > 1):
        exit_with_error("standard input cannot be combined with other paths, --overlay or --interactive")
    if request.format is Format.JSON and (request.interactive or (request.write_files and STDIN in request.paths)):
        exit_with_error("--format json cannot be combined with --interactive, or with --write of standard input")
    if request.overlay is not None:
        path = PurePath(request.overlay)
        if not path.parts or path.is_absolute() or ".." in path.parts or is_pattern(request.overlay):
            exit_with_error(f"invalid --overlay {request.overlay!r}: must be a path inside the folder of the recipe")
        if path.suffix not in _SUFFIXES:
            exit_with_error(f"invalid --overlay {request.overlay!r}: must end in {' or '.join(_SUFFIXES)}")


def _fix(
    recipe: Recipe, context: LintContext, options: FixOptions, request: Request, prompt: FixPrompt | None
) -> FixResult:
    """Fix one recipe, and write its files if the request says so."""
    if request.overlay is None:
        fix_target = FixTarget(recipe, context)
    elif reason := _overlay_error(recipe, request.overlay):
        print_error(f"{recipe.path}: {reason}")
        first = FixTarget(recipe, context).evaluate({})
        return FixResult(first, failed=True)
    else:
        fix_target = OverlayTarget(recipe, context, request.overlay)
    first = fix_target.evaluate({})
    if prompt is not None:
        options = options._replace(confirm=partial(prompt.confirm, first))
    fixed = FixPlanner(fix_target, options).run()
    if request.write_files and STDIN not in request.paths:
        try:
            for name, note in write_changes(fixed.changes):
                print_error(f"{recipe_path(first, name)}: {note}")
        except WriteError as error:
            print_error(f"{recipe.path}: {error}")
            return FixResult(first, failed=True)
    return fixed


def _overlay_error(recipe: Recipe, overlay: str) -> str | None:
    """Return the reason why the overlay cannot be written for the recipe, or None if it can."""
    if not recipe.variants:
        return "no stack file to merge an overlay onto"
    path = Path(recipe.path, overlay)
    if not is_folder(path.parent):
        return f"folder {PurePath(overlay).parent} of {overlay} does not exist"
    if exists(path) and not is_file(path):
        return f"{overlay} is not a regular file"
    shipped = recipe.variants[0].files
    if any(layer.name == overlay for layer in shipped):
        return f"{overlay} is part of the default variant; choose another name for the overlay"
    main = find_folder_recipes(Path(recipe.path)).main
    if main is None or not main.variants or main.variants[0].files != shipped:
        return f"{shipped[0].name} is self-contained; {overlay} is an overlay on the other base in the folder"
    return None
