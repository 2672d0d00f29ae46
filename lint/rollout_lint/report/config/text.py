"""`config` for people: each value and who says so, and which rules judge."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

from rollout_lint.location import Location
from rollout_lint.report.common.style import plural, printable
from rollout_lint.report.config.rows import DEFAULT, CommandLineSettings, list_config_rows
from rollout_lint.rules.model import Severity
from rollout_lint.stack.units import format_size

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rollout_lint.linter.config import SourcedValue
    from rollout_lint.linter.resolve import EffectiveConfig, RuleSetting
    from rollout_lint.report.common.style import Style
    from rollout_lint.report.config.rows import Row

_WIDEST = 32


def format_config_text(path: str, counts: EffectiveConfig, given: CommandLineSettings, style: Style, width: int) -> str:
    """What counts for the recipe at a path; `width` is the terminal's, in columns."""
    file = counts.config.file
    lines = [f"{style(printable(path), 'bold')}  {printable(file) if file else 'no config, here or above'}", ""]
    lines += _settings(list(list_config_rows(counts, given)), style)
    lines += _judging(counts.rule_settings, style, width)
    lines += _off(counts.rule_settings, style, width)
    lines += _graded(counts.rule_settings, style, width)
    return "\n".join(lines) + "\n"


def _settings(rows: list[Row], style: Style) -> Iterator[str]:
    """A line a value, in columns: key, value, who says so."""
    shown = [(printable(row.key), _value(row.key, row.value)) for row in rows]
    keys = max(len(key) for key, _ in shown)
    values = max(len(value) for _, value in shown if len(value) <= _WIDEST)
    for row, (key, value) in zip(rows, shown, strict=True):
        line = f"  {key:<{keys}}  {value:<{values}}  {_origin(row.origin)}"
        yield style(line, "dim") if row.origin == DEFAULT else line


def _judging(rule_settings: tuple[RuleSetting, ...], style: Style, width: int) -> Iterator[str]:
    enabled = [choice.effective_rule for choice in rule_settings if choice.is_enabled]
    yield from ("", f"  {style(plural(len(enabled), 'rule'), 'bold')} {'judges' if len(enabled) == 1 else 'judge'}")
    for severity in Severity:
        ids = [rule.id for rule in enabled if rule.severity == severity]
        if ids:
            head = f"    {style.severity(severity)}{' ' * (len('medium') - len(severity))}  "
            yield from _wrapped(head, len("    medium  "), ids, width)


def _off(rule_settings: tuple[RuleSetting, ...], style: Style, width: int) -> Iterator[str]:
    """The rules that do not judge, by what says so."""
    by_place: dict[str, list[str]] = {}
    for choice in rule_settings:
        if not choice.is_enabled and choice.switched_by is not None:
            by_place.setdefault(_origin(choice.switched_by.location), []).append(choice.rule.id)
    if by_place:
        count = sum(map(len, by_place.values()))
        yield from ("", f"  {style(plural(count, 'rule'), 'bold')} {'does' if count == 1 else 'do'} not")
    for location, ids in by_place.items():
        yield from _wrapped(f"    {location}  ", len(location) + 6, ids, width)


def _graded(rule_settings: tuple[RuleSetting, ...], style: Style, width: int) -> Iterator[str]:
    """The rules that judge with another severity than their own, by what says so."""
    by_place: dict[tuple[str, str], list[str]] = {}
    for choice in rule_settings:
        stated: SourcedValue | None = choice.severity
        if choice.is_enabled and stated is not None:
            by_place.setdefault((_origin(stated.location), stated.value), []).append(choice.rule.id)
    if by_place:
        count = sum(map(len, by_place.values()))
        yield from ("", f"  {style(plural(count, 'rule'), 'bold')} with a severity by the config")
    for (location, severity), ids in by_place.items():
        yield from _wrapped(
            f"    {location}  {style.severity(severity)}  ", len(location) + len(severity) + 8, ids, width
        )


def _wrapped(head: str, indent: int, ids: list[str], width: int) -> Iterator[str]:
    """The ids behind a head that takes `indent` columns; terminal codes in it take none."""
    first, *others = textwrap.wrap(printable(" ".join(ids)), max(width - indent, 40), break_long_words=False)
    yield head + first
    yield from (" " * indent + other for other in others)


def _origin(origin: Location | str) -> str:
    return f"{printable(origin.file)}:{origin.line}:{origin.column}" if isinstance(origin, Location) else origin


def _value(key: str, value: Any) -> str:
    """A value as the config would have it; memory in the unit that it is read best in."""
    if isinstance(value, tuple):
        return ", ".join(printable(str(each)) for each in value) or "none"
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "not known" if key.startswith("hosts.") else "none"
    return format_size(value) if key in ("hosts.memory", "hosts.used") else printable(str(value))
