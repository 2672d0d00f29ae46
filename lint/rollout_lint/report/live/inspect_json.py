"""`inspect --format json`; `schemas/inspect.schema.json` describes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rollout_lint.facts.format import json_value
from rollout_lint.live.drift import NOT_SHOWN, POLICY
from rollout_lint.live.spec_diff import rollback_changes
from rollout_lint.report.common.json_values import VERSION, convert_location, format_json
from rollout_lint.report.live.await_json import convert_update

if TYPE_CHECKING:
    from rollout_lint.facts.model import Fact
    from rollout_lint.live.drift import Difference, Drift
    from rollout_lint.live.inspection import Comparison, InspectedService, Inspection
    from rollout_lint.rules.finding import Finding


def format_inspect_json(inspection: Inspection) -> str:
    """Return the JSON document of the inspected services."""
    services = inspection.services
    document = {
        "version": VERSION,
        "exit_code": inspection.exit_code,
        "services": [_convert_service(each) for each in services],
        "against": _convert_comparison(inspection.comparison) if inspection.comparison else None,
        "mismatches": list(inspection.mismatches),
        "summary": {
            "services": len(services),
            "findings": sum(finding.is_active for each in services for finding in each.lint_result.findings),
            "failed_updates": sum(each.update_failed for each in services),
            "drifted": sum(each.drift is not None and each.drift.has_drifted for each in services),
        },
    }
    return format_json(document)


def _convert_service(each: InspectedService) -> dict[str, Any]:
    service, changes = each.service, rollback_changes(each.service)
    return {
        "service": service.name,
        "stack": service.stack,
        "image": service.spec.image,
        "version": service.version,
        "update": convert_update(service.update) if service.update else None,
        "message": each.message,
        "update_failed": each.update_failed,
        "rollback_changes": None
        if changes is None
        else {"image": changes.image, "labels": list(changes.labels), "tasks": changes.tasks},
        "facts": {path: _convert_value(each.lint_result.facts.get(path)) for path in POLICY if path not in NOT_SHOWN},
        "findings": [_convert_finding(finding) for finding in each.lint_result.findings],
        "not_asked": [{"rule": skipped.rule.id, "because": skipped.reason} for skipped in each.lint_result.unchecked],
        "drift": None if each.drift is None else _convert_drift(each.drift),
    }


def _convert_value(fact: Fact | None) -> Any:
    return None if fact is None else json_value(fact.value)


def _convert_finding(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule.id,
        "name": finding.rule.name,
        "severity": finding.severity,
        "message": finding.message,
        "assumes": finding.assumes,
        "fix": finding.rule.fix,
        "advice": finding.rule.advice,
        "link": finding.rule.link,
        "superseded_by": finding.superseded_by,
    }


def _convert_drift(drift: Drift) -> dict[str, Any]:
    return {
        "drifted": drift.has_drifted,
        "in_files": drift.is_in_files,
        "values": [_convert_difference(each) for each in drift.differences],
        "image": {"files": drift.expected_image, "was_before": drift.image_matched_before}
        if drift.expected_image
        else None,
        "labels": [{"key": each.key, "what": each.kind, "was_before": each.matched_before} for each in drift.labels],
        "kept_volumes": list(drift.kept_volumes),
        "blocks_deploy": drift.blocks_deploy,
        "not_compared": list(drift.not_compared),
    }


def _convert_difference(difference: Difference) -> dict[str, Any]:
    is_printed = difference.path not in NOT_SHOWN
    return {
        "path": difference.path,
        **({"live": _convert_value(difference.live), "files": _convert_value(difference.files)} if is_printed else {}),
        **convert_location(difference.files.location if difference.files else None),
    }


def _convert_comparison(comparison: Comparison) -> dict[str, Any]:
    variant = comparison.variant.variant
    return {
        "variant": variant.name,
        "files": [layer.name for layer in variant.files],
        "fitting_variants": list(comparison.matching_variants),
        "not_given": list(comparison.missing_services),
        "other_stacks": list(comparison.foreign_services),
    }
