"""The options that several commands have."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand

from rollout_lint.cli.choices import CheckFormat, Format, SeverityThreshold, TableFormat

if TYPE_CHECKING:
    from collections.abc import Sequence


_ORDER = "rollout_lint.order"
_NUMBER = re.compile(r"\d{1,12}(?:\.\d{0,9})?\Z", re.ASCII)
_AGE = re.compile(r"(\d{1,6})([dw]?)\Z", re.ASCII)


def parse_age(text: str) -> int:
    """Days: `30`, `30d` or `8w`."""
    match = _AGE.match(text)
    if match is None:
        raise typer.BadParameter(f"{text!r} is no age, such as 30d or 8w")
    return int(match[1]) * (7 if match[2] == "w" else 1)


def parse_seconds(text: str) -> float:
    """Seconds: `90`, `90s` or `1m30s`."""
    from rollout_lint.stack.units import parse_duration

    value = parse_duration(f"{text}s" if _NUMBER.match(text) else text)
    if value is None or value < 0:
        raise typer.BadParameter(f"{text!r} is no time, such as 90s or 5m")
    return value


def parse_moment(text: str) -> datetime:
    """A time with its zone: ISO 8601, in the local zone where it names none, or the seconds that `date +%s` prints."""
    try:
        if _NUMBER.match(text):
            return datetime.fromtimestamp(float(text), UTC)
        return datetime.fromisoformat(text.strip()).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        raise typer.BadParameter(f"{text!r} is no time, such as 2026-06-20T10:00:00Z or what date +%s prints") from None


class OrderedCommand(TyperCommand):
    """A command that keeps the order in which its options stand, which says which belong together."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse, and keep the names of the parameters, once for each time that they are given."""
        _, _, order = self.make_parser(ctx).parse_args(list(args))
        ctx.meta[_ORDER] = [parameter.name for parameter in order]
        return super().parse_args(ctx, args)


def in_order(context: typer.Context, **given: Sequence[str] | None) -> list[tuple[str, str]]:
    """Each value of repeated options with the option's parameter, in the order in which all of them stand."""
    values = {name: iter(each or ()) for name, each in given.items()}
    return [(name, next(values[name])) for name in context.meta[_ORDER] if name in values]


FailOn = Annotated[
    SeverityThreshold | None,
    typer.Option(help="Exit 1 from this severity on. [default: what the config says, else medium]", show_default=False),
]
Overlays = Annotated[
    list[str] | None,
    typer.Option(
        "--overlay",
        metavar="NAME",
        help="A CI overlay to look for in each recipe, by name or pattern. "
        "[default: what the config says, else compose.ccci.yml]",
    ),
]
Excludes = Annotated[
    list[str] | None,
    typer.Option("--exclude", metavar="PATTERN", help="Folders to pass over, in gitignore's grammar."),
]
RuleFolders = Annotated[
    list[Path] | None, typer.Option("--rules", metavar="DIR", help="A folder of further rules, of your own.")
]
CheckFormats = Annotated[
    list[CheckFormat] | None,
    typer.Option("--format", help="What to print, or to write to the --output beside it. [default: text]"),
]
OutputFiles = Annotated[
    list[str] | None,
    typer.Option("--output", metavar="FILE", help="Where to write the --format beside it; - is standard output."),
]
FormatOption = Annotated[Format, typer.Option("--format", help="What to print.")]
TableFormatOption = Annotated[TableFormat, typer.Option("--format", help="What to print.")]
ExpectedLabels = Annotated[
    list[str] | None,
    typer.Option(
        "--expect-label", metavar="KEY=VALUE", help="A label that has to be what runs, of a service or its containers."
    ),
]
ExpectedImages = Annotated[
    list[str] | None,
    typer.Option("--expect-image", metavar="IMAGE", help="An image that the services of its repository have to run."),
]
Timeout = Annotated[float, typer.Option(metavar="TIME", parser=parse_seconds, help="How long to wait at most.")]
Settle = Annotated[
    float, typer.Option(metavar="TIME", parser=parse_seconds, help="How long the tasks have to stay running then.")
]
PendingTimeout = Annotated[
    float, typer.Option(metavar="TIME", parser=parse_seconds, help="How long a task may find no node.")
]
Since = Annotated[
    datetime | None,
    typer.Option(metavar="TIME", parser=parse_moment, help="Count only what is deployed after this time."),
]
ComposeFiles = Annotated[
    list[str] | None,
    typer.Option("-c", "--compose-file", metavar="FILE", help="Exactly these files, in this order."),
]
EnvFiles = Annotated[
    list[str] | None,
    typer.Option("--env-file", metavar="FILE", help="Variables for -c, over those of the environment."),
]
