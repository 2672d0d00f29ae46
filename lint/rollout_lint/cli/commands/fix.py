"""`fix`: show or write fixes of recipes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from rollout_lint.cli.commands.loaders import create_loader, load_available_rules
from rollout_lint.cli.commands.prompt import FixPrompt
from rollout_lint.cli.commands.targets import Selection, load_targets
from rollout_lint.cli.console import (
    exit_with_error,
    print_error,
    print_message,
    print_problems,
    terminal_width,
    write,
    write_bytes,
)
from rollout_lint.discovery.filesystem import exists, is_file, is_folder
from rollout_lint.discovery.recipes import STDIN, find_folder_recipes
from rollout_lint.discovery.variants import is_pattern
from rollout_lint.errors import ExitCode
from rollout_lint.fix.apply import WriteError, write_changes
from rollout_lint.fix.model import FixOptions, FixResult
from rollout_lint.fix.planner import FixPlanner
from rollout_lint.fix.target import FixTarget, OverlayTarget
from rollout_lint.linter.evaluation import EvaluationStatus
from rollout_lint.linter.resolve import describe_unknown_rule
from rollout_lint.report.common.groups import list_problems
from rollout_lint.report.common.paths import recipe_path, relative_path
from rollout_lint.report.common.skipped import count_skipped, list_unexpected
from rollout_lint.report.common.style import style_for_stderr, style_for_stdout
from rollout_lint.report.fix.diff import create_diff
from rollout_lint.report.fix.text import format_fix_text

if TYPE_CHECKING:
    from rollout_lint.cli.commands.given_files import GivenFiles
    from rollout_lint.cli.commands.path_lists import StdinFile
    from rollout_lint.discovery.recipe import Recipe
    from rollout_lint.linter.context import ContextLoader, LintContext
    from rollout_lint.report.common.style import Style

_SUFFIXES = (".yml", ".yaml")


@dataclass(frozen=True, slots=True)
class Request:
    """Options of `fix`. Without `write_files`, the changes are only shown. `given` are fixed instead of the paths."""

    paths: tuple[str, ...]
    write_files: bool = False
    overlay: str | None = None
    only: tuple[str, ...] = ()
    unsafe: bool = False
    interactive: bool = False
    exclude: tuple[str, ...] = ()
    rule_folders: tuple[Path, ...] = ()
    config_file: Path | None = None
    given: GivenFiles | None = None
    changed: bool = False
    stdin_file: StdinFile | None = None


def run(request: Request) -> ExitCode:
    """Show or write the fixes and return the exit code."""
    _validate(request)
    loader = create_loader(request.rule_folders, request.config_file)
    options = FixOptions(_selected_rules(request, loader), request.unsafe)
    overlays = () if request.overlay is None else (request.overlay,)
    selection = Selection(request.paths, overlays, request.exclude, request.given, request.changed, request.stdin_file)
    targets, skipped = load_targets(selection, loader)
    prompt = FixPrompt() if request.interactive else None
    fixed = [_fix(recipe, context, options, request, prompt) for recipe, context in targets]
    if unexpected := list_unexpected(skipped):
        print_error(count_skipped(unexpected))
    if request.write_files and STDIN in request.paths:
        _write_stdin(fixed, request.stdin_file)
    return _print_results([each for each in fixed if each.evaluation.status != EvaluationStatus.NOT_A_STACK], request)


def _selected_rules(request: Request, loader: ContextLoader) -> frozenset[str]:
    """Return the ids of the rules that `--only` lists by id or name. Exit if a rule does not exist."""
    selected = [each.strip() for text in request.only for each in text.split(",")]
    if not selected:
        return frozenset()
    rules = load_available_rules(loader)
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
    if first.status != EvaluationStatus.EVALUATED:
        return FixResult(first)
    if prompt is not None:
        options = options._replace(confirm=partial(prompt.confirm, first))
    fixed = FixPlanner(fix_target, options).run()
    if request.write_files and STDIN not in request.paths:
        try:
            write_changes(fixed.changes)
        except WriteError as error:
            print_error(f"{recipe.path}: {error}; no file of this recipe was changed")
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


def _print_results(fixed: list[FixResult], request: Request) -> ExitCode:
    style = style_for_stdout()
    for each in fixed:
        if not request.write_files:
            _print_diff(each, style)
        if each.evaluation.status != EvaluationStatus.EVALUATED:
            print_problems(list_problems(each.evaluation))
    code = _exit_code(fixed, request)
    text = format_fix_text(fixed, request.write_files, code, style_for_stderr(), terminal_width())
    print_message(text.removesuffix("\n"))
    return code


def _write_stdin(fixed: list[FixResult], stdin_file: StdinFile | None) -> None:
    """Write standard input with its fixes; if other files would change too, say so."""
    data = b"" if stdin_file is None else stdin_file.contents
    for each in fixed:
        names = {layer.name for layer in each.evaluation.recipe.layers if layer.contents is not None}
        data = each.evaluation.sources[STDIN].data if STDIN in each.evaluation.sources else data
        for change in each.changes:
            if change.name in {STDIN, *names}:
                data = change.after
            else:
                print_error(f"{recipe_path(each.evaluation, change.name)} has fixes too: run fix --write without -")
    write_bytes(data)


def _exit_code(fixed: list[FixResult], request: Request) -> ExitCode:
    if any(each.failed or each.evaluation.status != EvaluationStatus.EVALUATED for each in fixed):
        return ExitCode.ERROR
    return ExitCode.FINDINGS if not request.write_files and any(each.changes for each in fixed) else ExitCode.OK


def _print_diff(fixed: FixResult, style: Style) -> None:
    for change in fixed.changes:
        name = relative_path(Path.cwd(), recipe_path(fixed.evaluation, change.name))
        diff = create_diff(name, change.before, change.after, style)
        write(diff.text)
        if diff.encoding != "utf-8":
            print_error(f"{name}: the file is UTF-16, so the diff cannot be applied; use fix --write")
        elif not diff.is_whole:
            print_error(f"{name}: possible secrets are masked, so the diff cannot be applied; use fix --write")
        elif diff.lacks_context:
            print_error(f"{name}: lines with possible secrets are omitted; apply with git apply --unidiff-zero")
