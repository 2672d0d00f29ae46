"""Effective configuration of a recipe: each key with its value and origin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rollout_lint.discovery.recipes import DEFAULT_OVERLAYS
from rollout_lint.record import Record
from rollout_lint.report.common.masking import mask_variable
from rollout_lint.rules.model import DEFAULT_FAIL_ON

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rollout_lint.linter.config import SourcedValue
    from rollout_lint.linter.resolve import EffectiveConfig
    from rollout_lint.linter.suppression.directives import IgnoreEntry
    from rollout_lint.location import Location

DEFAULT = "default"

_HOST_KEYS = ("memory", "nodes", "used")


class CommandLineSettings(Record):
    """Settings from command-line options. None and an empty tuple mean that the option is missing."""

    fail_on: SourcedValue | None = None
    overlays: SourcedValue | None = None
    exclude: SourcedValue | None = None
    rules: tuple[SourcedValue, ...] = ()


class Row(Record):
    """Key with its value (memory in bytes, None if unknown). `origin` is a location, an option or DEFAULT."""

    key: str
    value: Any
    origin: Location | str


def list_config_rows(effective: EffectiveConfig, options: CommandLineSettings) -> Iterator[Row]:
    """Yield at least one row per key, except those that only switch rules. A command-line option takes precedence."""
    config = effective.config
    for name in _HOST_KEYS:
        yield _build_row(f"hosts.{name}", effective.hosts.get(name), None)
    yield from _rows_or_default(
        "nodes", (Row("nodes", _describe_node(each), each.location) for each in effective.nodes)
    )
    yield _build_row("deploys.verified", effective.deploys.get("verified"), False)
    yield _build_row("engine", effective.engine, None)
    yield _build_row("client", effective.client or effective.engine, None)
    yield from _rows_or_default("images", _list_images(effective))
    yield from _rows_or_default("variables", _list_variables(effective))
    yield _build_row("fail-on", options.fail_on or effective.fail_on, DEFAULT_FAIL_ON)
    yield _build_row("print.severity", effective.print_severity, None)
    yield from _rows_or_default("print.rules", _list_values("print.rules", effective.print_rules or ()))
    yield _build_row("overlays", options.overlays or config.overlays, DEFAULT_OVERLAYS)
    yield _build_row("exclude", options.exclude or config.exclude, ())
    yield from _rows_or_default("stacks", (Row("stacks", each.files, each.location) for each in config.stacks))
    folders = (Row("rules", each.value.as_posix(), each.location) for each in (*config.rules, *options.rules))
    yield from _rows_or_default("rules", folders)
    extended = [each.extends for each in config.lineage if each.extends]
    yield from _rows_or_default("extends", _list_values("extends", extended))
    locked = [value for each in config.lineage for value in each.locked]
    yield from _rows_or_default("locked", _list_values("locked", locked))
    ignores = (Row("ignore", _describe_ignore(each), each.location) for each in config.ignores)
    yield from _rows_or_default("ignore", ignores)


def _build_row(key: str, sourced: SourcedValue | None, default: Any) -> Row:
    return Row(key, default, DEFAULT) if sourced is None else Row(key, sourced.value, sourced.location)


def _rows_or_default(key: str, rows: Iterable[Row]) -> Iterator[Row]:
    """Yield the rows, or a single row without a value."""
    listed = list(rows)
    yield from listed or [Row(key, None, DEFAULT)]


def _list_values(key: str, values: Iterable[SourcedValue]) -> Iterator[Row]:
    return (Row(key, each.value, each.location) for each in values)


def _list_images(effective: EffectiveConfig) -> Iterator[Row]:
    for image, claims in effective.images.items():
        for name, claim in claims.items():
            yield Row(f"images.{image}.{name}", claim.value, claim.location)


def _describe_node(entry: SourcedValue) -> str:
    """Return the name, role, labels and memory of a node as the config writes them."""
    node = entry.value
    labels = [f"{name}={value}" for name, value in node.get("labels", {}).items()]
    known = [node.get("role"), *labels, node.get("memory")]
    return ": ".join(filter(None, (node["name"], ", ".join(filter(None, known)))))


def _list_variables(effective: EffectiveConfig) -> Iterator[Row]:
    for name, variable in effective.variables.items():
        yield Row(f"variables.{name}", mask_variable(name, variable.value), variable.location)


def _describe_ignore(entry: IgnoreEntry) -> str:
    """Return the rules, the limits and the reason of a suppression."""
    limits = [("path", entry.path), ("service", entry.service), ("until", entry.until)]
    limited = ", ".join(f"{name} {value}" for name, value in limits if value is not None)
    return f"{', '.join(entry.rules)}{f' ({limited})' if limited else ''}: {entry.reason}"
