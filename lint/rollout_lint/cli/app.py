"""Command line interface: options, and one function per command."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from rollout_lint.cli.choices import AwaitFormat, Format, SweepFormat, TableFormat
from rollout_lint.cli.console import (
    STDOUT,
    discard_output,
    exit_with_error,
    prepare_streams,
    print_lint_error,
    write,
    write_version,
)
from rollout_lint.cli.examples import examples
from rollout_lint.cli.options import (
    BaselineFile,
    ChangedOption,
    CheckFormats,
    ComposeFiles,
    ConfigFile,
    EnvFiles,
    Excludes,
    ExpectedImages,
    ExpectedLabels,
    FailOn,
    FailOnRisk,
    FailOnUnfixed,
    FilesFrom,
    FormatOption,
    LeastSeverity,
    ListSkipped,
    OrderedCommand,
    OutputFiles,
    Overlays,
    PendingTimeout,
    PlainUsageCommand,
    PrintedRules,
    RuleFolders,
    Settle,
    Since,
    SinceRevision,
    StdinFilename,
    TableFormatOption,
    Timeout,
    parse_age_option,
    values_in_order,
)
from rollout_lint.errors import ExitCode, RolloutLintError
from rollout_lint.printable import printable

if TYPE_CHECKING:
    from collections.abc import Iterator


_UsageError: Any = typer.BadParameter.__base__
"""Base of all errors in a command line. Typer does not export it."""


class CommandGroup(TyperGroup):
    """Command group that reports system errors without a traceback, and values of a command line escaped."""

    def make_context(self, *args: Any, **options: Any) -> Any:
        """Parse the options before the command."""
        with _escape_usage_errors():
            return super().make_context(*args, **options)

    def invoke(self, ctx: Any) -> Any:
        """Parse the command with its options, and run it."""
        with _escape_usage_errors():
            return super().invoke(ctx)

    def main(self, *args: Any, **options: Any) -> Any:
        """Run a command."""
        prepare_streams()
        try:
            return super().main(*args, **options)
        except RolloutLintError as error:
            print_lint_error(error)
            raise SystemExit(ExitCode.ERROR) from None
        except OSError as error:
            discard_output(STDOUT)
            exit_with_error(f"{error.filename or 'standard output'}: {error.strerror or error}")


@contextmanager
def _escape_usage_errors() -> Iterator[None]:
    try:
        yield
    except _UsageError as error:
        error.message = printable(error.message)
        raise


app = typer.Typer(
    cls=CommandGroup,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

fleet_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Create the manifest of a sweep.")
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
    """Find Swarm services whose next update can fail silently, hang or cause an outage."""
    del version


@app.command(cls=OrderedCommand, epilog=examples("check"))
def check(
    context: typer.Context,
    paths: Annotated[
        list[str] | None, typer.Argument(metavar="[PATH]...", help="Recipes or stack files; - for standard input.")
    ] = None,
    compose_file: ComposeFiles = None,
    env_file: EnvFiles = None,
    formats: CheckFormats = None,
    outputs: OutputFiles = None,
    fail_on: FailOn = None,
    severity: LeastSeverity = None,
    rules: PrintedRules = None,
    overlay: Overlays = None,
    exclude: Excludes = None,
    rule_folders: RuleFolders = None,
    config_file: ConfigFile = None,
    no_ignores: Annotated[
        bool, typer.Option("--no-ignores", help="Also show findings that a comment, config or baseline suppresses.")
    ] = False,
    write_baseline: Annotated[
        bool, typer.Option("--write-baseline", help="Save the findings, so that later checks fail only on new ones.")
    ] = False,
    baseline: BaselineFile = None,
    no_baseline: Annotated[bool, typer.Option("--no-baseline", help="Check without a baseline.")] = False,
    since: SinceRevision = None,
    changed: ChangedOption = False,
    files_from: FilesFrom = None,
    stdin_filename: StdinFilename = None,
    list_skipped: ListSkipped = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print only the summary of text and concise.")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Check again whenever a file changes, until Ctrl-C.")] = False,
) -> None:
    """Check recipes and report findings."""
    from rollout_lint.api.baseline import BaselineRequest
    from rollout_lint.api.given_files import parse_given_files
    from rollout_lint.api.since import reject_combinations
    from rollout_lint.cli.commands.check import Request, run
    from rollout_lint.cli.commands.outputs import parse_outputs
    from rollout_lint.cli.commands.path_lists import read_stdin_file, select_paths
    from rollout_lint.discovery.recipes import STDIN

    others = {"--changed": changed, "--files-from": files_from, "--write-baseline": write_baseline}
    reject_combinations(since, others | {"standard input": STDIN in [*(paths or ()), *(compose_file or ())]})
    request = Request(
        paths=select_paths(paths, files_from),
        outputs=parse_outputs(values_in_order(context, formats=formats, outputs=outputs)),
        fail_on=fail_on,
        severity=severity,
        printed_rules=tuple(rules or ()),
        overlays=tuple(overlay or ()),
        exclude=tuple(exclude or ()),
        rule_folders=tuple(rule_folders or ()),
        config_file=config_file,
        applies_ignores=not no_ignores,
        baseline=BaselineRequest(baseline, write_baseline, no_baseline, uses_default=not no_ignores),
        list_skipped=list_skipped,
        is_quiet=quiet,
        given=parse_given_files(
            compose_file,
            env_file,
            {"a path": paths, "--overlay": overlay, "--exclude": exclude, "--files-from": files_from},
        ),
        changed=changed or files_from is not None,
        since=since,
        stdin_file=read_stdin_file(stdin_filename, paths),
    )
    if watch:
        from rollout_lint.cli.commands.watch import watch as run_watch

        raise typer.Exit(run_watch(request))
    raise typer.Exit(run(request))


@app.command(epilog=examples("sweep"))
def sweep(
    path: Annotated[
        str | None,
        typer.Argument(metavar="[PATH]", help="Folder of recipes, or a manifest such as fleet.yml.  [default: .]"),
    ] = None,
    compose_file: ComposeFiles = None,
    env_file: EnvFiles = None,
    format_: Annotated[SweepFormat, typer.Option("--format", help="Output format.")] = SweepFormat.TEXT,
    show_all: Annotated[bool, typer.Option("--all", help="Include recipes that are not at risk.")] = False,
    services: Annotated[bool, typer.Option("--services", help="One row per service.")] = False,
    brief: Annotated[bool, typer.Option("--brief", help="Only the table, without the reasons.")] = False,
    fail_on: FailOnRisk = None,
    compare: Annotated[
        Path | None, typer.Option(metavar="OLD.json", help="Show changes since this output of --format json.")
    ] = None,
    fail_on_worse: Annotated[
        bool, typer.Option("--fail-on-worse", help="Exit 1 if a recipe is worse than in OLD.json, or new and at risk.")
    ] = False,
    revision: Annotated[
        str | None, typer.Option("--at", metavar="REF", help="Check the fleet at a revision of its git repository.")
    ] = None,
    max_age: Annotated[
        int | None,
        typer.Option(metavar="AGE", parser=parse_age_option, help="Ignore results older than this, such as 30d or 8w."),
    ] = None,
    keep_going: Annotated[
        bool, typer.Option("--keep-going", help="Check what a manifest with errors still lists; exit 2 anyway.")
    ] = False,
    jobs: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Number of processes. [default: by CPUs and fleet size]")
    ] = None,
    overlay: Overlays = None,
    exclude: Excludes = None,
    rule_folders: RuleFolders = None,
    config_file: ConfigFile = None,
    list_skipped: ListSkipped = False,
) -> None:
    """Print the risk table of a fleet."""
    from rollout_lint.api.given_files import parse_given_files
    from rollout_lint.api.sweep import SweepOptions
    from rollout_lint.cli.commands.sweep import Request, run
    from rollout_lint.cli.commands.sweep_output import Layout

    if fail_on_worse and compare is None:
        exit_with_error("--fail-on-worse requires --compare OLD.json")
    options = SweepOptions(
        path="." if path is None else path,
        revision=revision,
        compare=compare,
        max_age=max_age,
        keeps_going=keep_going,
        overlays=tuple(overlay or ()),
        exclude=tuple(exclude or ()),
        rule_folders=tuple(rule_folders or ()),
        config_file=config_file,
        given=parse_given_files(
            compose_file, env_file, {"a path": path, "--overlay": overlay, "--exclude": exclude, "--at": revision}
        ),
    )
    layout = Layout(format_, show_all, services, list_skipped, brief)
    raise typer.Exit(run(Request(options, layout, fail_on, fail_on_worse, jobs)))


@fleet_app.command("init", epilog=examples("fleet init"))
def init_fleet(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of recipes.")] = Path(),
    overlay: Overlays = None,
    exclude: Excludes = None,
) -> None:
    """Write a first fleet.yml for the recipes in a folder."""
    from rollout_lint.cli.commands.fleet import init

    init(folder, tuple(overlay or ()), tuple(exclude or ()))


@fleet_app.command("schema", epilog=examples("fleet schema"))
def print_fleet_schema() -> None:
    """Print the JSON Schema of fleet.yml, for editors."""
    from rollout_lint.cli.commands.fleet import schema

    write(schema())


@app.command(epilog=examples("show"))
def show(
    path: Annotated[str | None, typer.Argument(metavar="[PATH]", help="Recipe, stack file or folder.")] = None,
    compose_file: ComposeFiles = None,
    env_file: EnvFiles = None,
    show_all: Annotated[bool, typer.Option("--all", help="Include Swarm's defaults, for every variant.")] = False,
    all_facts: Annotated[
        bool, typer.Option("--all-facts", help="Show every fact that rules can use, and what it means.")
    ] = False,
    format_: FormatOption = Format.TEXT,
    overlay: Overlays = None,
    config_file: ConfigFile = None,
) -> None:
    """Show the effective update policies and where they are set."""
    from rollout_lint.api.given_files import parse_given_files
    from rollout_lint.api.show import ShowOptions
    from rollout_lint.cli.commands.show import Request, run
    from rollout_lint.report.show.rows import Detail

    policy = Detail.POLICY if show_all else Detail.DIFFERENCES
    options = ShowOptions(
        path=path,
        given=parse_given_files(compose_file, env_file, {"a path": path, "--overlay": overlay}),
        overlays=tuple(overlay or ()),
        config_file=config_file,
    )
    raise typer.Exit(run(Request(options, Detail.ALL_FACTS if all_facts else policy, format_)))


@app.command(epilog=examples("fix"))
def fix(
    paths: Annotated[
        list[str] | None, typer.Argument(metavar="[PATH]...", help="Recipes or stack files; - for standard input.")
    ] = None,
    compose_file: ComposeFiles = None,
    env_file: EnvFiles = None,
    write_files: Annotated[bool, typer.Option("--write", help="Change the files instead of showing a diff.")] = False,
    overlay: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Write this overlay in the folder of each recipe; change no other file."),
    ] = None,
    diff: Annotated[bool, typer.Option("--diff", help="Only show the changes, also with --overlay.")] = False,
    only: Annotated[
        list[str] | None, typer.Option(metavar="RULES", help="Fix only findings of these rules, such as RL001,RL003.")
    ] = None,
    unsafe: Annotated[
        bool, typer.Option("--unsafe", help="Include fixes with a trade-off that you may not accept.")
    ] = False,
    interactive: Annotated[bool, typer.Option("--interactive", "-i", help="Ask before each fix.")] = False,
    format_: FormatOption = Format.TEXT,
    fail_on: FailOnUnfixed = None,
    exit_zero: Annotated[
        bool, typer.Option("--exit-zero", help="Exit 0 also if findings remain or changes are not written.")
    ] = False,
    baseline: BaselineFile = None,
    exclude: Excludes = None,
    rule_folders: RuleFolders = None,
    config_file: ConfigFile = None,
    changed: ChangedOption = False,
    files_from: FilesFrom = None,
    stdin_filename: StdinFilename = None,
) -> None:
    """Fix findings and errors: show a diff, or change files."""
    from rollout_lint.api.baseline import BaselineRequest
    from rollout_lint.api.given_files import parse_given_files
    from rollout_lint.cli.commands.fix import Request, run
    from rollout_lint.cli.commands.path_lists import read_stdin_file, select_paths

    if diff and (write_files or interactive):
        exit_with_error("--diff cannot be combined with --write or --interactive")
    request = Request(
        paths=select_paths(paths, files_from),
        write_files=write_files or interactive or (overlay is not None and not diff),
        overlay=overlay,
        only=tuple(only or ()),
        unsafe=unsafe,
        interactive=interactive,
        fail_on=fail_on,
        exits_zero=exit_zero,
        format=format_,
        baseline=BaselineRequest(baseline),
        exclude=tuple(exclude or ()),
        rule_folders=tuple(rule_folders or ()),
        config_file=config_file,
        given=parse_given_files(
            compose_file,
            env_file,
            {"a path": paths, "--overlay": overlay, "--exclude": exclude, "--files-from": files_from},
        ),
        changed=changed or files_from is not None,
        stdin_file=read_stdin_file(stdin_filename, paths),
    )
    raise typer.Exit(run(request))


@app.command("config", epilog=examples("config"))
def show_config(
    path: Annotated[str, typer.Argument(metavar="[PATH]", help="Recipe, stack file or folder.")] = ".",
    format_: FormatOption = Format.TEXT,
    schema: Annotated[bool, typer.Option("--schema", help="Print the JSON Schema of a config, for editors.")] = False,
    fail_on: FailOn = None,
    overlay: Overlays = None,
    exclude: Excludes = None,
    rule_folders: RuleFolders = None,
    config_file: ConfigFile = None,
) -> None:
    """Show the effective config of a recipe and its active rules."""
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
            rule_folders=tuple(rule_folders or ()),
            config_file=config_file,
        )
    )


@app.command("rules", epilog=examples("rules"))
def list_rules(
    format_: TableFormatOption = TableFormat.TEXT,
    rule_folders: RuleFolders = None,
    test: Annotated[
        list[Path] | None,
        typer.Option("--test", metavar="DIR", help="Test the rules in DIR against their own examples."),
    ] = None,
) -> None:
    """List the rules, or test your own."""
    from rollout_lint.cli.commands import rules

    if test:
        raise typer.Exit(rules.run_rule_tests(tuple(test), tuple(rule_folders or ())))
    rules.list_rules(format_, tuple(rule_folders or ()))


def _complete_rule(incomplete: str) -> list[tuple[str, str]]:
    from rollout_lint.cli.commands.rules import complete_rule

    return complete_rule(incomplete)


@app.command(epilog=examples("explain"))
def explain(
    rule: Annotated[
        str | None, typer.Argument(metavar="RULE", help="Rule id or name.", autocompletion=_complete_rule)
    ] = None,
    format_: FormatOption = Format.TEXT,
    all_rules: Annotated[bool, typer.Option("--all", help="Explain all rules.")] = False,
    rule_folders: RuleFolders = None,
) -> None:
    """Explain a rule."""
    from rollout_lint.cli.commands import rules

    rules.explain(rule, all_rules, format_, tuple(rule_folders or ()))


@app.command("inspect", epilog=examples("inspect"))
def inspect_(
    file: Annotated[
        str, typer.Argument(metavar="[FILE]", help="Output of docker service inspect; - for standard input.")
    ] = "-",
    against: Annotated[
        str | None, typer.Option(metavar="RECIPE", help="Show differences from the files of this recipe.")
    ] = None,
    variant: Annotated[
        str | None, typer.Option(metavar="NAME", help="Variant to compare with. [default: the first]")
    ] = None,
    compose_file: ComposeFiles = None,
    env_file: EnvFiles = None,
    overlay: Overlays = None,
    expect_label: ExpectedLabels = None,
    expect_image: ExpectedImages = None,
    fail_on: FailOn = None,
    format_: FormatOption = Format.TEXT,
    rule_folders: RuleFolders = None,
    config_file: ConfigFile = None,
) -> None:
    """Check running services and report how their last update ended."""
    from rollout_lint.api.given_files import parse_given_files
    from rollout_lint.api.show import ShowOptions
    from rollout_lint.cli.commands.await_updates import parse_labels
    from rollout_lint.cli.commands.inspect_services import Request, run

    files = ShowOptions(
        path=against,
        given=parse_given_files(compose_file, env_file, {"--against": against, "--overlay": overlay}),
        overlays=tuple(overlay or ()),
    )
    request = Request(
        file=file,
        against=files if against is not None or compose_file else None,
        variant=variant,
        fail_on=fail_on,
        labels=parse_labels(expect_label or ()),
        images=tuple(expect_image or ()),
        rule_folders=tuple(rule_folders or ()),
        config_file=config_file,
        format=format_,
    )
    raise typer.Exit(run(request))


@app.command("await", cls=PlainUsageCommand, epilog=examples("await"))
def await_(
    names: Annotated[list[str], typer.Argument(metavar="STACK...", help="Stacks, or full names of services.")],
    expect_label: ExpectedLabels = None,
    expect_image: ExpectedImages = None,
    timeout: Timeout = "5m",  # type: ignore[assignment]
    settle: Settle = "10s",  # type: ignore[assignment]
    pending_timeout: PendingTimeout = "30s",  # type: ignore[assignment]
    since: Since = None,
    format_: Annotated[AwaitFormat, typer.Option("--format", help="Output format.")] = AwaitFormat.TEXT,
) -> None:
    """Wait until all updates of a stack end; fail unless all complete."""
    from rollout_lint.cli.commands.await_updates import Request, parse_labels, run

    request = Request(
        names=tuple(names),
        labels=parse_labels(expect_label or ()),
        images=tuple(expect_image or ()),
        timeout=timeout,
        settle=settle,
        pending_timeout=pending_timeout,
        since=since,
        format=format_,
    )
    raise typer.Exit(run(request))
