"""`config`: what counts for a recipe, and who says so."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rollout_lint.cli.choices import Format
from rollout_lint.cli.console import refuse, usage_error, width, write
from rollout_lint.discovery.exclude import is_exclusion
from rollout_lint.discovery.filesystem import exists
from rollout_lint.errors import ConfigError, RuleError
from rollout_lint.linter.config import SCHEMA, SourcedValue
from rollout_lint.linter.context import ContextLoader
from rollout_lint.report.config.rows import CommandLineSettings

if TYPE_CHECKING:
    from rollout_lint.cli.choices import SeverityThreshold
    from rollout_lint.linter.resolve import EffectiveConfig


@dataclass(frozen=True, slots=True)
class Request:
    """What the command line asks for, and what it says over the config."""

    path: str
    format: Format = Format.TEXT
    fail_on: SeverityThreshold | None = None
    overlays: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    rules: tuple[Path, ...] = ()


def run(request: Request) -> None:
    """Print what is asked for."""
    path = Path(request.path)
    if not exists(path):
        usage_error(f"{request.path} does not exist")
    for pattern in request.exclude:
        if not is_exclusion(pattern):
            usage_error(f"--exclude {pattern!r} is no pattern in gitignore's grammar")
    try:
        counts = ContextLoader(request.rules).effective_config(path)
    except (ConfigError, RuleError) as error:
        refuse(error.problems)
    write(_report(request, counts))


def schema() -> str:
    """The schema of a config, for editors."""
    return SCHEMA.read_text("utf-8")


def _report(request: Request, counts: EffectiveConfig) -> str:
    given = CommandLineSettings(
        fail_on=SourcedValue(request.fail_on.value, "--fail-on") if request.fail_on else None,
        overlays=SourcedValue(request.overlays, "--overlay") if request.overlays else None,
        exclude=SourcedValue(request.exclude, "--exclude") if request.exclude else None,
        rules=tuple(SourcedValue(each, "--rules") for each in request.rules),
    )
    if request.format is Format.JSON:
        from rollout_lint.report.config.json_document import format_config_json

        return format_config_json(request.path, counts, given)
    from rollout_lint.report.common.style import style_for_stdout
    from rollout_lint.report.config.text import format_config_text

    return format_config_text(request.path, counts, given, style_for_stdout(), width())
