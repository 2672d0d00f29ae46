"""`config --format json`; `schemas/config.schema.json` describes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rollout_lint.location import Location
from rollout_lint.report.common.json_values import VERSION, convert_location, format_json
from rollout_lint.report.config.rows import DEFAULT, CommandLineSettings, list_config_rows

if TYPE_CHECKING:
    from rollout_lint.linter.resolve import EffectiveConfig, RuleSetting


def format_config_json(path: str, effective: EffectiveConfig, options: CommandLineSettings) -> str:
    """Return the JSON document of the effective configuration of a path."""
    document = {
        "version": VERSION,
        "path": path,
        "config": effective.config.file,
        "settings": [
            {"key": row.key, "value": row.value, "origin": _convert_origin(row.origin)}
            for row in list_config_rows(effective, options)
        ],
        "rules": [_convert_rule(setting) for setting in effective.rule_settings],
    }
    return format_json(document)


def _convert_rule(setting: RuleSetting) -> dict[str, Any]:
    return {
        "id": setting.rule.id,
        "name": setting.rule.name,
        "on": setting.is_enabled,
        "severity": setting.effective_rule.severity,
        "origins": {
            "on": _convert_origin(setting.switched_by.location if setting.switched_by else DEFAULT),
            "severity": _convert_origin(setting.severity.location if setting.severity else DEFAULT),
        },
    }


def _convert_origin(origin: Location | str) -> dict[str, Any]:
    if isinstance(origin, Location):
        return {"by": "config", **convert_location(origin)}
    return {"by": DEFAULT} if origin == DEFAULT else {"by": "option", "option": origin}
