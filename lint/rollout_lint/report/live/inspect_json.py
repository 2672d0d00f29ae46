"""`inspect --format json`; `schemas/inspect.schema.json` describes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rollout_lint.facts.format import json_value
from rollout_lint.live.describe import told_update
from rollout_lint.live.drift import NOT_SHOWN, POLICY
from rollout_lint.live.rollback_diff import against_previous
from rollout_lint.report.common.json_values import VERSION, format_json
from rollout_lint.report.live.await_json import build_update

if TYPE_CHECKING:
    from rollout_lint.facts.model import Fact
    from rollout_lint.live.drift import Difference, Drift
    from rollout_lint.live.inspection import Against, Inspected, Inspection
    from rollout_lint.rules.finding import Finding


def format_inspect_json(inspection: Inspection) -> str:
    """The document."""
    services = inspection.services
    document = {
        "version": VERSION,
        "exit_code": inspection.exit_code,
        "services": [_service(each, inspection) for each in services],
        "against": _against(inspection.against) if inspection.against else None,
        "mismatches": list(inspection.mismatches),
        "summary": {
            "services": len(services),
            "findings": sum(finding.is_active for each in services for finding in each.judged.findings),
            "failed_updates": sum(each.update_failed for each in services),
            "drifted": sum(each.drift is not None and each.drift.is_there for each in services),
        },
    }
    return format_json(document)


def _service(each: Inspected, inspection: Inspection) -> dict[str, Any]:
    service, changes = each.service, against_previous(each.service)
    told = told_update(service, inspection.now)
    return {
        "service": service.name,
        "stack": service.stack,
        "image": service.spec.image,
        "version": service.version,
        "update": build_update(service.update) if service.update else None,
        "message": told,
        "update_failed": each.update_failed,
        "rollback_changes": None
        if changes is None
        else {"image": changes.image, "labels": list(changes.labels), "tasks": changes.tasks},
        "facts": {path: _value(each.judged.facts.get(path)) for path in POLICY if path not in NOT_SHOWN},
        "findings": [_finding(finding) for finding in each.judged.findings],
        "not_asked": [{"rule": skipped.rule.id, "because": skipped.because} for skipped in each.judged.not_asked],
        "drift": None if each.drift is None else _drift(each.drift),
    }


def _value(fact: Fact | None) -> Any:
    return None if fact is None else json_value(fact.value)


def _finding(finding: Finding) -> dict[str, Any]:
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


def _drift(drift: Drift) -> dict[str, Any]:
    return {
        "drifted": drift.is_there,
        "in_files": drift.is_known,
        "values": [_difference(each) for each in drift.differences],
        "image": {"files": drift.image, "was_before": drift.image_was_before} if drift.image else None,
        "labels": [{"key": each.key, "what": each.what, "was_before": each.was_before} for each in drift.labels],
        "not_compared": list(drift.open),
    }


def _difference(difference: Difference) -> dict[str, Any]:
    shown = difference.path not in NOT_SHOWN
    location = difference.files.location if difference.files else None
    return {
        "path": difference.path,
        **({"live": _value(difference.live), "files": _value(difference.files)} if shown else {}),
        **({"file": location.file, "line": location.line, "column": location.column} if location else {}),
    }


def _against(against: Against) -> dict[str, Any]:
    variant = against.variant.variant
    return {
        "variant": variant.name,
        "files": [layer.name for layer in variant.files],
        "fitting_variants": list(against.others),
        "not_given": list(against.absent),
        "other_stacks": list(against.strange),
    }
