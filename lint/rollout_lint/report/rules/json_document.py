"""`rules --format json` and `explain --format json`; `schemas/rules.schema.json` describes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rollout_lint.report.common.json_values import VERSION, format_json
from rollout_lint.report.rules.proofs import proof_engines, proof_nodes

if TYPE_CHECKING:
    from rollout_lint.rules.model import Conditions, Rule


def format_rules_json(rules: tuple[Rule, ...]) -> str:
    """Return the JSON document of the rules."""
    return format_json({"version": VERSION, "rules": [_convert_rule(rule) for rule in rules]})


def _convert_rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "name": rule.name,
        "summary": rule.summary,
        "severity": rule.severity,
        "when": _convert_conditions(rule.when),
        "assumes": rule.assumes,
        "grades": [
            {"severity": grade.severity, "when": _convert_conditions(grade.when), "assumes": grade.assumes}
            for grade in rule.grades
        ],
        "why": rule.why,
        "likelihood": rule.likelihood,
        "mitigation": rule.mitigation,
        "fix": rule.fix,
        "computed_fix": rule.computed_fix,
        "trade_off": rule.trade_off,
        "alternative": rule.alternative,
        "advice": rule.advice,
        "sources": list(rule.sources),
        "supersedes": sorted(rule.supersedes),
        "voids": sorted(rule.voids),
        "proofs": list(rule.proofs),
        "engines": list(proof_engines(rule)),
        "nodes": list(proof_nodes(rule)),
    }


def _convert_conditions(conditions: Conditions) -> dict[str, Any]:
    return {path: condition.schema for path, condition in conditions.items()}
