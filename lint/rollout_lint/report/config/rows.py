"""Effective configuration of a recipe: each key with its value and origin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from rollout_lint.discovery.recipes import DEFAULT_OVERLAYS
from rollout_lint.report.common.masking import mask_variable
from rollout_lint.rules.model import DEFAULT_FAIL_ON

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rollout_lint.linter.config import SourcedValue
    from rollout_lint.linter.resolve import EffectiveConfig
    from rollout_lint.location import Location

DEFAULT = "default"

_HOST_KEYS = ("memory", "nodes", "used")


class CommandLineSettings(NamedTuple):
    """Settings from command-line options. None and an empty tuple mean that the option is missing."""

    fail_on: SourcedValue | None = None
    overlays: SourcedValue | None = None
    exclude: SourcedValue | None = None
    rules: tuple[SourcedValue, ...] = ()


class Row(NamedTuple):
    """Key with its value (memory in bytes, None if unknown). `origin` is a location, an option or DEFAULT."""

    key: str
    value: Any
    origin: Location | str


def list_config_rows(effective: EffectiveConfig, options: CommandLineSettings) -> Iterator[Row]:
    """Yield all keys, those of images and variables too. A command-line option takes precedence over the config."""
    config = effective.config
    for name in _HOST_KEYS:
        yield _build_row(f"hosts.{name}", effective.hosts.get(name), None)
    yield _build_row("deploys.verified", effective.deploys.get("verified"), False)
    for image, claims in effective.images.items():
        for name, claim in claims.items():
            yield Row(f"images.{image}.{name}", claim.value, claim.location)
    for name, variable in effective.variables.items():
        yield Row(f"variables.{name}", mask_variable(name, variable.value), variable.location)
    yield _build_row("fail-on", options.fail_on or effective.fail_on, DEFAULT_FAIL_ON)
    if effective.print_severity:
        yield Row("print.severity", effective.print_severity.value, effective.print_severity.location)
    for rule in effective.print_rules or ():
        yield Row("print.rules", rule.value, rule.location)
    yield _build_row("overlays", options.overlays or config.overlays, DEFAULT_OVERLAYS)
    yield _build_row("exclude", options.exclude or config.exclude, ())
    yield from (Row("stacks", each.files, each.location) for each in config.stacks)
    folders = [*config.rules, *options.rules]
    yield from (Row("rules", each.value.as_posix(), each.location) for each in folders)
    if not folders:
        yield Row("rules", None, DEFAULT)
    yield from (Row("extends", each.extends.value, each.extends.location) for each in config.lineage if each.extends)
    yield from (Row("locked", value.value, value.location) for each in config.lineage for value in each.locked)
    yield from (Row("ignore", f"{', '.join(each.rules)}: {each.reason}", each.location) for each in config.ignores)


def _build_row(key: str, sourced: SourcedValue | None, default: Any) -> Row:
    return Row(key, default, DEFAULT) if sourced is None else Row(key, sourced.value, sourced.location)
