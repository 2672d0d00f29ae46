"""`config --format json`; `schemas/config.schema.json` describes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rollout_lint.location import Location
from rollout_lint.report.common.json_values import format_json
from rollout_lint.report.config.rows import DEFAULT, CommandLineSettings, list_config_rows

if TYPE_CHECKING:
    from rollout_lint.linter.resolve import EffectiveConfig, RuleSetting

VERSION = 1


def format_config_json(path: str, counts: EffectiveConfig, given: CommandLineSettings) -> str:
    """What counts for the recipe at a path."""
    document = {
        "version": VERSION,
        "path": path,
        "config": counts.config.file,
        "settings": [
            {"key": row.key, "value": row.value, "origin": _origin(row.origin)}
            for row in list_config_rows(counts, given)
        ],
        "rules": [_rule(choice) for choice in counts.rule_settings],
    }
    return format_json(document)


def _rule(choice: RuleSetting) -> dict[str, Any]:
    return {
        "id": choice.rule.id,
        "name": choice.rule.name,
        "on": choice.is_enabled,
        "severity": choice.effective_rule.severity,
        "origins": {
            "on": _origin(choice.switched_by.location if choice.switched_by else DEFAULT),
            "severity": _origin(choice.severity.location if choice.severity else DEFAULT),
        },
    }


def _origin(origin: Location | str) -> dict[str, Any]:
    if isinstance(origin, Location):
        return {"by": "config", "file": origin.file, "line": origin.line, "column": origin.column}
    return {"by": DEFAULT} if origin == DEFAULT else {"by": "option", "option": origin}
