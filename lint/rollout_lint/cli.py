"""The command line: options in, calls, an exit code out."""

from __future__ import annotations

import os
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
    SweepFormat,
    TableFormat,
    TableFormatOption,
    parse_age,
)
from rollout_lint.terminal import FOUND, NOT_EVALUATED, refuse, usage_error, width, write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rollout_lint.collect import Recipe
    from rollout_lint.evaluate import Evaluation, Known
    from rollout_lint.rule import Rule

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

fleet_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Make the manifest of a sweep.")
app.add_typer(fleet_app, name="fleet")


def _print_version(value: bool) -> None:
    if value:
        write(f"rollout-lint {__version__}\n")
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

    known = _known(further)
    evaluations = [evaluate(recipe, known(recipe.path)) for recipe in _recipes(paths or ["."], overlay, exclude)]
    code = _check_code(evaluations, fail_on)
    if any(each.status in (STATUS_NOT_EVALUATED, TEMPLATE) for each in evaluations):
        code = NOT_EVALUATED
    if format_ is Format.JSON:
        from rollout_lint.report.as_json import check_json

        write(check_json(evaluations))
    else:
        from rollout_lint.report.check_text import check_text
        from rollout_lint.report.style import style_for_stdout

        write(check_text(evaluations, code, style_for_stdout(), width()))
    raise typer.Exit(code)


@app.command()
def sweep(
    path: Annotated[
        str, typer.Argument(metavar="[DIR or fleet.yml]", help="A folder of recipes, or a manifest.")
    ] = ".",
    format_: Annotated[SweepFormat, typer.Option("--format", help="What to print.")] = SweepFormat.TEXT,
    unfold: Annotated[bool, typer.Option("--all", help="A row also for what is not at risk.")] = False,
    services: Annotated[bool, typer.Option("--services", help="A row for each service.")] = False,
    fail_on: Annotated[Level | None, typer.Option(metavar="LEVEL", help="Exit 1 from this risk level on.")] = None,
    compare: Annotated[
        Path | None, typer.Option(metavar="OLD.json", help="Tell what changed since `--format json` printed this.")
    ] = None,
    fail_on_worse: Annotated[
        bool, typer.Option("--fail-on-worse", help="Exit 1 where a recipe is worse than there, or new and at risk.")
    ] = False,
    at: Annotated[
        str | None, typer.Option(metavar="REF", help="The fleet as it was at a revision of its git repository.")
    ] = None,
    max_age: Annotated[
        int | None,
        typer.Option(
            metavar="AGE", parser=parse_age, help="Results older than this no longer count, such as 30d or 8w."
        ),
    ] = None,
    keep_going: Annotated[
        bool, typer.Option("--keep-going", help="Show what a bad manifest leaves of the fleet; exit 2 all the same.")
    ] = False,
    jobs: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="In how many processes. [default: as many as pay]")
    ] = None,
    overlay: Overlays = None,
    exclude: Excludes = None,
    further: RuleFolders = None,
) -> None:
    """Print the risk table of a fleet."""
    from rollout_lint.commands.sweep import Request, run

    if fail_on_worse and compare is None:
        usage_error("--fail-on-worse needs --compare OLD.json")
    request = Request(
        path=path,
        at=at,
        format=format_,
        unfold=unfold,
        services=services,
        fail_on=fail_on,
        compare=compare,
        fail_on_worse=fail_on_worse,
        max_age=max_age,
        keep_going=keep_going,
        jobs=jobs,
        overlays=tuple(overlay or ()),
        exclude=tuple(exclude or ()),
    )
    raise typer.Exit(run(request, _knowledge(further)))


@fleet_app.command("init")
def init_fleet(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder of recipes.")] = Path(),
    overlay: Overlays = None,
    exclude: Excludes = None,
) -> None:
    """Write a first fleet.yml for the recipes of a folder."""
    from rollout_lint.commands.fleet import init

    init(folder, tuple(overlay or ()), tuple(exclude or ()))


@fleet_app.command("schema")
def print_fleet_schema() -> None:
    """Print the JSON Schema of fleet.yml, for editors."""
    from rollout_lint.commands.fleet import schema

    write(schema())


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
        usage_error("give a path or -c, not both")
    if env_file and not compose_file:
        usage_error("--env-file goes with -c; a recipe's values stand in its .env.sample")
    if compose_file:
        recipes = [recipe_from_layers(compose_file, dict(os.environ) | _variables(env_file or []))]
    else:
        recipes = list(_recipes([path or "."], overlay, None))
    if len(recipes) > 1:
        usage_error(f"{path or '.'} holds {len(recipes)} recipes; name one")
    evaluation = evaluate(recipes[0], _known(None)(recipes[0].path))
    if format_ is Format.JSON:
        from rollout_lint.report.as_json import show_json

        write(show_json(evaluation))
    else:
        from rollout_lint.report.show_text import show_text
        from rollout_lint.report.style import style_for_stdout

        write(show_text(evaluation, style_for_stdout(), all_facts))
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

        write(rules_json(rules))
    elif format_ is TableFormat.MARKDOWN:
        from rollout_lint.report.rules_markdown import rules_markdown

        write(rules_markdown(rules))
    else:
        from rollout_lint.report.rule_page import rules_text
        from rollout_lint.report.style import style_for_stdout

        write(rules_text(rules, style_for_stdout()))


def _try_rules(folders: list[Path], further: list[Path] | None) -> NoReturn:
    from rollout_lint.report.trials import trials_text
    from rollout_lint.trial import try_rules

    rules = _rules([*(further or ()), *folders])
    named = {folder.resolve() for folder in folders}
    tried = tuple(rule for rule in rules if rule.path.parent.resolve() in named)
    failures = list(try_rules(tried, rules))
    write(trials_text(tried, failures))
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
        usage_error("name one rule, or give --all")
    found = tuple(each for each in _rules(further) if every or str(rule).lower() in (each.id.lower(), each.name))
    if not found:
        usage_error(f"there is no rule {rule}; rollout-lint rules lists them")
    if format_ is Format.JSON:
        from rollout_lint.report.as_json import rules_json

        write(rules_json(found))
    else:
        from rollout_lint.report.rule_page import rule_text
        from rollout_lint.report.style import style_for_stdout

        style = style_for_stdout()
        write("\n\n".join(rule_text(each, style, width()) for each in found))


def _knowledge(further: list[Path] | None) -> Callable[[str], Known]:
    """What a recipe at a path is judged by; raises ConfigError and RuleError for what is wrong with that."""
    from rollout_lint.knowledge import Knowledge

    knowledge = Knowledge(tuple(further or ()))
    return lambda path: knowledge.of(Path(path))


def _known(further: list[Path] | None) -> Callable[[str], Known]:
    """The same; what is wrong with it ends the run."""
    from rollout_lint.config import ConfigError
    from rollout_lint.rule_files import RuleError

    knowledge = _knowledge(further)

    def known(path: str) -> Known:
        try:
            return knowledge(path)
        except (ConfigError, RuleError) as error:
            refuse(error.problems)

    return known


def _rules(further: list[Path] | None = None) -> tuple[Rule, ...]:
    """Those that judge what is in this folder."""
    return _known(further)(".").rules


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
            usage_error(str(error))


def _variables(files: list[str]) -> dict[str, str]:
    from rollout_lint.collect import read_environment

    variables: dict[str, str] = {}
    for file in files:
        try:
            variables |= read_environment(Path(file).read_text("utf-8-sig", errors="replace"))
        except OSError as error:
            usage_error(f"{file} cannot be read: {error.strerror}")
    return variables


def _check_code(evaluations: list[Evaluation], fail_on: Severity) -> int:
    from rollout_lint.rule import SEVERITIES

    if fail_on is Severity.NEVER:
        return 0
    failing = SEVERITIES[: SEVERITIES.index(fail_on.value) + 1]
    counted = (finding for each in evaluations for finding in each.findings if finding.superseded_by is None)
    return FOUND if any(finding.severity in failing for finding in counted) else 0
