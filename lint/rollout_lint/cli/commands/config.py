"""`config`: show the effective config of a recipe and the location that sets each value."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rollout_lint.api.loaders import create_loader
from rollout_lint.api.selection import reject_invalid_exclusions
from rollout_lint.cli.choices import Format
from rollout_lint.cli.console import exit_with_error, terminal_width, write
from rollout_lint.discovery.filesystem import exists
from rollout_lint.linter.config import SourcedValue
from rollout_lint.linter.config_files import SCHEMA
from rollout_lint.report.config.rows import CommandLineSettings

if TYPE_CHECKING:
    from rollout_lint.api.thresholds import SeverityThreshold
    from rollout_lint.linter.resolve import EffectiveConfig


@dataclass(frozen=True, slots=True)
class Request:
    """Options of `config`."""

    path: str
    format: Format = Format.TEXT
    fail_on: SeverityThreshold | None = None
    overlays: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    rule_folders: tuple[Path, ...] = ()
    config_file: Path | None = None


def run(request: Request) -> None:
    """Print the effective config."""
    path = Path(request.path)
    if not exists(path):
        exit_with_error(f"{request.path} does not exist")
    reject_invalid_exclusions(request.exclude)
    effective = create_loader(request.rule_folders, request.config_file).effective_config(path)
    write(_format_report(request, effective))


def schema() -> str:
    """Return the JSON Schema of a config."""
    return SCHEMA.read_text("utf-8")


def _format_report(request: Request, effective: EffectiveConfig) -> str:
    settings = CommandLineSettings(
        fail_on=SourcedValue(request.fail_on.value, "--fail-on") if request.fail_on else None,
        overlays=SourcedValue(request.overlays, "--overlay") if request.overlays else None,
        exclude=SourcedValue(request.exclude, "--exclude") if request.exclude else None,
        rules=tuple(SourcedValue(each, "--rules") for each in request.rule_folders),
    )
    if request.format is Format.JSON:
        from rollout_lint.report.config.json_document import format_config_json

        return format_config_json(request.path, effective, settings)
    from rollout_lint.report.common.style import style_for_stdout
    from rollout_lint.report.config.text import format_config_text

    return format_config_text(request.path, effective, settings, style_for_stdout(), terminal_width())
