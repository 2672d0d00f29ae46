"""`config --format text`: each value with its origin, and the enabled rules."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

from rollout_lint.location import Location
from rollout_lint.printable import printable
from rollout_lint.report.common.style import plural
from rollout_lint.report.config.rows import DEFAULT, CommandLineSettings, list_config_rows
from rollout_lint.rules.model import Severity
from rollout_lint.stack.units import format_size

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rollout_lint.linter.config import SourcedValue
    from rollout_lint.linter.resolve import EffectiveConfig, RuleSetting
    from rollout_lint.report.common.style import Style
    from rollout_lint.report.config.rows import Row

_MAX_VALUE_WIDTH = 32
_DEFAULTS = {"print.severity": "low in text, else info", "print.rules": "all rules"}
"""Defaults of the keys whose absence means something."""


def format_config_text(
    path: str, effective: EffectiveConfig, options: CommandLineSettings, style: Style, width: int
) -> str:
    """Return the effective configuration of a path for a terminal with `width` columns."""
    file = effective.config.file
    lines = [
        f"config of {style(printable(path), 'bold')}: {printable(file) if file else 'none in this folder or above'}",
        "",
    ]
    lines += _format_settings(list(list_config_rows(effective, options)), style)
    lines += _format_enabled(effective.rule_settings, style, width)
    lines += _format_disabled(effective.rule_settings, style, width)
    lines += _format_severities(effective.rule_settings, style, width)
    return "\n".join(lines) + "\n"


def _format_settings(rows: list[Row], style: Style) -> Iterator[str]:
    """Yield a line per value: key, value and origin."""
    cells = [(printable(row.key), _format_value(row.key, row.value)) for row in rows]
    key_width = max(len(key) for key, _ in cells)
    value_width = max(len(value) for _, value in cells if len(value) <= _MAX_VALUE_WIDTH)
    for row, (key, value) in zip(rows, cells, strict=True):
        line = f"  {key:<{key_width}}  {value:<{value_width}}  {_format_origin(row.origin)}"
        yield style(line, "dim") if row.origin == DEFAULT else line


def _format_enabled(rule_settings: tuple[RuleSetting, ...], style: Style, width: int) -> Iterator[str]:
    enabled = [setting.effective_rule for setting in rule_settings if setting.is_enabled]
    yield from ("", f"  {style(plural(len(enabled), 'rule'), 'bold')} enabled")
    for severity in Severity:
        ids = [rule.id for rule in enabled if rule.severity == severity]
        if ids:
            head = f"    {style.severity(severity)}{' ' * (len('medium') - len(severity))}  "
            yield from _wrap_ids(head, len("    medium  "), ids, width)


def _format_disabled(rule_settings: tuple[RuleSetting, ...], style: Style, width: int) -> Iterator[str]:
    """Yield the disabled rules by origin."""
    by_origin: dict[str, list[str]] = {}
    for setting in rule_settings:
        if not setting.is_enabled and setting.switched_by is not None:
            by_origin.setdefault(_format_origin(setting.switched_by.location), []).append(setting.rule.id)
    if by_origin:
        count = sum(map(len, by_origin.values()))
        yield from ("", f"  {style(plural(count, 'rule'), 'bold')} disabled")
    for location, ids in by_origin.items():
        yield from _wrap_ids(f"    {location}  ", len(location) + 6, ids, width)


def _format_severities(rule_settings: tuple[RuleSetting, ...], style: Style, width: int) -> Iterator[str]:
    """Yield the enabled rules whose severity is overridden, by origin and severity."""
    by_origin: dict[tuple[str, str], list[str]] = {}
    for setting in rule_settings:
        override: SourcedValue | None = setting.severity
        if setting.is_enabled and override is not None:
            by_origin.setdefault((_format_origin(override.location), override.value), []).append(setting.rule.id)
    if by_origin:
        count = sum(map(len, by_origin.values()))
        yield from ("", f"  {style(plural(count, 'rule'), 'bold')} with a severity from the config")
    for (location, severity), ids in by_origin.items():
        yield from _wrap_ids(
            f"    {location}  {style.severity(severity)}  ", len(location) + len(severity) + 8, ids, width
        )


def _wrap_ids(head: str, indent: int, ids: list[str], width: int) -> Iterator[str]:
    """Yield wrapped ids after a head that takes `indent` columns without its terminal codes."""
    first, *others = textwrap.wrap(printable(" ".join(ids)), max(width - indent, 40), break_long_words=False)
    yield head + first
    yield from (" " * indent + other for other in others)


def _format_origin(origin: Location | str) -> str:
    return f"{printable(origin.file)}:{origin.line}:{origin.column}" if isinstance(origin, Location) else origin


def _format_value(key: str, value: Any) -> str:
    """Return a value as the config writes it, and memory in a suitable unit."""
    if value is None:
        return "null" if key.startswith("images.") else _DEFAULTS.get(key, "not set")
    if isinstance(value, tuple):
        return ", ".join(printable(str(each)) for each in value) or "not set"
    if isinstance(value, bool):
        return "true" if value else "false"
    return format_size(value) if key in ("hosts.memory", "hosts.used") else printable(str(value))
