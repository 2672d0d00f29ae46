"""Options that several commands share, and parsers of option values."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand

from rollout_lint.api.thresholds import RiskThreshold, SeverityThreshold
from rollout_lint.cli.check_format import CheckFormat
from rollout_lint.cli.choices import Format, TableFormat
from rollout_lint.rules.model import Severity

if TYPE_CHECKING:
    from collections.abc import Sequence


_ORDER = "rollout_lint.order"
_NUMBER = re.compile(r"\d{1,12}(?:\.\d{0,9})?\Z", re.ASCII)


def parse_age_option(text: str) -> int:
    """Return the days of an age such as `30`, `30d` or `8w`."""
    from rollout_lint.fleet.result_age import parse_age

    days = parse_age(text)
    if days is None:
        raise typer.BadParameter(f"{text!r} is not an age, such as 30d or 8w")
    return days


def parse_seconds(text: str) -> float:
    """Return the seconds of a duration such as `90`, `90s` or `1m30s`."""
    from rollout_lint.stack.units import parse_duration

    value = parse_duration(f"{text}s" if _NUMBER.match(text) else text)
    if value is None or value < 0:
        raise typer.BadParameter(f"{text!r} is not a duration, such as 90s or 5m")
    return value


def parse_moment(text: str) -> datetime:
    """Return the time of an ISO 8601 string, in local time unless it has a zone, or of the seconds of `date +%s`."""
    try:
        if _NUMBER.match(text):
            return datetime.fromtimestamp(float(text), UTC)
        return datetime.fromisoformat(text.strip()).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        example = "2026-06-20T10:00:00Z or the output of date +%s"
        raise typer.BadParameter(f"{text!r} is not a time, such as {example}") from None


class OrderedCommand(TyperCommand):
    """Command that keeps the order of its options, because the order shows which of them belong together."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse the arguments, and keep the parameter name of each one in order."""
        _, _, order = self.make_parser(ctx).parse_args(list(args))
        ctx.meta[_ORDER] = [parameter.name for parameter in order]
        return super().parse_args(ctx, args)


class PlainUsageCommand(TyperCommand):
    """Command whose usage line has required arguments as `STACK...`, and not in braces, as typer writes them."""

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """Return the parts of the usage line."""
        return [piece.removeprefix("{").removesuffix("}") for piece in super().collect_usage_pieces(ctx)]


def values_in_order(context: typer.Context, **options: Sequence[str] | None) -> list[tuple[str, str]]:
    """Return (parameter, value) for each value of the repeatable options, in command line order."""
    values = {name: iter(each or ()) for name, each in options.items()}
    return [(name, next(values[name])) for name in context.meta[_ORDER] if name in values]


FailOn = Annotated[
    SeverityThreshold | None,
    typer.Option(
        help="Exit 1 if a finding is at or above this severity. [default: from the config, else medium]",
        show_default=False,
    ),
]
FailOnRisk = Annotated[
    RiskThreshold | None,
    typer.Option(
        "--fail-on",
        metavar="LEVEL",
        help="Exit 1 if a recipe has this risk level, or severity, or a worse one.",
    ),
]
FailOnUnfixed = Annotated[
    SeverityThreshold | None,
    typer.Option(
        "--fail-on",
        help="Exit 1 if a finding at or above this severity is not fixed. [default: from the config, else medium]",
        show_default=False,
    ),
]
BaselineFile = Annotated[
    Path | None,
    typer.Option(
        "--baseline", metavar="FILE", help="Baseline file. [default: .rollout-lint-baseline.json if it exists]"
    ),
]
LeastSeverity = Annotated[
    Severity | None,
    typer.Option(
        "--severity",
        metavar="LEVEL",
        help="Least severity to print: high, medium, low or info. [default: low for text, else info]",
        show_default=False,
    ),
]
PrintedRules = Annotated[
    list[str] | None,
    typer.Option(
        "--rule",
        metavar="ID[,ID]",
        help="Print only findings of these rules. Neither this option nor --severity changes the exit code.",
    ),
]
Overlays = Annotated[
    list[str] | None,
    typer.Option(
        "--overlay",
        metavar="NAME",
        help="CI overlay of each recipe, by name or pattern. [default: from the config, else compose.ccci.yml]",
    ),
]
Excludes = Annotated[
    list[str] | None,
    typer.Option("--exclude", metavar="PATTERN", help="Folders to skip (gitignore syntax)."),
]
ListSkipped = Annotated[
    bool, typer.Option("--list-skipped", help="List every stack file that is not checked, with reason and hint.")
]
RuleFolders = Annotated[list[Path] | None, typer.Option("--rules", metavar="DIR", help="Folder with your own rules.")]
ConfigFile = Annotated[
    Path | None,
    typer.Option(
        "--config", metavar="FILE", help="Config file. [default: of the nearest folder, upwards]", show_default=False
    ),
]
CheckFormats = Annotated[
    list[CheckFormat] | None,
    typer.Option("--format", help="Output format, also of the --output beside it. [default: text]"),
]
OutputFiles = Annotated[
    list[str] | None,
    typer.Option("--output", metavar="FILE", help="File for the --format beside it; - for standard output."),
]
FormatOption = Annotated[Format, typer.Option("--format", help="Output format.")]
TableFormatOption = Annotated[TableFormat, typer.Option("--format", help="Output format.")]
ExpectedLabels = Annotated[
    list[str] | None,
    typer.Option("--expect-label", metavar="KEY=VALUE", help="Label that a service or its containers must have."),
]
ExpectedImages = Annotated[
    list[str] | None,
    typer.Option("--expect-image", metavar="IMAGE", help="Image that the services of its repository must run."),
]
Timeout = Annotated[float, typer.Option(metavar="TIME", parser=parse_seconds, help="Maximum time to wait.")]
Settle = Annotated[
    float,
    typer.Option(metavar="TIME", parser=parse_seconds, help="Time that tasks must keep running after the update."),
]
PendingTimeout = Annotated[
    float, typer.Option(metavar="TIME", parser=parse_seconds, help="Maximum time that a task may wait for a node.")
]
Since = Annotated[
    datetime | None,
    typer.Option(metavar="TIME", parser=parse_moment, help="Ignore updates that started before this time."),
]
ChangedOption = Annotated[bool, typer.Option("--changed", help="Skip what a check of the whole tree would not check.")]
SinceRevision = Annotated[
    str | None,
    typer.Option("--since", metavar="REF", help="Report only files that changed since a commit, and its changes."),
]
FilesFrom = Annotated[
    str | None,
    typer.Option("--files-from", metavar="FILE", help="Read changed paths, as of git diff; - for standard input."),
]
StdinFilename = Annotated[str | None, typer.Option("--stdin-filename", metavar="NAME", help="File that - replaces.")]
ComposeFiles = Annotated[
    list[str] | None,
    typer.Option("-c", "--compose-file", metavar="FILE", help="Stack file; repeat to merge files in order."),
]
EnvFiles = Annotated[
    list[str] | None,
    typer.Option("--env-file", metavar="FILE", help="Variables for -c; override the environment."),
]
