"""The command line: options in, calls, an exit code out."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from rollout_lint import __version__
from rollout_lint.options import (
    Excludes,
    Format,
    FormatOption,
    Level,
    Overlays,
    RuleFolders,
    Severity,
    TableFormat,
    TableFormatOption,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rollout_lint.collect import Recipe
    from rollout_lint.evaluate import Evaluation, Known
    from rollout_lint.evidence import Calendar
    from rollout_lint.fleet.model import Fleet
    from rollout_lint.place import Problem
    from rollout_lint.rule import Rule
    from rollout_lint.verdict import Verdict

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

FOUND = 1
NOT_EVALUATED = 2


def _print_version(value: bool) -> None:
    if value:
        _write(f"rollout-lint {__version__}\n")
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Find the Swarm services whose update policy fails silently, hangs, or takes the site down."""
    del version
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]


@app.command()
def check(
    paths: Annotated[
        list[str] | None, typer.Argument(metavar="[PATH]...", help="Recipes, or files of them; - for stdin.")
    ] = None,
    format_: FormatOption = Format.TEXT,
    fail_on: Annotated[Severity, typer.Option(help="Exit 1 from this severity on.")] = Severity.MEDIUM,
    overlay: Overlays = None,
    exclude: Excludes = None,
    further: RuleFolders = None,
) -> None:
    """Judge the recipes that these paths belong to."""
    from rollout_lint.evaluate import NOT_EVALUATED as STATUS_NOT_EVALUATED
    from rollout_lint.evaluate import TEMPLATE, evaluate

    known = _knowledge(further)
    evaluations = [evaluate(recipe, known(recipe.path)) for recipe in _recipes(paths or ["."], overlay, exclude)]
    code = _check_code(evaluations, fail_on)
    if any(each.status in (STATUS_NOT_EVALUATED, TEMPLATE) for each in evaluations):
        code = NOT_EVALUATED
    if format_ is Format.JSON:
        from rollout_lint.report.as_json import check_json

        _write(check_json(evaluations))
    else:
        from rollout_lint.report.check_text import check_text
        from rollout_lint.report.style import style_for_stdout

        _write(check_text(evaluations, code, style_for_stdout(), _width()))
    raise typer.Exit(code)


@app.command()
def sweep(
    path: Annotated[
        str, typer.Argument(metavar="[DIR or fleet.yml]", help="A folder of recipes, or a manifest.")
    ] = ".",
    format_: TableFormatOption = TableFormat.TEXT,
    unfold: Annotated[bool, typer.Option("--all", help="A row also for each recipe that is not at risk.")] = False,
    fail_on: Annotated[Level | None, typer.Option(metavar="LEVEL", help="Exit 1 from this risk level on.")] = None,
    overlay: Overlays = None,
    exclude: Excludes = None,
    further: RuleFolders = None,
) -> None:
    """Print the risk table of a fleet."""
    from rollout_lint.progress import with_progress
    from rollout_lint.sweep import sweep_of
    from rollout_lint.verdict import LEVELS

    fleet = _fleet(path, overlay, exclude)
    rows = sweep_of(fleet, _knowledge(further), _calendar()).rows(fleet.members)
    verdicts = [row.verdict for row in with_progress(rows, len(fleet.members))]
    if format_ is TableFormat.JSON:
        from rollout_lint.report.as_json import sweep_json

        _write(sweep_json(verdicts))
    else:
        _write(_sweep_table(verdicts, format_, unfold))
    if any(verdict.risk.level == "not-evaluated" for verdict in verdicts):
        raise typer.Exit(NOT_EVALUATED)
    if fail_on is not None and any(verdict.rank <= LEVELS.index(fail_on.value) for verdict in verdicts):
        raise typer.Exit(FOUND)


@app.command()
def show(
    path: Annotated[str | None, typer.Argument(metavar="[PATH]", help="A recipe, or a file of one.")] = None,
    compose_file: Annotated[
        list[str] | None,
        typer.Option("-c", "--compose-file", metavar="FILE", help="Exactly these files, in this order."),
    ] = None,
    env_file: Annotated[
        list[str] | None,
        typer.Option("--env-file", metavar="FILE", help="Variables for -c, over those of the environment."),
    ] = None,
    all_facts: Annotated[bool, typer.Option("--all-facts", help="Every fact that a rule may ask for.")] = False,
    format_: FormatOption = Format.TEXT,
    overlay: Overlays = None,
) -> None:
    """Show the effective policy of every service, and which file and line decided each value."""
    from rollout_lint.collect import recipe_from_layers
    from rollout_lint.evaluate import EVALUATED, evaluate

    if path is not None and compose_file:
        _usage_error("give a path or -c, not both")
    if env_file and not compose_file:
        _usage_error("--env-file goes with -c; a recipe's values stand in its .env.sample")
    if compose_file:
        recipes = [recipe_from_layers(compose_file, dict(os.environ) | _variables(env_file or []))]
    else:
        recipes = list(_recipes([path or "."], overlay, None))
    if len(recipes) > 1:
        _usage_error(f"{path or '.'} holds {len(recipes)} recipes; name one")
    evaluation = evaluate(recipes[0], _knowledge(None)(recipes[0].path))
    if format_ is Format.JSON:
        from rollout_lint.report.as_json import show_json

        _write(show_json(evaluation))
    else:
        from rollout_lint.report.show_text import show_text
        from rollout_lint.report.style import style_for_stdout

        _write(show_text(evaluation, style_for_stdout(), all_facts))
    if evaluation.status != EVALUATED:
        raise typer.Exit(NOT_EVALUATED)


@app.command("rules")
def list_rules(
    format_: TableFormatOption = TableFormat.TEXT,
    further: RuleFolders = None,
    test: Annotated[
        list[Path] | None, typer.Option("--test", metavar="DIR", help="Try the rules of DIR on their own examples.")
    ] = None,
) -> None:
    """List the rules, or try your own."""
    if test:
        _try_rules(test, further)
    rules = _rules(further)
    if format_ is TableFormat.JSON:
        from rollout_lint.report.as_json import rules_json

        _write(rules_json(rules))
    elif format_ is TableFormat.MARKDOWN:
        from rollout_lint.report.rules_markdown import rules_markdown

        _write(rules_markdown(rules))
    else:
        from rollout_lint.report.rule_page import rules_text
        from rollout_lint.report.style import style_for_stdout

        _write(rules_text(rules, style_for_stdout()))


def _try_rules(folders: list[Path], further: list[Path] | None) -> NoReturn:
    from rollout_lint.report.trials import trials_text
    from rollout_lint.trial import try_rules

    rules = _rules([*(further or ()), *folders])
    named = {folder.resolve() for folder in folders}
    tried = tuple(rule for rule in rules if rule.path.parent.resolve() in named)
    failures = list(try_rules(tried, rules))
    _write(trials_text(tried, failures))
    raise typer.Exit(FOUND if failures else 0)


def _complete_rule(incomplete: str) -> list[tuple[str, str]]:
    return [(rule.id, rule.name) for rule in _rules() if rule.id.startswith(incomplete.upper())]


@app.command()
def explain(
    rule: Annotated[
        str | None, typer.Argument(metavar="RULE", help="An id or a name.", autocompletion=_complete_rule)
    ] = None,
    format_: FormatOption = Format.TEXT,
    every: Annotated[bool, typer.Option("--all", help="The pages of all rules.")] = False,
    further: RuleFolders = None,
) -> None:
    """Print a rule's page."""
    if (rule is None) != every:
        _usage_error("name one rule, or give --all")
    found = tuple(each for each in _rules(further) if every or str(rule).lower() in (each.id.lower(), each.name))
    if not found:
        _usage_error(f"there is no rule {rule}; rollout-lint rules lists them")
    if format_ is Format.JSON:
        from rollout_lint.report.as_json import rules_json

        _write(rules_json(found))
    else:
        from rollout_lint.report.rule_page import rule_text
        from rollout_lint.report.style import style_for_stdout

        style = style_for_stdout()
        _write("\n\n".join(rule_text(each, style, _width()) for each in found))


def _knowledge(further: list[Path] | None) -> Callable[[str], Known]:
    """What a recipe at a path is judged by; what is wrong with that ends the run."""
    from rollout_lint.config import ConfigError
    from rollout_lint.knowledge import Knowledge
    from rollout_lint.rule_files import RuleError

    knowledge = Knowledge(tuple(further or ()))

    def known(path: str) -> Known:
        try:
            return knowledge.of(Path(path))
        except (ConfigError, RuleError) as error:
            _refuse(error.problems)

    return known


def _rules(further: list[Path] | None = None) -> tuple[Rule, ...]:
    """Those that judge what is in this folder."""
    return _knowledge(further)(".").rules


def _recipes(paths: list[str], overlay: list[str] | None, exclude: list[str] | None) -> Iterator[Recipe]:
    """The recipes of the paths, each once; the first path without any ends the run."""
    from rollout_lint.collect import DEFAULT_OVERLAYS, NoRecipeError, recipes_at

    seen: set[tuple[str, str, int]] = set()
    for path in paths:
        try:
            for recipe in recipes_at(path, overlay or DEFAULT_OVERLAYS, exclude or ()):
                key = (recipe.name, recipe.path, len(recipe.variants))
                if key not in seen:
                    seen.add(key)
                    yield recipe
        except NoRecipeError as error:
            _usage_error(str(error))


def _variables(files: list[str]) -> dict[str, str]:
    from rollout_lint.collect import read_environment

    variables: dict[str, str] = {}
    for file in files:
        try:
            variables |= read_environment(Path(file).read_text("utf-8-sig", errors="replace"))
        except OSError as error:
            _usage_error(f"{file} cannot be read: {error.strerror}")
    return variables


def _fleet(path: str, overlay: list[str] | None, exclude: list[str] | None) -> Fleet:
    from rollout_lint.fleet.manifest import load_fleet
    from rollout_lint.fleet.model import FleetError

    try:
        return load_fleet(Path(path), overlay or (), exclude or ())
    except FleetError as error:
        _refuse(error.problems)


def _calendar() -> Calendar:
    """Today, or the day that SOURCE_DATE_EPOCH names (reproducible-builds.org)."""
    from datetime import UTC, datetime

    from rollout_lint.evidence import Calendar

    moment = os.environ.get("SOURCE_DATE_EPOCH", "")
    now = datetime.fromtimestamp(int(moment), UTC) if moment.isdecimal() else datetime.now(UTC)
    return Calendar(now.date())


def _sweep_table(verdicts: list[Verdict], format_: TableFormat, unfold: bool) -> str:
    from rollout_lint.report.sweep_rows import sweep_rows

    rows = sweep_rows(verdicts, unfold)
    if format_ is TableFormat.MARKDOWN:
        from rollout_lint.report.sweep_markdown import sweep_markdown

        return sweep_markdown(rows)
    from rollout_lint.report.style import style_for_stdout
    from rollout_lint.report.sweep_text import sweep_text

    return sweep_text(rows, verdicts, style_for_stdout(), _width())


def _check_code(evaluations: list[Evaluation], fail_on: Severity) -> int:
    from rollout_lint.rule import SEVERITIES

    if fail_on is Severity.NEVER:
        return 0
    failing = SEVERITIES[: SEVERITIES.index(fail_on.value) + 1]
    counted = (finding for each in evaluations for finding in each.findings if finding.superseded_by is None)
    return FOUND if any(finding.severity in failing for finding in counted) else 0


def _width() -> int:
    return shutil.get_terminal_size((100, 24)).columns


def _write(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


def _refuse(problems: list[Problem]) -> NoReturn:
    from rollout_lint.report.style import printable

    for problem in problems:
        place = f"{problem.file}:{problem.line}:{problem.column}" if problem.line else problem.file
        typer.echo(f"{printable(place)}: {printable(problem.message)}", err=True)
    raise typer.Exit(NOT_EVALUATED)


def _usage_error(message: str) -> NoReturn:
    from rollout_lint.report.style import printable

    typer.echo(f"rollout-lint: {printable(message)}", err=True)
    raise typer.Exit(NOT_EVALUATED)
