"""The command line: options in, calls, an exit code out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperGroup

from rollout_lint.cli.choices import AwaitFormat, Format, SweepFormat, TableFormat
from rollout_lint.cli.console import STDOUT, give_up, prepare, usage_error, write, write_version
from rollout_lint.cli.examples import examples
from rollout_lint.cli.options import (
    CheckFormats,
    ComposeFiles,
    EnvFiles,
    Excludes,
    ExpectedImages,
    ExpectedLabels,
    FailOn,
    FormatOption,
    OrderedCommand,
    OutputFiles,
    Overlays,
    PendingTimeout,
    RuleFolders,
    Settle,
    Since,
    TableFormatOption,
    Timeout,
    in_order,
    parse_age,
)
from rollout_lint.fleet.risk_level import RiskLevel  # noqa: TC001 - typer evaluates the annotations


class _ToldGroup(TyperGroup):
    """What the system refuses, and nothing else has told, is told without a traceback."""

    def main(self, *args: Any, **options: Any) -> Any:
        """As for any group."""
        prepare()
        try:
            return super().main(*args, **options)
        except OSError as error:
            give_up(STDOUT)
            usage_error(f"{error.filename or 'standard output'}: {error.strerror or error}")


app = typer.Typer(
    cls=_ToldGroup,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

fleet_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Make the manifest of a sweep.")
app.add_typer(fleet_app, name="fleet")


def _print_version(value: bool) -> None:
    if value:
        raise typer.Exit(write_version())


@app.callback()
def main(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Find the Swarm services whose update policy fails silently, hangs, or takes the site down."""
    del version


@app.command(cls=OrderedCommand, epilog=examples("check"))
def check(
    context: typer.Context,
    paths: Annotated[
        list[str] | None, typer.Argument(metavar="[PATH]...", help="Recipes, or files of them; - for stdin.")
    ] = None,
    formats: CheckFormats = None,
    outputs: OutputFiles = None,
    fail_on: FailOn = None,
    overlay: Overlays = None,
    exclude: Excludes = None,
    further: RuleFolders = None,
    no_ignores: Annotated[
        bool,
        typer.Option("--no-ignores", help="Show also what a comment, a config or this folder's baseline silences."),
    ] = False,
    write_baseline: Annotated[
        bool, typer.Option("--write-baseline", help="Write down what is found, so that later only what is new fails.")
    ] = False,
    baseline: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The baseline. [default: .rollout-lint-baseline.json, where it exists]"),
    ] = None,
    no_baseline: Annotated[bool, typer.Option("--no-baseline", help="Look at all, without a baseline.")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Check again whenever a file changes, until Ctrl-C.")] = False,
) -> None:
    """Judge the recipes that these paths belong to."""
    from rollout_lint.cli.commands.baseline import BaselineRequest
    from rollout_lint.cli.commands.check import Request, run
    from rollout_lint.cli.commands.outputs import outputs_of

    request = Request(
        paths=tuple(paths or ["."]),
        outputs=outputs_of(in_order(context, formats=formats, outputs=outputs)),
        fail_on=fail_on,
        overlays=tuple(overlay or ()),
        exclude=tuple(exclude or ()),
        rules=tuple(further or ()),
        honours_ignores=not no_ignores,
        baseline=BaselineRequest(baseline, write_baseline, no_baseline, is_sought=not no_ignores),
    )
    if watch:
        from rollout_lint.cli.commands import watch as watching

        raise typer.Exit(watching.run(request))
    raise typer.Exit(run(request))


@app.command(epilog=examples("sweep"))
def sweep(
    path: Annotated[
        str, typer.Argument(metavar="[DIR or fleet.yml]", help="A folder of recipes, or a manifest.")
    ] = ".",
    format_: Annotated[SweepFormat, typer.Option("--format", help="What to print.")] = SweepFormat.TEXT,
    unfold: Annotated[bool, typer.Option("--all", help="A row also for what is not at risk.")] = False,
    services: Annotated[bool, typer.Option("--services", help="A row for each service.")] = False,
    fail_on: Annotated[RiskLevel | None, typer.Option(metavar="LEVEL", help="Exit 1 from this risk level on.")] = None,
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
    from rollout_lint.cli.commands.sweep import Request, run
    from rollout_lint.cli.commands.targets import knowledge_of

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
    raise typer.Exit(run(request, knowledge_of(further or ())))


@fleet_app.command("init", epilog=examples("fleet init"))
def init_fleet(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder of recipes.")] = Path(),
    overlay: Overlays = None,
    exclude: Excludes = None,
) -> None:
    """Write a first fleet.yml for the recipes of a folder."""
    from rollout_lint.cli.commands.fleet import init

    init(folder, tuple(overlay or ()), tuple(exclude or ()))


@fleet_app.command("schema", epilog=examples("fleet schema"))
def print_fleet_schema() -> None:
    """Print the JSON Schema of fleet.yml, for editors."""
    from rollout_lint.cli.commands.fleet import schema

    write(schema())


@app.command(epilog=examples("show"))
def show(
    path: Annotated[str | None, typer.Argument(metavar="[PATH]", help="A recipe, or a file of one.")] = None,
    compose_file: ComposeFiles = None,
    env_file: EnvFiles = None,
    all_facts: Annotated[bool, typer.Option("--all-facts", help="Every fact that a rule may ask for.")] = False,
    format_: FormatOption = Format.TEXT,
    overlay: Overlays = None,
) -> None:
    """Show the effective policy of every service, and which file and line decided each value."""
    from rollout_lint.cli.commands.show import Request, run

    request = Request(
        path=path,
        compose_files=tuple(compose_file or ()),
        env_files=tuple(env_file or ()),
        all_facts=all_facts,
        format=format_,
        overlays=tuple(overlay or ()),
    )
    raise typer.Exit(run(request))


@app.command(epilog=examples("fix"))
def fix(
    paths: Annotated[
        list[str] | None, typer.Argument(metavar="[PATH]...", help="Recipes, or files of them; - for stdin.")
    ] = None,
    writes: Annotated[bool, typer.Option("--write", help="Write the files; without it the changes are shown.")] = False,
    overlay: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Write this overlay in each recipe's folder, and leave the other files."),
    ] = None,
    diff: Annotated[bool, typer.Option("--diff", help="Only show what would be written, also of an overlay.")] = False,
    only: Annotated[
        list[str] | None, typer.Option(metavar="RULES", help="These rules' findings only, as in RL001,RL003.")
    ] = None,
    unsafe: Annotated[
        bool, typer.Option("--unsafe", help="Also what costs more than an operator may want to pay for it.")
    ] = False,
    interactive: Annotated[bool, typer.Option("--interactive", "-i", help="Ask about each repair.")] = False,
    exclude: Excludes = None,
    further: RuleFolders = None,
) -> None:
    """Repair what is found: show the changes, write them, or write an overlay that makes them."""
    from rollout_lint.cli.commands.fix import Request, run

    if diff and (writes or interactive):
        usage_error("--diff writes nothing, so it goes with neither --write nor --interactive")
    request = Request(
        paths=tuple(paths or ["."]),
        writes=writes or interactive or (overlay is not None and not diff),
        overlay=overlay,
        only=tuple(only or ()),
        unsafe=unsafe,
        interactive=interactive,
        exclude=tuple(exclude or ()),
        rules=tuple(further or ()),
    )
    raise typer.Exit(run(request))


@app.command("config", epilog=examples("config"))
def show_config(
    path: Annotated[str, typer.Argument(metavar="[PATH]", help="A recipe, a file of one, or any folder.")] = ".",
    format_: FormatOption = Format.TEXT,
    schema: Annotated[bool, typer.Option("--schema", help="The JSON Schema of a config, for editors.")] = False,
    fail_on: FailOn = None,
    overlay: Overlays = None,
    exclude: Excludes = None,
    further: RuleFolders = None,
) -> None:
    """Show which config counts for a recipe, who says each value, and which rules judge."""
    from rollout_lint.cli.commands import config

    if schema:
        write(config.schema())
        return
    config.run(
        config.Request(
            path=path,
            format=format_,
            fail_on=fail_on,
            overlays=tuple(overlay or ()),
            exclude=tuple(exclude or ()),
            rules=tuple(further or ()),
        )
    )


@app.command("rules", epilog=examples("rules"))
def list_rules(
    format_: TableFormatOption = TableFormat.TEXT,
    further: RuleFolders = None,
    test: Annotated[
        list[Path] | None, typer.Option("--test", metavar="DIR", help="Try the rules of DIR on their own examples.")
    ] = None,
) -> None:
    """List the rules, or try your own."""
    from rollout_lint.cli.commands import rules

    if test:
        raise typer.Exit(rules.try_own(tuple(test), tuple(further or ())))
    rules.list_rules(format_, tuple(further or ()))


def _complete_rule(incomplete: str) -> list[tuple[str, str]]:
    from rollout_lint.cli.commands.rules import ids_and_names

    return ids_and_names(incomplete)


@app.command(epilog=examples("explain"))
def explain(
    rule: Annotated[
        str | None, typer.Argument(metavar="RULE", help="An id or a name.", autocompletion=_complete_rule)
    ] = None,
    format_: FormatOption = Format.TEXT,
    every: Annotated[bool, typer.Option("--all", help="The pages of all rules.")] = False,
    further: RuleFolders = None,
) -> None:
    """Print a rule's page."""
    from rollout_lint.cli.commands import rules

    rules.explain(rule, every, format_, tuple(further or ()))


@app.command("inspect", epilog=examples("inspect"))
def inspect_(
    file: Annotated[
        str, typer.Argument(metavar="[FILE]", help="What docker service inspect printed; - for stdin.")
    ] = "-",
    against: Annotated[
        str | None, typer.Option(metavar="RECIPE", help="Show where what runs differs from this recipe's files.")
    ] = None,
    variant: Annotated[
        str | None, typer.Option(metavar="NAME", help="Which of its variants. [default: the first]")
    ] = None,
    compose_file: ComposeFiles = None,
    env_file: EnvFiles = None,
    overlay: Overlays = None,
    expect_label: ExpectedLabels = None,
    expect_image: ExpectedImages = None,
    fail_on: FailOn = None,
    format_: FormatOption = Format.TEXT,
    further: RuleFolders = None,
) -> None:
    """Hold running services against the rules and the files, and tell what their last update came to."""
    from rollout_lint.cli.commands import show as files
    from rollout_lint.cli.commands.await_updates import expected_labels
    from rollout_lint.cli.commands.inspect_services import Request, run

    compared = files.Request(
        path=against,
        compose_files=tuple(compose_file or ()),
        env_files=tuple(env_file or ()),
        overlays=tuple(overlay or ()),
    )
    request = Request(
        file=file,
        against=compared if against is not None or compose_file else None,
        variant=variant,
        fail_on=fail_on,
        labels=expected_labels(expect_label or ()),
        images=tuple(expect_image or ()),
        rules=tuple(further or ()),
        format=format_,
    )
    raise typer.Exit(run(request))


@app.command("await", epilog=examples("await"))
def await_(
    names: Annotated[list[str], typer.Argument(metavar="STACK...", help="Stacks, or services by their whole names.")],
    expect_label: ExpectedLabels = None,
    expect_image: ExpectedImages = None,
    timeout: Timeout = "5m",  # type: ignore[assignment]
    settle: Settle = "10s",  # type: ignore[assignment]
    pending_timeout: PendingTimeout = "30s",  # type: ignore[assignment]
    since: Since = None,
    format_: Annotated[AwaitFormat, typer.Option("--format", help="What to print.")] = AwaitFormat.TEXT,
) -> None:
    """Wait until every update of a deployed stack is over; fail unless each completed."""
    from rollout_lint.cli.commands.await_updates import Request, expected_labels, run

    request = Request(
        names=tuple(names),
        labels=expected_labels(expect_label or ()),
        images=tuple(expect_image or ()),
        timeout=timeout,
        settle=settle,
        pending_timeout=pending_timeout,
        since=since,
        format=format_,
    )
    raise typer.Exit(run(request))


def end_by(error: BaseException) -> NoReturn:
    """End as a command does that is ended by this error."""
    ending = typer.Typer(cls=_ToldGroup, pretty_exceptions_enable=False, rich_markup_mode=None)

    @ending.callback(invoke_without_command=True)
    def end() -> None:
        raise error

    ending(args=[])
    raise AssertionError
