"""`fix`: the repairs of recipes, shown or written."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from rollout_lint.cli.commands.prompt import Asking
from rollout_lint.cli.commands.targets import rules_here, targets_of
from rollout_lint.cli.console import complain, say, usage_error, warn, width, write, write_bytes
from rollout_lint.discovery.filesystem import exists, is_file, is_folder
from rollout_lint.discovery.recipes import STDIN, find_base, is_pattern
from rollout_lint.errors import ExitCode
from rollout_lint.fix.apply import StoreError, store
from rollout_lint.fix.model import Fixed, Wanted
from rollout_lint.fix.planner import Session
from rollout_lint.fix.target import Desk, OverlayDesk
from rollout_lint.linter.evaluation import EvaluationStatus
from rollout_lint.report.common.groups import list_problems
from rollout_lint.report.common.paths import recipe_path, relative_path
from rollout_lint.report.common.style import style_for_stderr, style_for_stdout
from rollout_lint.report.fix.diff import create_diff
from rollout_lint.report.fix.text import format_fix_text

if TYPE_CHECKING:
    from rollout_lint.discovery.recipe import Recipe
    from rollout_lint.linter.context import LintContext
    from rollout_lint.report.common.style import Style

_SUFFIXES = (".yml", ".yaml")


@dataclass(frozen=True, slots=True)
class Request:
    """What the command line asks for. Without `writes` the changes are only shown."""

    paths: tuple[str, ...]
    writes: bool = False
    overlay: str | None = None
    only: tuple[str, ...] = ()
    unsafe: bool = False
    interactive: bool = False
    exclude: tuple[str, ...] = ()
    rules: tuple[Path, ...] = ()


def run(request: Request) -> ExitCode:
    """Show or write the repairs; the exit code."""
    _check(request)
    wanted = Wanted(_only(request), request.unsafe)
    overlays = () if request.overlay is None else (request.overlay,)
    targets = targets_of(request.paths, overlays, request.exclude, request.rules)
    asking = Asking() if request.interactive else None
    fixed = [_fix(recipe, context, wanted, request, asking) for recipe, context in targets]
    return _deliver([each for each in fixed if each.evaluation.status != EvaluationStatus.NOT_A_STACK], request)


def _only(request: Request) -> frozenset[str]:
    """The ids of the rules that are named, be it by their names; one that does not exist ends the run."""
    named = [each.strip() for text in request.only for each in text.split(",")]
    if not named:
        return frozenset()
    rules = rules_here(request.rules)
    ids = {name: rule.id for rule in rules for name in (rule.id, rule.name)}
    for each in named:
        if each not in ids:
            usage_error(f"there is no rule {each}; rollout-lint rules lists them")
    return frozenset(ids[each] for each in named)


def _check(request: Request) -> None:
    if STDIN in request.paths and (request.overlay is not None or request.interactive or len(request.paths) > 1):
        usage_error("standard input can be repaired by itself, and neither asks nor takes an overlay")
    if request.overlay is not None:
        path = PurePath(request.overlay)
        if not path.parts or path.is_absolute() or ".." in path.parts or is_pattern(request.overlay):
            usage_error(f"--overlay {request.overlay!r} is no name of one file in a recipe's folder")
        if path.suffix not in _SUFFIXES:
            usage_error(f"--overlay {request.overlay!r} does not end in {' or '.join(_SUFFIXES)}")


def _fix(recipe: Recipe, known: LintContext, wanted: Wanted, request: Request, asking: Asking | None) -> Fixed:
    """One recipe, whose files are written if that is asked for."""
    if request.overlay is None:
        desk = Desk(recipe, known)
    elif reason := _no_overlay(recipe, request.overlay):
        complain(f"{recipe.path}: {reason}")
        return Fixed(Desk(recipe, known).evaluation({}), failed=True)
    else:
        desk = OverlayDesk(recipe, known, request.overlay)
    first = desk.evaluation({})
    if first.status != EvaluationStatus.EVALUATED:
        return Fixed(first)
    if asking is not None:
        wanted = replace(wanted, agrees=partial(asking.agrees, first))
    fixed = Session(desk, wanted).run()
    if request.writes and STDIN not in request.paths:
        try:
            store(fixed.changes)
        except StoreError as error:
            complain(f"{recipe.path}: {error}; nothing is written there")
            return Fixed(first, failed=True)
    return fixed


def _no_overlay(recipe: Recipe, overlay: str) -> str | None:
    """Why the recipe can have no such overlay."""
    if not recipe.variants:
        return "it has no file that an overlay could go with"
    path = Path(recipe.path, overlay)
    if not is_folder(path.parent):
        return f"there is no folder {PurePath(overlay).parent} for {overlay}"
    if exists(path) and not is_file(path):
        return f"{overlay} is not a regular file"
    shipped = recipe.variants[0].files
    if any(layer.name == overlay for layer in shipped):
        return f"{overlay} is a file that the recipe ships; name another one"
    if shipped[0].path.name == overlay or find_base(Path(recipe.path)) not in [layer.path for layer in shipped]:
        return f"{shipped[0].name} is a stack of its own, and {overlay} goes with the folder's other one"
    return None


def _deliver(fixed: list[Fixed], request: Request) -> ExitCode:
    style = style_for_stdout()
    for each in fixed:
        if request.writes and STDIN in request.paths:
            write_bytes(_data(each))
        elif not request.writes:
            _show(each, style)
        if each.evaluation.status != EvaluationStatus.EVALUATED:
            warn(
                replace(problem, file=recipe_path(each.evaluation, problem.file))
                for problem in list_problems(each.evaluation)
            )
    code = _exit_code(fixed, request)
    say(format_fix_text(fixed, request.writes, code, style_for_stderr(), width()).removesuffix("\n"))
    return code


def _exit_code(fixed: list[Fixed], request: Request) -> ExitCode:
    if any(each.failed or each.evaluation.status != EvaluationStatus.EVALUATED for each in fixed):
        return ExitCode.ERROR
    return ExitCode.FINDINGS if not request.writes and any(each.changes for each in fixed) else ExitCode.OK


def _data(fixed: Fixed) -> bytes:
    """What standard input comes to."""
    [source] = fixed.evaluation.sources.values()
    return fixed.changes[0].after if fixed.changes else source.data


def _show(fixed: Fixed, style: Style) -> None:
    for change in fixed.changes:
        name = relative_path(Path.cwd(), recipe_path(fixed.evaluation, change.name))
        diff = create_diff(name, change.before, change.after, style)
        write(diff.text)
        if diff.encoding != "utf-8":
            complain(f"{name}: it is in UTF-16, so this is no patch to apply; fix --write writes it")
        elif not diff.is_whole:
            complain(f"{name}: what may be a secret is blanked, so this is no patch to apply; fix --write writes it")
        elif diff.lacks_context:
            complain(f"{name}: lines that may hold a secret are left out; apply it with git apply --unidiff-zero")
